import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { randomInt, seededRng } from "../../src/core/rng.ts";
import { FACE_SCHEMA } from "../../src/core/schema.ts";
import { classBalance } from "../../src/explore/class_balance.ts";
import { compareParts } from "../../src/explore/compare_parts.ts";
import { compareSplits } from "../../src/explore/compare_splits.ts";
import { imageStats, MEASURES, robustZ } from "../../src/explore/image_stats.ts";
import { meanImages, meanPixels } from "../../src/explore/mean_images.ts";
import { nearCutCounts, plotCuts } from "../../src/explore/near_cuts.ts";
import { plotImageStats } from "../../src/explore/plot_image_stats.ts";
import { plotParts } from "../../src/explore/plot_parts.ts";
import { plotSplits } from "../../src/explore/plot_splits.ts";
import { splitShares } from "../../src/explore/split_shares.ts";
import { makeFrame, toFrame } from "../../src/frame/mod.ts";
import { imageSet, randomFaces } from "./fixture.ts";

type Row = Record<string, number> & { value: string; part: string; outlier: string | null };

const rowsOf = (frame: { toRecords(): unknown[] }) => frame.toRecords() as Row[];

/** Random bytes of N images of an odd size. */
function randomImages(seed: number) {
  const rng = seededRng(seed), size = [3 + randomInt(rng, 9), 3 + randomInt(rng, 9)] as const;
  const n = 2 + randomInt(rng, 140);
  return { n, size, pixels: Uint8Array.from({ length: n * size[0] * size[1] * 3 }, () => randomInt(rng, 256)) };
}

Deno.test("nearCutCounts() agrees with looking at each sample", async () => {
  for (const seed of [1, 2, 3]) {
    const { samples } = randomFaces(seededRng(seed), 60),
      frame = await toFrame({ ...randomFaces(seededRng(seed), 60) });
    for (const row of rowsOf(await nearCutCounts(frame, { column: "age", cuts: [30, 60], within: [1, 4] }))) {
      const near = samples.filter(({ attributes: { age } }) => {
        const distance = Number(age) - row.cut!;
        return distance < 0 ? -distance <= row.within! : distance < row.within!;
      });
      assertEquals(row.images, near.length, `seed ${seed}`);
      assertEquals(row.persons, new Set(near.map(({ group }) => group)).size, `seed ${seed}`);
      assertEquals(row.below! + row.above!, row.persons, `seed ${seed}`);
      assertAlmostEquals(row.share!, near.length / samples.length);
    }
  }
});

Deno.test("nearCutCounts() leaves missing values out, and refuses a distance of nothing", async () => {
  const frame = await makeFrame({ group: ["a", "b", "c"], age: [29, null, 50] });
  const [row] = rowsOf(await nearCutCounts(frame, { column: "age", cuts: [30], within: [1] }));
  assertEquals([row!.persons, row!.share], [1, 0.5]);
  await assertRejects(() => nearCutCounts(frame, { column: "age", cuts: [30], within: [0] }), RangeError, "is 0");
});

Deno.test("plotCuts() draws one line a cut between the bars, and refuses an attribute without cuts", async () => {
  const frame = await toFrame(randomFaces(seededRng(4), 40));
  const { svg } = await plotCuts(frame, { column: "age", schema: FACE_SCHEMA });
  assertEquals(svg.match(/<line[^>]*stroke-dasharray="4,3"/g)?.length, 2);
  for (const name of ["young", "middle", "old"]) assertStringIncludes(svg, `>${name}<`);
  await assertRejects(() => plotCuts(frame, { column: "mask", schema: FACE_SCHEMA }), RangeError, 'one of "age"');
});

