import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  applyAffine,
  applyCrop,
  applyNoise,
  applyPerspective,
  applyRotation,
  AUGMENTS,
  type AugmentSpec,
  flipHorizontal,
  flipVertical,
  invert,
} from "../../src/augment/mod.ts";
import { build } from "../../src/core/parts.ts";
import { seededRng } from "../../src/core/rng.ts";
import { printedRng } from "../random.ts";
import { randomImage, randomSize, withMargins } from "./images.ts";

const BILINEAR = { interpolation: "bilinear", fill: 0 } as const;
const NEAREST = { interpolation: "nearest", fill: 0 } as const;

/** Options with which each augmentation is sure to change an image. */
const STRONG: { readonly [K in AugmentSpec["name"]]: Omit<Extract<AugmentSpec, { name: K }>, "name"> } = {
  colorJitter: { brightness: 0.5, contrast: 0.5, saturation: 0.5, hue: 0.3 },
  horizontalFlip: { chance: 1 },
  verticalFlip: { chance: 1 },
  randomAffine: { degrees: [20, 40], translate: 0.2, scale: [0.7, 0.9], shear: [-9, 9, -9, 9], fill: "edge" },
  rotation: { degrees: [20, 40], interpolation: "bilinear", fill: [1, 2, 3] },
  perspective: { distortion: 0.8, chance: 1, fill: "edge" },
  randomResizedCrop: { scale: [0.2, 0.6], interpolation: "bicubic" },
  centreZoom: { share: 0.5, interpolation: "nearest" },
  gaussianBlur: { kernel: 7, sigma: [1, 2] },
  sharpen: { factor: [1.5, 3], chance: 1 },
  grayscale: { chance: 1 },
  invert: { chance: 1 },
  posterize: { bits: 2, chance: 1 },
  solarize: { threshold: 100, chance: 1 },
  autocontrast: { chance: 1 },
  equalize: { chance: 1 },
  randomErasing: { chance: 1, scale: [0.1, 0.3], value: "random" },
  randAugment: { operations: ["rotate", "posterize"], magnitude: 20 },
  trivialAugment: { operations: ["invert"] },
};

/** Options with which none changes anything. */
const IDLE: { readonly [K in AugmentSpec["name"]]?: Omit<Extract<AugmentSpec, { name: K }>, "name"> } = {
  colorJitter: {},
  horizontalFlip: { chance: 0 },
  verticalFlip: { chance: 0 },
  randomAffine: { interpolation: "bilinear" },
  rotation: { degrees: 0 },
  perspective: { distortion: 0, chance: 1 },
  randomResizedCrop: { scale: [1, 1], ratio: [1e-3, 1e3] },
  centreZoom: { share: 1 },
  gaussianBlur: { sigma: [0.01, 0.02] },
  sharpen: { factor: 1, chance: 1 },
  grayscale: { chance: 0 },
  invert: { chance: 0 },
  posterize: { bits: 8, chance: 1 },
  solarize: { threshold: 256, chance: 1 },
  autocontrast: { chance: 0 },
  equalize: { chance: 0 },
  randomErasing: { chance: 0 },
  randAugment: { count: 0 },
  trivialAugment: { operations: ["identity"] },
};

const NAMES = Object.keys(AUGMENTS) as AugmentSpec["name"][];
const augmentOf = (name: string, options: object | undefined) =>
  build("augment", AUGMENTS, { name, ...options } as AugmentSpec);

