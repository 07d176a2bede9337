import { assert, assertEquals, assertRejects } from "@std/assert";
import { randomInt, type Rng, seededRng } from "../../src/core/rng.ts";
import { findDuplicates } from "../../src/explore/duplicates.ts";
import { fillHash, gridMeans, HASH_WORDS, nearHashes } from "../../src/explore/perceptual_hash.ts";
import { contrastOf, registeredDifference } from "../../src/explore/registration.ts";
import { loadFaces } from "../../src/io/faces.ts";
import { packImages } from "../../src/io/pack.ts";
import { loadSharp } from "../../src/io/sharp.ts";
import { paintFaces } from "../../src/paint/dataset.ts";
import { between, printedRng } from "../random.ts";
import { withDir } from "../temporary.ts";
import { imageSet } from "./fixture.ts";
import { copiesOf, pairOf, placeOf } from "./planted.ts";

type Row = Record<string, string | number>;

/** Bytes `[H, W, 3]` of a few waves, seen through a window of the plane. */
function waves(
  rng: Rng,
  [height, width]: readonly [number, number],
): (view?: { shift?: number; scale?: number; gain?: number }) => Uint8Array {
  const terms = Array.from({ length: 6 }, () => [rng() * 9 - 4.5, rng() * 9 - 4.5, rng() * 7, 8 + 8 * rng()] as const);
  return ({ shift = 0, scale = 1, gain = 1 } = {}) =>
    Uint8Array.from({ length: height * width * 3 }, (_, k) => {
      const at = Math.floor(k / 3), x = (at % width) / width - 0.5, y = Math.floor(at / width) / height - 0.5;
      const [u, v] = [x * scale + shift, y * scale + shift];
      return gain * terms.reduce((sum, [a, b, c, d]) => sum + d * Math.sin(a * u + b * v + c + k % 3), 120);
    });
}