Deno.test("classBalance() gives the number of classes where they are even, and less where not", async () => {
  const even = await makeFrame({ group: ["a", "b", "c"], kind: ["x", "y", "z"] });
  const [row] = rowsOf(await classBalance(even, "kind"));
  assertAlmostEquals(row!.effective!, 3);
  const uneven = await makeFrame({ group: ["a", "a", "a", "b"], kind: ["x", "x", "x", "y"] });
  const [images, persons] = rowsOf(await classBalance(uneven, "kind"));
  assertEquals([images!.imbalance, persons!.imbalance], [3, 1]);
  assertAlmostEquals(images!.effective!, 0.75 ** -0.75 * 0.25 ** -0.25); // exp of -sum(p ln p)
});

Deno.test("classBalance() counts classes of the schema that do not occur as empty", async () => {
  const frame = await toFrame(randomFaces(seededRng(5), 1));
  const [images] = rowsOf(await classBalance(frame, "class", { schema: FACE_SCHEMA }));
  assertEquals([images!.classes, images!.empty, images!.fewest], [18, 15, 1]);
});

Deno.test("imageStats() agrees with measuring pixel by pixel", async () => {
  for (const seed of [1, 2, 3]) {
    const { n, size: [height, width], pixels } = randomImages(seed);
    const rows = rowsOf(await imageStats(imageSet(pixels, [height, width])));
    assertEquals(rows.length, n);
    const i = n - 1,
      at = (y: number, x: number) => {
        const p = ((i * height + y) * width + x) * 3;
        return 0.299 * pixels[p]! + 0.587 * pixels[p + 1]! + 0.114 * pixels[p + 2]!;
      };
    const grey: number[] = [], laplacian: number[] = [];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        grey.push(at(y, x));
        if (y === 0 || x === 0 || y === height - 1 || x === width - 1) continue;
        laplacian.push(at(y - 1, x) + at(y + 1, x) + at(y, x - 1) + at(y, x + 1) - 4 * at(y, x));
      }
    }
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const variance = (values: number[]) => mean(values.map((value) => (value - mean(values)) ** 2));
    assertAlmostEquals(rows[i]!.brightness!, mean(grey) / 255, 1e-9, `seed ${seed}`);
    assertAlmostEquals(rows[i]!.contrast!, Math.sqrt(variance(grey)) / 255, 1e-9, `seed ${seed}`);
    assertAlmostEquals(rows[i]!.sharpness!, variance(laplacian), 1e-6, `seed ${seed}`);
  }
});

Deno.test("imageStats() names the dark one among bright ones, and leaves out what could not be decoded", async () => {
  const rng = seededRng(6), size = [5, 7] as const, stride = 5 * 7 * 3;
  const pixels = Uint8Array.from({ length: 20 * stride }, (_, k) => {
    const i = Math.floor(k / stride);
    return (i === 7 ? 5 : 150 + i) + randomInt(rng, 40);
  });
  const rows = rowsOf(await imageStats(imageSet(pixels, size, ["3"])));
  assert(rows[7]!.outlier?.includes("dark"));
  assertEquals([rows[3]!.brightness, rows[3]!.brightnessZ, rows[3]!.outlier], [null, null, null] as unknown[]);
  assertEquals(rows.filter(({ outlier }) => outlier?.includes("dark")).length, 1);
});

Deno.test("plotImageStats() counts and marks as outliers what imageStats() names, whatever the limit", async () => {
  const rng = seededRng(16), size = [6, 5] as const, stride = 6 * 5 * 3;
  const pixels = Uint8Array.from({ length: 60 * stride }, (_, k) => {
    const i = Math.floor(k / stride), spread = i < 2 ? 3 : i === 2 ? 250 : 60 + i % 9;
    return (i === 5 || i === 6 ? 180 : i % 11) + randomInt(rng, spread);
  });
  for (const limit of [2, 3.5]) {
    const stats = await imageStats(imageSet(pixels, size, ["9"]), { limit });
    const named = rowsOf(stats).flatMap(({ outlier }) => outlier?.split(", ") ?? []);
    assert(new Set(named).size > 2, `${named}`);
    const { svg } = await plotImageStats(stats, { limit });
    for (const [measure, sides] of Object.entries(MEASURES)) {
      const counted = sides.map((side) => `${named.filter((name) => name === side).length} ${side}`);
      assertStringIncludes(svg, `>${measure}: ${counted.join(", ")}<`);
    }
  }
  assertStringIncludes((await plotImageStats(await imageStats(imageSet(pixels, size)))).svg, 'stroke-dasharray="4,3"');
  const none = await makeFrame({ brightness: [null], contrast: [null], sharpness: [null] });
  await assertRejects(() => plotImageStats(none), RangeError, "current number is 0");
});

