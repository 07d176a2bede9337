import { assert, assertEquals, assertThrows } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import type { Pixels } from "../../src/core/resample.ts";
import { type Rng, seededRng } from "../../src/core/rng.ts";
import { equalizeTiles } from "../../src/preprocess/clahe.ts";
import { lightnessOf, withLightness } from "../../src/preprocess/lightness.ts";
import { PREPROCESS, type PreprocessSpec } from "../../src/preprocess/mod.ts";
import { between, printedRng } from "../random.ts";
import { casesOf, differences } from "./reference.ts";

/** Runs one step, which must note nothing. */
async function change(image: Pixels, spec: PreprocessSpec): Promise<Pixels> {
  const step = build("preprocessing step", PREPROCESS, spec);
  return await step(image, (text: string) => {
    throw new Error(text);
  });
}

function noise(rng: Rng, height: number, width: number): Pixels {
  return { data: Uint8Array.from({ length: height * width * 3 }, () => 256 * rng()), height, width };
}

const describe = ({ image: { height, width }, spec }: { image: Pixels; spec: PreprocessSpec }) =>
  `${height} x ${width} ${JSON.stringify(spec)}`;

Deno.test("lightnessOf() is L* in double precision, within a level", () => {
  for (const { image, before, ...rest } of casesOf("clahe")) {
    const { largest, mean } = differences(lightnessOf(image), before);
    assert(largest <= 1 && mean < 0.02, `${describe({ image, ...rest })}: ${largest}, ${mean}`);
  }
});

Deno.test("equalizeTiles() is OpenCV's CLAHE on the same lightness, within a level", () => {
  for (const { image, before, after, spec } of casesOf("clahe")) {
    const { tiles, clip } = spec as unknown as { tiles: readonly [number, number]; clip: number };
    const made = equalizeTiles(before, [image.height, image.width], { tiles, clip });
    const { largest, mean } = differences(made, after);
    assert(largest <= 1 && mean < 0.1, `${describe({ image, spec })}: ${largest}, ${mean}`); // rounded in other places
  }
});

Deno.test("withLightness() has the pixels of conversions in double precision, within two levels", () => {
  for (const { image, spec, before, after, expected } of casesOf("clahe")) {
    const { largest, mean } = differences(withLightness(image, { before, after }).data, expected);
    assert(largest <= 2 && mean < 0.05, `${describe({ image, spec })}: ${largest}, ${mean}`); // its tables are rounded
  }
});

Deno.test("clahe is OpenCV's CLAHE of lightness between conversions in double precision", async () => {
  for (const { image, spec, expected } of casesOf("clahe")) {
    const { mean } = differences((await change(image, spec)).data, expected);
    // A level of lightness, which rounding may differ by, can be many of a channel that is nearly black.
    assert(mean < 0.8, `${describe({ image, spec })}: ${mean}`);
  }
});

Deno.test("withLightness() keeps every byte where the lightness stays, and comes to the lightness asked for", () => {
  const rng = printedRng();
  const image = noise(rng, between(rng, 1, 30), between(rng, 1, 30));
  const before = lightnessOf(image);
  assertEquals(withLightness(image, { before, after: before }), image);
  const grey = { ...image, data: image.data.map((_, i) => image.data[i - i % 3]!) }; // grey stays within the screen's colours
  const levels = lightnessOf(grey), after = levels.map((level) => Math.min(255, level + 20));
  const { largest } = differences(lightnessOf(withLightness(grey, { before: levels, after })), after);
  assert(largest <= 1, `${largest}`);
});

Deno.test("equalizeTiles() takes images smaller than the grid", () => {
  const rng = printedRng();
  for (const [height, width] of [[1, 1], [1, 9], [5, 3], [7, 2]] as const) {
    const plane = Uint8Array.from({ length: height * width }, () => 256 * rng());
    assertEquals(equalizeTiles(plane, [height, width], { tiles: [8, 8], clip: 2 }).length, plane.length);
  }
});

Deno.test("sharpenEdges has the pixels of an unsharp mask with OpenCV's blur, within a level", async () => {
  for (const { image, spec, expected } of casesOf("sharpenEdges")) {
    const { largest, mean } = differences((await change(image, spec)).data, expected);
    // At the threshold itself the last digit decides, which one pixel in a thousand may have.
    const fits = "threshold" in spec && spec.threshold ? mean < 0.02 : largest <= 1 && mean < 0.05;
    assert(fits, `${describe({ image, spec })}: ${largest}, ${mean}`);
  }
});

Deno.test("sharpenEdges leaves a plain image and, with amount 0, any image as it is", async () => {
  const rng = printedRng();
  const image = noise(rng, between(rng, 1, 20), between(rng, 1, 20));
  assertEquals(await change(image, { name: "sharpenEdges", amount: 0 }), image);
  const plain = { ...image, data: image.data.map((_, i) => [13, 255, 101][i % 3]!) };
  assertEquals(await change(plain, { name: "sharpenEdges", amount: 5, sigma: 3 }), plain);
});

Deno.test("greyWorld has NumPy's pixels", async () => {
  for (const { image, spec, expected } of casesOf("greyWorld")) {
    const { largest } = differences((await change(image, spec)).data, expected);
    assertEquals(largest, 0, describe({ image, spec }));
  }
});

Deno.test("greyWorld makes the channels' means equal, but for what its limit forbids", async () => {
  const rng = seededRng(4), image = noise(rng, 40, 30);
  const tinted = { ...image, data: image.data.map((byte, i) => byte * [0.9, 0.5, 0.3][i % 3]! / 2) };
  const means = ({ data }: Pixels) =>
    [0, 1, 2].map((c) => data.filter((_, i) => i % 3 === c).reduce((a, b) => a + b) / 1200);
  const even = means(await change(tinted, { name: "greyWorld" }));
  assert(Math.max(...even) - Math.min(...even) < 1, `${even}`);
  const [red, , blue] = means(await change(tinted, { name: "greyWorld", limit: 1.1 })), [, , before] = means(tinted);
  assert(Math.abs(blue! / before! - 1.1) < 0.02 && red! > blue!, `${red}, ${blue}`);
});

Deno.test("steps leave what they are given as it is", async () => {
  const rng = printedRng();
  for (const name of Object.keys(PREPROCESS) as (keyof typeof PREPROCESS)[]) {
    const image = noise(rng, 24, 18), copy = image.data.slice();
    await build("preprocessing step", PREPROCESS, { name })(image, () => {});
    assertEquals(image.data, copy, name);
  }
});

Deno.test("build() refuses options of a step that are out of bounds", () => {
  for (const spec of [{ name: "clahe", tiles: 0 }, { name: "clahe", clip: -1 }, { name: "sharpenEdges", sigma: 0 }]) {
    assertThrows(() => build("preprocessing step", PREPROCESS, spec as PreprocessSpec), TypeError, spec.name);
  }
});