Deno.test("findDuplicates() finds a copy and a re-encoded copy, and no two different images", async () => {
  const sharp = await loadSharp();
  const rng = seededRng(9);
  const [height, width] = [192, 144]; // encoded at this size, judged at a quarter of it
  const scene = async () => { // eight blurred spots, so that the image has a structure as photographs do
    const spots = Array.from({ length: 8 }, () => {
      const color = `rgb(${randomInt(rng, 256)},${randomInt(rng, 256)},${randomInt(rng, 256)})`;
      const [x, y, r] = [randomInt(rng, width), randomInt(rng, height), 16 + randomInt(rng, 56)];
      return `<circle cx="${x}" cy="${y}" r="${r}" fill="${color}"/>`;
    });
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${spots.join("")}</svg>`;
    return await sharp(new TextEncoder().encode(svg)).flatten({ background: "#888" }).blur(2).png().toBuffer();
  };
  const files = await Promise.all(Array.from({ length: 30 }, scene));
  files.push(files[3]!, await sharp(files[5]!).jpeg({ quality: 70 }).toBuffer(), files[7]!);
  const small = await Promise.all(files.map((file) => sharp(file).resize(width / 4, height / 4).raw().toBuffer()));
  const images = imageSet(new Uint8Array(small.flatMap((bytes) => [...bytes])), [height / 4, width / 4], ["32"]);
  const groups = files.map((_, i) => i === 30 ? "3" : `${i}`);

  const exact = (await findDuplicates(images, { difference: 0, groups })).toRecords();
  assertEquals(exact, [{ a: "3", b: "30", kind: "exact", difference: 0, samePerson: "yes" }]);
  const near = (await findDuplicates(images, { groups })).toRecords() as Row[];
  assertEquals(near.map(({ a, b, kind, samePerson }) => [a, b, kind, samePerson]), [
    ["3", "30", "exact", "yes"],
    ["5", "31", "near", "no"],
  ]);
});

Deno.test("findDuplicates() finds all planted copies of painted faces, 95 % of the near ones, and nothing else", async () => {
  await withDir(async (dir) => {
    const faults = {
      copiesWithin: 4,
      copiesAcross: 4,
      reencoded: 8,
      resized: 8,
      brightened: 8,
      cropped: 8,
      copiedPeople: 2,
    };
    const { planted } = await paintFaces(dir, { people: 36, seed: 3, size: [96, 72], faults });
    const dataset = await loadFaces(dir);
    const images = await packImages(dataset, { resize: 64, crop: 64 });
    const groups = dataset.samples.map(({ group }) => group);
    const rows = (await findDuplicates(images, { groups })).toRecords() as Row[];
    images.close();

    const expected = copiesOf(planted);
    const found = new Map(rows.map((row) => [pairOf(placeOf(row.a), placeOf(row.b)), row]));
    for (const [pair, row] of found) {
      assert(expected.has(pair), `${pair} is no copy`);
      assertEquals(row.kind, expected.get(pair) === "none" ? "exact" : "near");
      const [a, b] = pair.split(" ").map((name) => name.split("/")[0]);
      assertEquals(row.samePerson, a === b ? "yes" : "no");
    }
    for (const [pair, change] of expected) if (change === "none") assert(found.has(pair), pair);
    assert(found.size >= expected.size - 0.05 * 32, `${found.size} of ${expected.size}`);
  });
});

Deno.test("findDuplicates() tells which copies a fold trains on and validates on", async () => {
  const rng = printedRng(), size = [33, 40] as const;
  const [p, q] = [waves(rng, size)(), waves(rng, size)()];
  const images = imageSet(new Uint8Array([...p, ...q, ...p, ...q]), size);
  const folds = [
    { train: Int32Array.of(0, 1, 2), valid: Int32Array.of(3) },
    { train: Int32Array.of(3), valid: Int32Array.of(0, 2) },
  ];
  const rows = (await findDuplicates(images, { folds })).toRecords() as Row[];
  assertEquals(rows.map(({ a, b, crossesFolds }) => [a, b, crossesFolds]).toSorted(), [
    ["0", "2", "no"],
    ["1", "3", "yes"],
  ]);
});

Deno.test("findDuplicates() refuses a difference that is no share and images too small, and ends when told", async () => {
  const images = imageSet(new Uint8Array(2 * 12 * 12 * 3), [12, 12]);
  await assertRejects(() => findDuplicates(images, { difference: 2 }), RangeError, "from 0 to 1: current value is 2");
  const small = imageSet(new Uint8Array(2 * 2 * 12 * 3), [2, 12]);
  await assertRejects(() => findDuplicates(small), RangeError, "current size is 2 x 12");
  await assertRejects(() => findDuplicates(images, { signal: AbortSignal.abort() }), DOMException);
});

Deno.test("registeredDifference() takes out a shift, a scale and a gain, and refuses more than a copy has", () => {
  const rng = printedRng();
  for (let round = 0; round < 10; round++) {
    const size = [between(rng, 24, 33), between(rng, 24, 33)] as const;
    const view = waves(rng, size), p = view(), other = waves(rng, size)();
    const share = (q: Uint8Array) => registeredDifference(p, q, size) / contrastOf(p);
    for (const moved of [view({ shift: 0.01 }), view({ scale: 0.98 }), view({ gain: 1.06 })]) {
      const plain = moved.reduce((sum, byte, k) => sum + Math.abs(byte - p[k]!), 0) / p.length / contrastOf(p);
      assert(share(moved) < Math.max(0.5 * plain, 0.06), `${share(moved)} of ${plain}`); // bytes are rounded
    }
    assert(share(other) > 0.3);
    assertEquals(share(view({ gain: 1.6 })), Infinity);
  }
});

Deno.test("nearHashes() finds the pairs that counting bits one by one finds", () => {
  const rng = printedRng(), n = between(rng, 30, 50);
  const hashes = Int32Array.from(
    { length: n * HASH_WORDS },
    (_, k) => k % HASH_WORDS < 2 ? randomInt(rng, 2 ** 32) : k % 3,
  );
  const bits = (a: number, b: number) => {
    let count = 0;
    for (let w = 0; w < HASH_WORDS; w++) {
      for (let bit = 0; bit < 32; bit++) {
        if (((hashes[a * HASH_WORDS + w]! ^ hashes[b * HASH_WORDS + w]!) >>> bit) & 1) count++;
      }
    }
    return count;
  };
  let total = 0;
  for (let a = 0; a < n; a++) {
    const found: number[] = [];
    nearHashes(hashes, a, 33, (other) => found.push(other));
    assertEquals(found, Array.from({ length: n - a - 1 }, (_, k) => a + 1 + k).filter((b) => bits(a, b) <= 33));
    total += found.length;
  }
  assert(total > 0 && total < n * (n - 1) / 2, `${total}`);
});

Deno.test("fillHash() sets a bit where the image grows brighter to the right, then downwards", () => {
  const size = [16, 18] as const, words = new Int32Array(HASH_WORDS);
  const image = (value: (y: number, x: number) => number) =>
    Uint8Array.from({ length: 16 * 18 * 3 }, (_, k) => value(Math.floor(k / 54), Math.floor(k / 3) % 18));
  fillHash(image((_, x) => 10 * x), size, words);
  assertEquals([...words], [-1, -1, 0, 0]);
  fillHash(image((y) => 10 * y), size, words);
  assertEquals([...words], [0, 0, -1, -1]);
});

Deno.test("gridMeans() averages cells that differ in size, and has a pixel in each", () => {
  const pixels = Uint8Array.from({ length: 3 * 5 * 3 }, (_, k) => Math.floor(k / 3) + 100 * (k % 3));
  assertEquals([...gridMeans(pixels, [3, 5], [1, 2])], [5.5, 105.5, 205.5, 8, 108, 208]);
  assertEquals(gridMeans(pixels, [3, 5], [4, 6]).length, 72);
});