Deno.test("plotImageStats() draws images that are all alike", async () => {
  const { svg } = await plotImageStats(await imageStats(imageSet(new Uint8Array(9 * 48).fill(90), [4, 4])));
  assertStringIncludes(svg, ">brightness: 0 dark, 0 bright<");
  assert(!svg.includes("NaN"));
});

Deno.test("robustZ() is not moved by one wild value, and stands still under scale and shift", () => {
  const values = [1, 2, 3, 4, 1000];
  assertEquals(robustZ(values)[1], -0.6745);
  const moved = robustZ(values.map((value) => value * 3 + 7));
  robustZ(values).forEach((z, i) => assertAlmostEquals(moved[i]!, z!));
  assertEquals(robustZ([2, 2, 2, null, 5]), [0, 0, 0, null, Infinity]);
});

Deno.test("meanPixels() is the rounded mean of each class's images that could be decoded", async () => {
  for (const seed of [1, 2]) {
    const { n, size, pixels } = randomImages(seed), stride = size[0] * size[1] * 3;
    const labels = Array.from({ length: n }, (_, i) => i % 4 - 1); // -1 is unknown
    const means = await meanPixels(imageSet(pixels, size, ["1"]), { labels, classes: ["a", "b", "c", "d"] });
    assertEquals(
      means.labels,
      [...new Set(labels)].filter((label) => labels.some((x, i) => x === label && x >= 0 && i !== 1)),
    );
    const k = stride - 1;
    for (const [m, label] of means.labels.entries()) {
      const members = [...labels.keys()].filter((i) => labels[i] === label && i !== 1);
      assertEquals(means.counts[m], members.length);
      const sum = members.reduce((total, i) => total + pixels[i * stride + k]!, 0);
      assertEquals(means.pixels[m * stride + k], Math.round(sum / members.length), `seed ${seed}`);
    }
  }
});

Deno.test("meanImages() writes each class's name and number below it", async () => {
  const pixels = Uint8Array.from({ length: 3 * 4 * 6 * 3 }, (_, k) => k % 251);
  const { svg } = await meanImages(imageSet(pixels, [4, 6]), { labels: [1, 1, 0], classes: ["off", "worn"] });
  for (const text of ["off", "worn", "2 images"]) assertStringIncludes(svg, `>${text}<`);
});

Deno.test("compareParts() has shares that add up, within their intervals, the same for the same seed", async () => {
  const faces = randomFaces(seededRng(7), 50), frame = await toFrame(faces);
  const all = [...faces.samples.keys()];
  const fold = {
    train: Int32Array.from(all.filter((i) => Number(faces.samples[i]!.group) % 3 > 0)),
    valid: Int32Array.from(all.filter((i) => Number(faces.samples[i]!.group) % 3 === 0)),
  };
  const options = { columns: ["mask", "gender"], schema: FACE_SCHEMA, draws: 200 };
  const table = await compareParts(frame, fold, options), rows = rowsOf(table);
  for (const part of ["train", "valid"]) {
    const shares = rows.filter((row) => row.part === part).map(({ share }) => share!);
    assertAlmostEquals(shares.reduce((a, b) => a + b, 0), 2);
  }
  for (const { share, low, high } of rows) assert(low! <= share! + 1e-9 && share! <= high! + 1e-9);
  const mask = rows.filter(({ value }) => value === "wear");
  for (const { low, high } of mask) assertAlmostEquals(high!, low!); // every person has one photograph of three
  const male = rows.find(({ value }) => value === "male")!;
  assert(male.high! - male.low! > 0.1); // 33 persons, not 99 images
  assertEquals(rowsOf(await compareParts(frame, fold, options)), rows);
  const { svg } = await plotParts(table);
  for (const text of ["train", "valid", "female", "not wear"]) assertStringIncludes(svg, `>${text}<`);
});

