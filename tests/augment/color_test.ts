import { assert, assertEquals } from "@std/assert";
import {
  AUGMENTS,
  brighten,
  contrast,
  flipHorizontal,
  saturate,
  transformAffine,
  turnHue,
} from "../../src/augment/mod.ts";
import { build } from "../../src/core/parts.ts";
import { seededRng } from "../../src/core/rng.ts";

interface Reference {
  readonly image: readonly number[];
  readonly cases: readonly { readonly name: string; readonly amount: number; readonly pixels: readonly number[] }[];
}

const reference: Reference = JSON.parse(await Deno.readTextFile(new URL("../reference/jitter.json", import.meta.url)));
const CHANGES = { brighten, contrast, saturate, turnHue } as const;

for (const { name, amount, pixels } of reference.cases) {
  Deno.test(`${name}() by ${amount} agrees with torchvision`, () => {
    const image = Uint8Array.from(reference.image);
    CHANGES[name as keyof typeof CHANGES](image, amount);
    const mean = pixels.reduce((sum, value, i) => sum + Math.abs(value - image[i]!), 0) / pixels.length;
    const bound = name === "turnHue" ? 2 : 0.1; // PIL's hue goes through bytes of HSV, which round
    assert(mean < bound, `the mean difference is ${mean} of 255`);
  });
}

Deno.test("turnHue() by nothing changes nothing", () => {
  const image = Uint8Array.from(reference.image);
  turnHue(image, 0);
  assertEquals([...image], reference.image);
});

Deno.test("colorJitter() without strength changes nothing, and with it follows the generator", () => {
  const size = [16, 16] as const;
  const run = (options: Record<string, number>, seed: number) => {
    const image = Uint8Array.from(reference.image);
    build("augment", AUGMENTS, { name: "colorJitter", ...options })(image, size, seededRng(seed));
    return [...image];
  };
  const strong = { brightness: 0.5, contrast: 0.5, saturation: 0.5, hue: 0.5 };
  assertEquals(run({}, 1), reference.image);
  assertEquals(run(strong, 1), run(strong, 1));
  assert(run(strong, 1).some((value, i) => value !== run(strong, 2)[i]));
});

Deno.test("flipHorizontal() twice is the identity, and once mirrors odd and even widths", () => {
  for (const width of [1, 4, 5]) {
    const image = Uint8Array.from({ length: 2 * width * 3 }, (_, i) => i);
    const twice = image.slice();
    flipHorizontal(twice, [2, width]);
    assertEquals([...twice.subarray(0, 3)], [...image.subarray((width - 1) * 3, width * 3)]);
    flipHorizontal(twice, [2, width]);
    assertEquals(twice, image);
  }
});

Deno.test("transformAffine() without change is the identity, and whole shifts move pixels", () => {
  const image = Uint8Array.from(reference.image);
  transformAffine(image, [16, 16], { angle: 0, scale: 1, shift: [0, 0] });
  assertEquals([...image], reference.image);
  transformAffine(image, [16, 16], { angle: 0, scale: 1, shift: [3, 2] });
  const at = (pixels: ArrayLike<number>, y: number, x: number) => [0, 1, 2].map((c) => pixels[(y * 16 + x) * 3 + c]);
  assertEquals(at(image, 10, 9), at(reference.image, 8, 6));
});

Deno.test("transformAffine() by a quarter turn moves the top to the right", () => {
  const image = Uint8Array.from(reference.image);
  transformAffine(image, [16, 16], { angle: 90, scale: 1, shift: [0, 0] });
  const at = (pixels: ArrayLike<number>, y: number, x: number) => [0, 1, 2].map((c) => pixels[(y * 16 + x) * 3 + c]);
  assertEquals(at(image, 2, 15), at(reference.image, 0, 2)); // clockwise: row 0 becomes the last column
});