for (const name of NAMES) {
  Deno.test(`${name} follows its generator, and writes nothing outside the image`, () => {
    const rng = printedRng();
    const augment = augmentOf(name, STRONG[name]);
    for (let k = 0; k < 6; k++) {
      const size = randomSize(rng, 20), pixels = randomImage(rng, size); // equalize leaves fewer than 255 pixels alone
      const [first, second] = [withMargins(pixels), withMargins(pixels)];
      augment(first.image, size, seededRng(k));
      augment(second.image, size, seededRng(k));
      assertEquals(first.image, second.image);
      first.assertMargins(`${name} of ${size}`);
      assert(first.image.some((value, i) => value !== pixels[i]), `nothing changed, of ${size}`);
    }
  });

  Deno.test(`${name} by nothing changes nothing`, () => {
    const rng = printedRng();
    const augment = augmentOf(name, IDLE[name]);
    for (let k = 0; k < 6; k++) {
      const square = 4 + k, size = name === "randomResizedCrop" ? [square, square] as const : randomSize(rng);
      const pixels = randomImage(rng, size), image = pixels.slice();
      augment(image, size, rng.fork(k));
      assertEquals(image, pixels, `of ${size}`);
    }
  });

  Deno.test(`${name} works on images of one row, one column and one pixel`, () => {
    for (const size of [[1, 1], [1, 9], [9, 1], [2, 2]] as const) {
      const { image, assertMargins } = withMargins(randomImage(seededRng(1), size));
      for (let k = 0; k < 5; k++) augmentOf(name, STRONG[name])(image, size, seededRng(k));
      assertMargins(`${name} of ${size}`);
    }
  });
}

Deno.test("flips and invert() twice are the identity", () => {
  const rng = printedRng();
  for (let k = 0; k < 8; k++) {
    const size = randomSize(rng, 1), pixels = randomImage(rng, size);
    for (const change of [flipHorizontal, flipVertical, invert]) {
      const image = pixels.slice();
      change(image, size);
      change(image, size);
      assertEquals(image, pixels, `${change.name} of ${size}`);
    }
  }
});

Deno.test("applyRotation() by a half turn is both flips, and by four quarter turns nothing", () => {
  const rng = printedRng();
  for (const options of [NEAREST, BILINEAR]) {
    const size = randomSize(rng), pixels = randomImage(rng, size);
    const [turned, flipped] = [pixels.slice(), pixels.slice()];
    applyRotation(turned, size, 180, options);
    flipHorizontal(flipped, size);
    flipVertical(flipped, size);
    assertEquals(turned, flipped);
    const square = randomImage(rng, [17, 17]), round = square.slice();
    for (let k = 0; k < 4; k++) applyRotation(round, [17, 17], k === 0 ? -270 : 90, options);
    assertEquals(round, square);
  }
});

Deno.test("applyAffine() and applyRotation() turn against each other", () => {
  const rng = printedRng(), pixels = randomImage(rng, [16, 16]);
  const [clockwise, counter] = [pixels.slice(), pixels.slice()];
  applyAffine(clockwise, [16, 16], { angle: 90, shift: [0, 0], scale: 1, shear: [0, 0] }, NEAREST);
  applyRotation(counter, [16, 16], -90, NEAREST);
  assertEquals(clockwise, counter);
  const at = (image: Uint8Array, y: number, x: number) => image.slice((y * 16 + x) * 3, (y * 16 + x) * 3 + 3);
  assertEquals(at(clockwise, 2, 15), at(pixels, 0, 2)); // row 0 becomes the last column
});

Deno.test("applyAffine() by whole pixels moves them, and fills what comes from outside", () => {
  const rng = printedRng();
  for (const interpolation of ["nearest", "bilinear"] as const) {
    for (const fill of [7, [1, 2, 3], "edge"] as const) {
      const size = [11, 14] as const, pixels = randomImage(rng, size), image = pixels.slice();
      applyAffine(image, size, { angle: 0, shift: [3, -2], scale: 1, shear: [0, 0] }, { interpolation, fill });
      for (let i = 0; i < image.length; i++) {
        const c = i % 3, x = Math.floor(i / 3) % 14 - 3, y = Math.floor(i / 3 / 14) + 2;
        const [nearX, nearY] = [Math.max(0, x), Math.min(10, y)];
        const edge = pixels[(nearY * 14 + nearX) * 3 + c];
        const expected = (x === nearX && y === nearY) || fill === "edge"
          ? edge
          : typeof fill === "number"
          ? fill
          : fill[c];
        assertEquals(image[i], expected, `byte ${i}, ${interpolation}, fill ${fill}`);
      }
    }
  }
});

