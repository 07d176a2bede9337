import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { randomInt, seededRng } from "../../src/core/rng.ts";
import { channelStats } from "../../src/explore/channels.ts";
import { findConflicts, personalColumns } from "../../src/explore/conflicts.ts";
import { colorModes, imageSizes } from "../../src/explore/sizes.ts";
import { loadPolars, makeFrame, toFrame } from "../../src/frame/mod.ts";
import { loadSharp } from "../../src/io/sharp.ts";
import { withDir } from "../temporary.ts";
import { flatImage, imageSet, randomFaces } from "./fixture.ts";

Deno.test("findConflicts() finds nothing in sound data, whose masks vary within a person", async () => {
  assertEquals((await findConflicts(await toFrame(randomFaces(seededRng(1), 30)))).height, 0);
});

Deno.test("findConflicts() finds a person with two ages, an id twice and a path twice", async () => {
  const faces = randomFaces(seededRng(2), 30);
  const samples = [...faces.samples];
  samples[4] = { ...samples[4]!, attributes: { ...samples[4]!.attributes, age: 99 } };
  samples[7] = { ...samples[7]!, id: samples[8]!.id };
  samples[20] = { ...samples[20]!, path: samples[0]!.path };
  const rows = (await findConflicts(await toFrame({ ...faces, samples }))).toRecords() as Record<string, unknown>[];
  assertEquals(rows.map(({ rule, where, images }) => [rule, where, images]), [
    ["one image an id", samples[8]!.id, 2],
    ["one sample a path", samples[0]!.path, 2],
    ["one age a person", "1", 3],
  ]);
  assertEquals(rows[0]!.values, `${samples[7]!.path}, ${samples[8]!.path}`);
  assertEquals(rows[2]!.values, `${samples[3]!.attributes.age}, 99`);
});

Deno.test("personalColumns() finds what persons keep but for a few mistakes", async () => {
  const frame = await toFrame(randomFaces(seededRng(3), 30));
  const pl = await loadPolars();
  assertEquals(personalColumns(frame), ["gender", "age", "ageGroup"]);
  assertEquals(personalColumns(frame.filter(pl.col("mask").eq(pl.lit("wear")))), []); // one image a person
});

Deno.test("findConflicts() takes the caller's word on what is personal, and null for nothing", async () => {
  const frame = await makeFrame({
    id: ["1", "2", "3"],
    path: ["1", "2", "3"],
    group: ["a", "a", "a"],
    mask: ["on", "off", null],
    age: [20, null, 20],
  });
  assertEquals((await findConflicts(frame, { personal: ["age"] })).height, 0);
  const rows = await findConflicts(frame, { personal: ["mask"] });
  assertEquals(rows.toRecords() as unknown[], [
    { rule: "one mask a person", where: "a", values: "on, off", images: 2 },
  ]);
});

Deno.test("imageSizes() and colorModes() tell a grey and a CMYK picture among others, and files that are none", () =>
  withDir(async (root) => {
    const sharp = await loadSharp(), { schema } = randomFaces(seededRng(1), 1);
    const small = await flatImage(20, 30, "#456"), jpeg = sharp(await flatImage(30, 20, "#456")).removeAlpha().jpeg();
    const files = {
      "a.png": small,
      "b.png": small,
      "c.jpg": await jpeg.clone().withMetadata({ orientation: 6 }).toBuffer(),
      "d.jpg": new TextEncoder().encode("no image"),
      "e.jpg": await jpeg.clone().resize(25, 20).toBuffer(),
      "f.jpg": await jpeg.clone().toColourspace("b-w").toBuffer(),
      "g.jpg": await jpeg.clone().toColourspace("cmyk").toBuffer(),
    };
    for (const [name, bytes] of Object.entries(files)) await Deno.writeFile(`${root}/${name}`, bytes);
    const samples = Object.keys(files).map((path) => ({ id: path, path, group: "", label: 0, attributes: {} }));
    const dataset = { schema, samples, root, faults: [] }, found: number[] = [];
    const sizes = await imageSizes(dataset, { onProgress: ({ done }) => found.push(done) });
    const srgb = { space: "srgb", channels: 3, depth: 8, alpha: "no" };
    const png = { format: "png", ...srgb, images: 2, turned: 0, example: "a.png" };
    const none = { space: null, channels: null, depth: null, alpha: null };
    const grey = { format: "jpeg", ...srgb, space: "b-w", channels: 1, images: 1, turned: 0, example: "f.jpg" };
    const cmyk = { format: "jpeg", ...srgb, space: "cmyk", channels: 4, images: 1, turned: 0, example: "g.jpg" };
    const text = { format: "unreadable", ...none, images: 1, turned: 0, example: "d.jpg" };
    assertEquals(sizes.toRecords() as unknown[], [
      { height: 30, width: 20, ...png },
      { height: 20, width: 30, format: "jpeg", ...srgb, images: 1, turned: 1, example: "c.jpg" },
      { height: null, width: null, ...text },
      { height: 20, width: 25, format: "jpeg", ...srgb, images: 1, turned: 0, example: "e.jpg" },
      { height: 20, width: 30, ...grey },
      { height: 20, width: 30, ...cmyk },
    ]);
    const modes = (await colorModes(sizes)).toRecords() as unknown[];
    assertEquals(modes, [
      png,
      { format: "jpeg", ...srgb, images: 2, turned: 1, example: "c.jpg" },
      text,
      grey,
      cmyk,
    ]);
    assertEquals(found, samples.map((_, i) => i + 1));
    await assertRejects(() => imageSizes(dataset, { signal: AbortSignal.abort() }), DOMException);
  }));

Deno.test("channelStats() agrees with two passes in double precision and leaves out what is faulty", async () => {
  for (const seed of [1, 2, 3]) {
    const rng = seededRng(seed);
    const n = 2 + randomInt(rng, 150), size = [1 + randomInt(rng, 5), 1 + randomInt(rng, 7)] as const;
    const pixels = Uint8Array.from({ length: n * size[0] * size[1] * 3 }, (_, i) => randomInt(rng, 50 + 100 * (i % 3)));
    const bad = randomInt(rng, n), stride = size[0] * size[1] * 3;
    const { images, mean, std } = await channelStats(imageSet(pixels, size, [`${bad}`]));
    assertEquals(images, n - 1, `seed ${seed}`);
    for (const c of [0, 1, 2]) {
      const values = [...pixels].filter((_, i) => i % 3 === c && Math.floor(i / stride) !== bad).map((x) => x / 255);
      const expected = values.reduce((a, b) => a + b) / values.length;
      const variance = values.reduce((sum, x) => sum + (x - expected) ** 2, 0) / values.length;
      assertAlmostEquals(mean[c]!, expected, 1e-12, `seed ${seed}`);
      assertAlmostEquals(std[c]!, Math.sqrt(variance), 1e-9, `seed ${seed}`); // the square root of a rounding error
    }
  }
});

Deno.test("channelStats() counts only the indices given, and refuses to count nothing", async () => {
  const pixels = Uint8Array.of(255, 255, 255, 0, 0, 0, 51, 51, 51);
  const stats = await channelStats(imageSet(pixels, [1, 1]), { indices: Int32Array.of(2) });
  assertEquals(stats, { images: 1, mean: [0.2, 0.2, 0.2], std: [0, 0, 0] });
  await assertRejects(() => channelStats(imageSet(pixels, [1, 1], ["0", "1", "2"])), RangeError, "current set has 3");
  await assertRejects(() => channelStats(imageSet(pixels, [1, 1]), { signal: AbortSignal.abort() }), DOMException);
});