Deno.test("compareParts() refuses an empty part", async () => {
  const frame = await makeFrame({ group: ["a"], mask: ["worn"] });
  const fold = { train: Int32Array.of(0), valid: Int32Array.of() };
  await assertRejects(() => compareParts(frame, fold, { columns: ["mask"] }), RangeError, "current valid has 0");
});

Deno.test("compareSplits() counts persons on both sides, and none of a split by person", async () => {
  const groups = ["a", "a", "b", "b", "c", "c"], labels = [0, 1, 0, 1, 0, 1];
  const table = await compareSplits({
    plain: [{ train: Int32Array.of(1, 3, 4, 5), valid: Int32Array.of(0, 2) }],
    "by person": [{ train: Int32Array.of(0, 1, 2, 3), valid: Int32Array.of(4, 5) }],
  }, { groups, labels });
  const [plain, person] = rowsOf(table);
  assertEquals([plain!.leakedPersons, plain!.leakedImages, plain!.leakedShare, plain!.shareError], [2, 2, 1, 0.5]);
  assertEquals([person!.leakedPersons, person!.leakedImages, person!.shareError], [0, 0, 0]);
});

Deno.test("splitShares() has the shares and leaked persons that counting gives, and plotSplits() says both", async () => {
  const rng = seededRng(18), faces = randomFaces(rng, 40), frame = await toFrame(faces), { samples } = faces;
  const cut = (isValid: (i: number) => boolean) => {
    const all = [...samples.keys()];
    return { train: Int32Array.from(all.filter((i) => !isValid(i))), valid: Int32Array.from(all.filter(isValid)) };
  };
  const splits = {
    "by image": [cut((i) => i % 2 === 0), cut((i) => i % 4 === 1)],
    "by person": [cut(() => true), cut((i) => Number(samples[i]!.group) < 11)],
  };
  const table = await splitShares(frame, splits, { column: "gender", fold: 1, schema: FACE_SCHEMA, draws: 100 });
  const rows = rowsOf(table) as unknown as (Row & { split: keyof typeof splits })[];
  assertEquals(rows.map(({ split, value }) => `${split} ${value}`), [
    "by image male",
    "by image female",
    "by person male",
    "by person female",
  ]);
  for (const { split, value, share, low, high, all, images, persons, validPersons, leakedPersons } of rows) {
    const valid = Array.from(splits[split][1]!.valid, (i) => samples[i]!);
    const own = valid.filter(({ attributes }) => attributes.gender === value);
    assertEquals([images, persons], [own.length, new Set(own.map(({ group }) => group)).size]);
    assertAlmostEquals(share!, own.length / valid.length);
    assert(low! < share! && share! < high!);
    assertAlmostEquals(
      all!,
      samples.filter(({ attributes }) => attributes.gender === value).length / samples.length,
    );
    const tested = new Set(valid.map(({ group }) => group));
    const trained = new Set(Array.from(splits[split][1]!.train, (i) => samples[i]!.group));
    assertEquals([validPersons, leakedPersons], [
      tested.size,
      [...tested].filter((group) => trained.has(group)).length,
    ]);
  }
  const { svg } = await plotSplits(table);
  assertStringIncludes(svg, `>by image: ${rows[0]!.leakedPersons} of ${rows[0]!.validPersons} validation persons`);
  assertStringIncludes(svg, ">by person: none of 11 validation persons");
  await assertRejects(() => splitShares(frame, splits, { fold: 2 }), RangeError, "from 0 to 1: current value is 2");
  await assertRejects(() => splitShares(frame, {}), RangeError, "there must be splits");
});
