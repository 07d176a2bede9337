import { assert, assertEquals, assertThrows } from "@std/assert";
import { applyCrop, applyRotation, brighten, flipHorizontal } from "../../src/augment/mod.ts";
import type { Size } from "../../src/core/records.ts";
import { randomInt, type Rng } from "../../src/core/rng.ts";
import { buildViews, type ViewSpec } from "../../src/predict/mod.ts";
import { between, printedRng } from "../random.ts";

function randomImage(rng: Rng, [height, width]: Size): Uint8Array {
  return Uint8Array.from({ length: height * width * 3 }, () => randomInt(rng, 256));
}

/** What each of the views makes of an image. */
function seen(specs: readonly ViewSpec[], image: Uint8Array, size: Size): Uint8Array[] {
  return buildViews(specs).map(({ view }) => {
    const pixels = image.slice();
    view(pixels, size);
    return pixels;
  });
}

/** An image made pixel by pixel. */
function painted([height, width]: Size, color: (y: number, x: number) => number): Uint8Array {
  const pixels = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.fill(color(y, x), (y * width + x) * 3, (y * width + x + 1) * 3);
  }
  return pixels;
}

const rng = printedRng();
const size: Size = [between(rng, 5, 30), between(rng, 5, 30)], image = randomImage(rng, size);

Deno.test("views whose options change nothing leave every byte", () => {
  const specs: ViewSpec[] = [
    { name: "identity" },
    { name: "scale", factor: 1 },
    { name: "rotation", degrees: 0 },
    { name: "rotation", degrees: 360 },
    { name: "brightness", factor: 1 },
    { name: "fiveCrops", share: 1 },
  ];
  for (const pixels of seen(specs, image, size)) assertEquals(pixels, image);
});

Deno.test("flip mirrors, and twice gives the image", () => {
  const [once] = seen([{ name: "flip" }], image, size);
  assert(once!.some((byte, i) => byte !== image[i]));
  assertEquals(seen([{ name: "flip" }], once!, size)[0], image);
});

Deno.test("fiveCrops has the four corners and the middle, resized to the whole", () => {
  const [height, width] = size, share = 0.6;
  const h = Math.round(share * height), w = Math.round(share * width);
  const corners = [[0, 0], [0, width - w], [height - h, 0], [height - h, width - w]];
  const boxes = [...corners, [Math.floor((height - h) / 2), Math.floor((width - w) / 2)]];
  const expected = boxes.map(([top, left]) => {
    const pixels = image.slice();
    applyCrop(pixels, size, { top: top!, left: left!, height: h, width: w }, { interpolation: "bilinear" });
    return pixels;
  });
  assertEquals(seen([{ name: "fiveCrops", share }], image, size), expected);
});

Deno.test("fiveCrops sees the colours of the corners that it is said to see", () => {
  const quarters = painted([20, 24], (y, x) => (y < 10 ? 10 : 110) + (x < 12 ? 0 : 50));
  const crops = seen([{ name: "fiveCrops", share: 0.5 }], quarters, [20, 24]);
  assertEquals(crops.slice(0, 4).map((pixels) => [...new Set(pixels)]), [[10], [60], [110], [160]]);
  assertEquals(new Set(crops[4]).size > 3, true);
});

Deno.test("fiveCrops with flip has the mirror images of the five after them", () => {
  const ten = seen([{ name: "fiveCrops", share: 0.7, flip: true }], image, size);
  assertEquals(ten.length, 10);
  ten.slice(0, 5).forEach((pixels, k) => {
    flipHorizontal(pixels, size);
    assertEquals(ten[k + 5], pixels);
  });
});

