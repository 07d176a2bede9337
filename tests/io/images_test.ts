import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { randomInt, seededRng } from "../../src/core/mod.ts";
import { placeImage } from "../../src/io/geometry.ts";
import { decodeImage } from "../../src/io/images.ts";
import { resample } from "../../src/io/resample.ts";
import { loadSharp } from "../../src/io/sharp.ts";

/** One of torchvision's results, listed in tests/reference/images.json by images.py. */
interface Case {
  name: string;
  resize?: number | [number, number];
  crop?: number | [number, number];
  interpolation: "bilinear" | "bicubic";
  size: [number, number];
}

const REFERENCE = new URL("../reference/", import.meta.url).pathname;

async function readCases(): Promise<(Case & { pixels: Uint8Array })[]> {
  const cases: Case[] = JSON.parse(await Deno.readTextFile(`${REFERENCE}images.json`));
  const bytes = await Deno.readFile(`${REFERENCE}images.bin`);
  let at = 0;
  return cases.map((one) => ({ ...one, pixels: bytes.subarray(at, at += one.size[0] * one.size[1] * 3) }));
}

Deno.test("decodeImage() gives torchvision's pixels, bit for bit, for every kind of file and size", async () => {
  const cases = await readCases();
  assert(cases.length > 35);
  for (const { name, size, pixels, ...options } of cases) {
    const { data, height, width } = await decodeImage(`${REFERENCE}images/${name}`, options);
    assertEquals([height, width], size, `${name} ${JSON.stringify(options)}`);
    const worst = data.reduce((most, byte, i) => Math.max(most, Math.abs(byte - pixels[i]!)), 0);
    assertEquals(worst, 0, `${name} ${JSON.stringify(options)}`);
  }
});

Deno.test("decodeImage() keeps the high byte of 16-bit grey", async () => {
  const { data } = await decodeImage(`${REFERENCE}images/deep_grey.png`);
  assertEquals([...data.subarray(0, 6)], [35296 >> 8, 35296 >> 8, 35296 >> 8, 37153 >> 8, 37153 >> 8, 37153 >> 8]);
});

Deno.test("decodeImage() does not apply an embedded colour profile", async () => {
  const sharp = await loadSharp();
  const rng = seededRng(1);
  const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, () => randomInt(rng, 256));
  const raw = { raw: { width: 8, height: 8, channels: 3 } } as const;
  const tagged = await sharp(pixels, raw).withIccProfile("p3").png().toBuffer();
  const { icc } = await sharp(tagged).metadata();
  assert(icc, "the file has a profile");
  const stored = await sharp(tagged, { ignoreIcc: true }).raw().toBuffer();
  const converted = await sharp(tagged).raw().toBuffer();
  assert(stored.some((byte, i) => byte !== converted[i]), "the profile would change something");
  await withFile(tagged, async (path) => assertEquals((await decodeImage(path)).data, new Uint8Array(stored)));
});

Deno.test("decodeImage() names the file that holds no image", async () => {
  for (const bytes of [new TextEncoder().encode("no image at all"), new Uint8Array()]) {
    await withFile(bytes, async (path) => {
      await assertRejects(() => decodeImage(path), SyntaxError, `Cannot decode "${path}"`);
    });
  }
});

Deno.test("decodeImage() refuses a file that breaks off", async () => {
  const whole = await Deno.readFile(`${REFERENCE}images/portrait.jpg`);
  await withFile(whole.subarray(0, 5000), async (path) => {
    await assertRejects(() => decodeImage(path), SyntaxError, path);
  });
});

Deno.test("decodeImage() refuses options out of range", async () => {
  const path = `${REFERENCE}images/small.png`;
  await assertRejects(() => decodeImage(path, { resize: 0 }), RangeError, "resize");
  await assertRejects(() => decodeImage(path, { crop: [10, 2.5] }), RangeError, "crop");
  await assertRejects(
    () => decodeImage(path, { interpolation: "nearest" as "bilinear" }),
    RangeError,
    `"bilinear", "bicubic"`,
  );
});

Deno.test("resample() of a window equals the window of resample()", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const rng = seededRng(seed);
  for (let trial = 0; trial < 30; trial++) {
    const [h, w, height, width] = Array.from({ length: 4 }, () => 1 + randomInt(rng, 40)) as number[];
    const image = { data: Uint8Array.from({ length: h! * w! * 3 }, () => randomInt(rng, 256)), height: h!, width: w! };
    const interpolation = trial % 2 ? "bilinear" : "bicubic";
    const whole = resample(image, { height: height!, width: width!, interpolation });
    const [top, left] = [randomInt(rng, height!), randomInt(rng, width!)];
    const window = { top, left, height: 1 + randomInt(rng, height! - top), width: 1 + randomInt(rng, width! - left) };
    const part = resample(image, { height: height!, width: width!, interpolation, window });
    for (let y = 0; y < window.height; y++) {
      const at = ((top + y) * width! + left) * 3;
      assertEquals(
        part.data.subarray(y * window.width * 3, (y + 1) * window.width * 3),
        whole.data.subarray(at, at + window.width * 3),
        `seed ${seed}, trial ${trial}`,
      );
    }
  }
});

Deno.test("resample() keeps a picture of one colour", () => {
  const rng = seededRng(7);
  for (let trial = 0; trial < 20; trial++) {
    const [height, width] = [1 + randomInt(rng, 50), 1 + randomInt(rng, 50)];
    const colour = randomInt(rng, 256);
    const { data } = resample({ data: new Uint8Array(23 * 17 * 3).fill(colour), height: 23, width: 17 }, {
      height,
      width,
      interpolation: trial % 2 ? "bilinear" : "bicubic",
    });
    assert(data.every((byte) => byte === colour), `colour ${colour} at ${height} x ${width}`);
  }
});

Deno.test("placeImage() cuts the longer side down, not to the nearest", () => {
  assertEquals(placeImage([512, 384], { resize: 332 }).size, [442, 332]);
  assertEquals(placeImage([384, 512], { resize: 332 }).size, [332, 442]);
});

Deno.test("placeImage() halves odd margins as torchvision does", () => {
  const corner = (length: number) => placeImage([length, 10], { crop: [10, 10] }).window.top;
  assertEquals([11, 13, 15, 17].map(corner), [0, 2, 2, 4]); // Python rounds halves to even
  assertLess(corner(11), 1);
});

async function withFile(bytes: Uint8Array, run: (path: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${dir}/file`, bytes);
    await run(`${dir}/file`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