Deno.test("applyPerspective() by the same shift of all corners is applyAffine()", () => {
  const rng = printedRng(), size = [13, 18] as const, pixels = randomImage(rng, size);
  const [moved, shifted] = [pixels.slice(), pixels.slice()];
  applyPerspective(moved, size, [[2, 1], [19, 1], [19, 13], [2, 13]], NEAREST);
  applyAffine(shifted, size, { angle: 0, shift: [2, 1], scale: 1, shear: [0, 0] }, NEAREST);
  assertEquals(moved, shifted);
});

Deno.test("applyCrop() by a whole factor repeats pixels, and keeps one colour with every filter", () => {
  const rng = printedRng(), pixels = randomImage(rng, [12, 12]), image = pixels.slice();
  applyCrop(image, [12, 12], { top: 3, left: 5, height: 4, width: 6 }, { interpolation: "nearest" });
  for (let i = 0; i < image.length; i++) {
    const c = i % 3, x = Math.floor(i / 3) % 12, y = Math.floor(i / 36);
    assertEquals(image[i], pixels[((3 + Math.floor(y / 3)) * 12 + 5 + (x >> 1)) * 3 + c]);
  }
  for (const interpolation of ["nearest", "bilinear", "bicubic"] as const) {
    const plain = new Uint8Array(12 * 12 * 3).fill(93);
    applyCrop(plain, [12, 12], { top: 1, left: 0, height: 5, width: 11 }, { interpolation });
    assertEquals(plain.filter((value) => value !== 93).length, 0, interpolation);
  }
});

Deno.test("applyNoise() has ImageNet's mean and deviation by channel, but for what is cut at 0 and 255", () => {
  const size = [200, 200] as const, image = new Uint8Array(200 * 200 * 3);
  applyNoise(image, size, { top: 0, left: 0, height: 200, width: 200 }, printedRng());
  [[0.485, 0.229], [0.456, 0.224], [0.406, 0.225]].forEach(([mean, deviation], c) => {
    const values = image.filter((_, i) => i % 3 === c);
    const average = values.reduce((a, b) => a + b, 0) / values.length;
    const spread = Math.sqrt(values.reduce((a, b) => a + (b - average) ** 2, 0) / values.length);
    // Five standard errors are 1.5; the cut at 0 takes a little of the deviation.
    assert(Math.abs(average - 255 * mean!) < 2, `mean ${average} of channel ${c}`);
    assert(spread > 255 * deviation! - 3.5 && spread < 255 * deviation! + 1, `deviation ${spread} of channel ${c}`);
  });
});

Deno.test("AUGMENTS refuse options out of bounds, and say which", () => {
  const refused: [string, object, string][] = [
    ["gaussianBlur", { kernel: 4 }, "kernel"],
    ["gaussianBlur", { sigma: [2, 1] }, "sigma"],
    ["randomResizedCrop", { scale: [0, 1] }, "scale"],
    ["randomResizedCrop", { interpolation: "lanczos" }, "interpolation"],
    ["randomAffine", { shear: 90 }, "shear"],
    ["randomAffine", { scale: [0, 1] }, "scale"],
    ["rotation", { fill: 256 }, "fill"],
    ["randomErasing", { value: "black" }, "value"],
    ["randAugment", { magnitude: 31 }, "magnitude"],
    ["trivialAugment", { operations: [] }, "operations"],
    ["posterize", { bits: 9 }, "bits"],
  ];
  for (const [name, options, option] of refused) {
    assertThrows(() => augmentOf(name, options), TypeError, option, `${name} with ${JSON.stringify(options)}`);
  }
});