Deno.test("scale makes things larger or smaller about the centre", () => {
  const square = painted([21, 21], (y, x) => Math.abs(y - 10) <= 3 && Math.abs(x - 10) <= 3 ? 200 : 0);
  const bright = (pixels: Uint8Array) => pixels.filter((byte) => byte >= 100).length / 3;
  const [larger, smaller] = seen([{ name: "scale", factor: 2 }, { name: "scale", factor: 0.5 }], square, [21, 21]);
  assert(Math.abs(bright(larger!) - 196) <= 30, `${bright(larger!)}`); // 49 pixels, four times
  assert(Math.abs(bright(smaller!) - 12) <= 6, `${bright(smaller!)}`);
  const turned = seen([{ name: "scale", factor: 1.3 }, { name: "flip" }], square, [21, 21])[0]!.slice();
  flipHorizontal(turned, [21, 21]);
  const both = square.slice();
  flipHorizontal(both, [21, 21]);
  const [again] = seen([{ name: "scale", factor: 1.3 }], both, [21, 21]);
  assert(again!.every((byte, i) => Math.abs(byte - turned[i]!) <= 1), "it is even about the centre");
});

Deno.test("rotation turns counterclockwise, by the pixels of the augmentation", () => {
  const square: Size = [9, 9], pixels = randomImage(rng, square);
  const [turned] = seen([{ name: "rotation", degrees: 90 }], pixels, square);
  const expected = painted(square, () => 0);
  for (let y = 0; y < 9; y++) {
    for (let x = 0; x < 9; x++) {
      for (let c = 0; c < 3; c++) expected[(y * 9 + x) * 3 + c] = pixels[(x * 9 + 8 - y) * 3 + c]!;
    }
  }
  assert(turned!.every((byte, i) => Math.abs(byte - expected[i]!) <= 1), "quarter turns move whole pixels");
  const other = image.slice();
  applyRotation(other, size, -7, { interpolation: "bilinear", fill: [1, 2, 3] });
  assertEquals(seen([{ name: "rotation", degrees: -7, fill: [1, 2, 3] }], image, size)[0], other);
});

Deno.test("brightness multiplies every byte", () => {
  const expected = image.slice();
  brighten(expected, 1.25);
  const [found] = seen([{ name: "brightness", factor: 1.25 }], image, size);
  assertEquals(found, expected);
  assert(found!.every((byte, i) => Math.abs(byte - Math.min(255, image[i]! * 1.25)) < 1));
});

Deno.test("buildViews() names each view and has its weight", () => {
  const views = buildViews([{ name: "identity" }, { name: "fiveCrops", share: 0.9, weight: 0.5 }, {
    name: "rotation",
    degrees: -5,
  }]);
  assertEquals(views.map(({ name }) => name), [
    "identity",
    ...[1, 2, 3, 4, 5].map((k) => `fiveCrops(share=0.9) ${k}`),
    "rotation(degrees=-5)",
  ]);
  assertEquals(views.map(({ weight }) => weight), [1, 0.5, 0.5, 0.5, 0.5, 0.5, 1]);
});

Deno.test("a list of numbers is a view for each, as if each stood alone", () => {
  const lists: ViewSpec[] = [
    { name: "scale", factor: [0.9, 1, 1.2], fill: 7 },
    { name: "rotation", degrees: [-5, 8] },
    { name: "brightness", factor: [0.5, 2] },
  ];
  const alone: ViewSpec[] = [
    ...[0.9, 1, 1.2].map((factor) => ({ name: "scale", factor, fill: 7 }) as const),
    ...[-5, 8].map((degrees) => ({ name: "rotation", degrees }) as const),
    ...[0.5, 2].map((factor) => ({ name: "brightness", factor }) as const),
  ];
  assertEquals(seen(lists, image, size), seen(alone, image, size));
  assertEquals(buildViews(lists).map(({ name }) => name).slice(3, 5), [
    "rotation(degrees=-5,8) 1",
    "rotation(degrees=-5,8) 2",
  ]);
  assertThrows(() => buildViews([{ name: "scale", factor: [] }]), TypeError, "factor");
  assertThrows(() => buildViews([{ name: "rotation", degrees: [5, 400] }]), TypeError, "degrees");
});

Deno.test("buildViews() refuses no views, unknown ones and weights of 0", () => {
  assertThrows(() => buildViews([]), RangeError, "at least one view");
  assertThrows(() => buildViews([{ name: "mirror" } as never]), RangeError, `"identity", "flip", "fiveCrops"`);
  assertThrows(() => buildViews([{ name: "flip", weight: 0 }]), TypeError, "weight");
});
