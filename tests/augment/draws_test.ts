import { assert, assertEquals } from "@std/assert";
import {
  AUGMENTS,
  type AugmentSpec,
  drawAffine,
  drawColorJitter,
  drawCorners,
  drawCrop,
  drawErasing,
  drawRotation,
  drawSigma,
  randomBeta,
} from "../../src/augment/mod.ts";
import { build } from "../../src/core/parts.ts";
import { printedRng } from "../random.ts";
import { assertFollows, assertFrequencies, assertUniform, evenly } from "./uniform.ts";

const N = 4000;
const draws = <T>(draw: () => T) => Array.from({ length: N }, draw);
const range = (low: number, high: number) => Array.from({ length: high - low + 1 }, (_, i) => low + i);

Deno.test("drawColorJitter() draws every factor evenly within its bounds, in every order alike", () => {
  const rng = printedRng();
  const drawn = draws(() => drawColorJitter({ brightness: 0.4, contrast: 0, saturation: 1.5, hue: 0.2 }, rng));
  const amounts = (kind: string) => drawn.map((changes) => changes.find((change) => change.kind === kind)!.amount);
  assertUniform(amounts("brightness"), [0.6, 1.4], "brightness");
  assertUniform(amounts("saturation"), [0, 2.5], "saturation");
  assertUniform(amounts("hue"), [-0.2, 0.2], "hue");
  const orders = ["b s h", "b h s", "s b h", "s h b", "h b s", "h s b"];
  assertFrequencies(drawn.map((changes) => changes.map(({ kind }) => kind[0]).join(" ")), evenly(orders), "orders");
});

Deno.test("drawAffine() draws every quantity evenly within its bounds, and shifts by whole pixels", () => {
  const rng = printedRng();
  const options = { degrees: [-10, 50], translate: [0.1, 0.25], scale: [0.5, 2], shear: [-5, 8, 2, 9] } as const;
  const drawn = draws(() => drawAffine(options, [200, 400], rng));
  assertUniform(drawn.map(({ angle }) => angle), [-10, 50], "angle");
  assertUniform(drawn.map(({ scale }) => scale), [0.5, 2], "scale");
  assertUniform(drawn.map(({ shear }) => shear[0]), [-5, 8], "shear along x");
  assertUniform(drawn.map(({ shear }) => shear[1]), [2, 9], "shear along y");
  for (const [axis, bound] of [[0, 40], [1, 50]] as const) {
    const shifts = drawn.map(({ shift }) => shift[axis]);
    const inner = 1 / (2 * bound); // the ends are rounded to from one side only
    const odds = new Map(range(-bound, bound).map((k) => [k, Math.abs(k) === bound ? inner / 2 : inner]));
    assertFrequencies(shifts.map((shift) => shift + 0), odds, `shift along axis ${axis}`);
  }
});

Deno.test("drawAffine() takes one number for as far either way", () => {
  const rng = printedRng();
  const drawn = draws(() => drawAffine({ degrees: 30, translate: 0, scale: 0.2, shear: 7 }, [9, 9], rng));
  assertUniform(drawn.map(({ angle }) => angle), [-30, 30], "angle");
  assertUniform(drawn.map(({ scale }) => scale), [0.8, 1.2], "scale");
  assertUniform(drawn.map(({ shear }) => shear[0]), [-7, 7], "shear along x");
  assert(drawn.every(({ shift, shear }) => Math.abs(shift[0]) + Math.abs(shift[1]) + Math.abs(shear[1]) === 0));
});

Deno.test("drawRotation() and drawSigma() are uniform", () => {
  const rng = printedRng();
  assertUniform(draws(() => drawRotation(25, rng)), [-25, 25], "degrees");
  assertUniform(draws(() => drawSigma([0.1, 2], rng)), [0.1, 2], "sigma");
});

Deno.test("drawCorners() draws each coordinate evenly among the whole pixels within bounds", () => {
  const rng = printedRng(), [height, width] = [31, 44], distortion = 0.5;
  const drawn = draws(() => drawCorners(distortion, [height, width], rng));
  const [reachX, reachY] = [11, 7]; // half of 44 / 2, and half of 31 / 2 rounded down twice
  const [left, right] = [evenly(range(0, reachX)), evenly(range(width - 1 - reachX, width - 1))];
  const [upper, lower] = [evenly(range(0, reachY)), evenly(range(height - 1 - reachY, height - 1))];
  [[left, upper], [right, upper], [right, lower], [left, lower]].forEach((odds, k) => {
    odds.forEach((odds, axis) => {
      assertFrequencies(drawn.map((corners) => corners[k]![axis]!), odds, `corner ${k}, axis ${axis}`);
    });
  });
});

Deno.test("drawCrop() keeps area and aspect ratio within bounds, evenly, and the box within the image", () => {
  const rng = printedRng(), size = [1000, 1000] as const;
  const drawn = draws(() => drawCrop({ scale: [0.1, 0.3], ratio: [0.5, 2] }, size, rng)); // every box fits
  assertUniform(drawn.map(({ height, width }) => Math.log(width / height)), [-0.7, 0.7], "logarithm of the ratio");
  const areas = drawn.map(({ height, width }) => height * width / 1e6);
  assertUniform(areas, [0.099, 0.301], "area");
  // Where the box stands is even among the places that it has.
  assertUniform(drawn.map(({ top, height }) => (top + rng()) / (1001 - height)), [0, 1], "top");
  assertUniform(drawn.map(({ left, width }) => (left + rng()) / (1001 - width)), [0, 1], "left");
});

Deno.test("drawCrop() falls back on the largest box in the middle whose aspect ratio is within bounds", () => {
  const rng = printedRng(), never = [1, 1] as const;
  assertEquals(drawCrop({ scale: never, ratio: [1, 1] }, [20, 31], rng), { top: 0, left: 5, height: 20, width: 20 });
  assertEquals(drawCrop({ scale: never, ratio: [2, 2] }, [40, 31], rng), { top: 12, left: 0, height: 16, width: 31 });
  assertEquals(drawCrop({ scale: never, ratio: [90, 90] }, [9, 31], rng), { top: 4, left: 0, height: 1, width: 31 });
});

Deno.test("drawErasing() draws height by width, smaller than the image along both sides, or nothing", () => {
  const rng = printedRng(), size = [500, 800] as const;
  const drawn = draws(() => drawErasing({ scale: [0.02, 0.33], ratio: [0.5, 0.7] }, size, rng)!);
  for (const { top, left, height, width } of drawn) {
    assert(height < 500 && width < 800 && top + height <= 500 && left + width <= 800);
    const area = height * width / 400_000, ratio = height / width;
    assert(area > 0.019 && area < 0.332 && ratio > 0.49 && ratio < 0.72, `${height} x ${width}`);
  }
  assertEquals(drawErasing({ scale: [1, 1], ratio: [1, 1] }, [8, 8], rng), undefined);
});

Deno.test("chance is how often an image is changed", () => {
  const rng = printedRng();
  const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * 37) % 251);
  const specs: AugmentSpec[] = [
    { name: "horizontalFlip", chance: 0.3 },
    { name: "verticalFlip", chance: 0.7 },
    { name: "grayscale" },
    { name: "perspective", chance: 0.4, distortion: 1 },
    { name: "randomErasing", chance: 0.25, scale: [0.2, 0.3] },
    { name: "sharpen", chance: 0.6, factor: 3 },
    { name: "centreZoom", chance: 0.8, share: 0.5 },
  ];
  for (const spec of specs) {
    const augment = build("augment", AUGMENTS, spec);
    const changed = draws(() => {
      const image = pixels.slice();
      augment(image, [8, 8], rng);
      return image.some((value, i) => value !== pixels[i]);
    });
    const chance = "chance" in spec ? spec.chance! : 0.1;
    // Of perspective's draws, one in 25^4 leaves the corners where they are.
    assertFrequencies(changed, new Map([[true, chance], [false, 1 - chance]]), spec.name);
  }
});

Deno.test("randomBeta() is uniform at 1, the arcsine law at 1/2, and has the right variance elsewhere", () => {
  const rng = printedRng();
  assertUniform(draws(() => randomBeta(1, rng)), [0, 1], "alpha 1");
  assertFollows(draws(() => randomBeta(0.5, rng)), (x) => 2 / Math.PI * Math.asin(Math.sqrt(x)), "alpha 1/2");
  assertFollows(draws(() => randomBeta(2, rng)), (x) => x * x * (3 - 2 * x), "alpha 2");
  assert(draws(() => randomBeta(0.001, rng)).every((value) => value >= 0 && value <= 1));
  for (const alpha of [0.05, 0.2, 7]) {
    const values = draws(() => randomBeta(alpha, rng));
    const squares = values.map((value) => (value - 0.5) ** 2), variance = 1 / (4 * (2 * alpha + 1));
    const mean = squares.reduce((a, b) => a + b, 0) / N;
    // A square lies within 0..1/4, so its deviation is at most sqrt(v (1/4 - v)).
    const bound = 4.9 * Math.sqrt(variance * (0.25 - variance) / N);
    assert(Math.abs(mean - variance) <= bound, `alpha ${alpha}: variance ${mean}, expected ${variance}`);
  }
});
