/**
 * Colour jitter on bytes: brightness, contrast and saturation have the pixels of torchvision's on PIL images, and the hue is
 * turned in floating point, where PIL goes through bytes of HSV and differs by about 1 of 255.
 *
 * @module
 */
import { type Rng, shuffled } from "../core/rng.ts";
import { blend, borrowSteps } from "./blend.ts";
import { type Augment, grey, mapBytes, type Pixels } from "./pixels.ts";

const table = new Uint8Array(256);

/** Blends every byte with one and the same. */
function blendAll(pixels: Pixels, from: number, factor: number): void {
  const steps = borrowSteps(factor);
  for (let value = 0; value < 256; value++) table[value] = blend(steps, from, value);
  mapBytes(pixels, table);
}

/** Scales every channel by `factor`, which is at least 0. */
export function brighten(pixels: Pixels, factor: number): void {
  blendAll(pixels, 0, factor);
}

/** Scales every channel's distance from the image's mean grey by `factor`, which is at least 0. */
export function contrast(pixels: Pixels, factor: number): void {
  let sum = 0;
  for (let i = 0; i < pixels.length; i += 3) sum += grey(pixels, i);
  blendAll(pixels, Math.floor(sum / (pixels.length / 3) + 0.5), factor);
}

/** Scales every pixel's distance from its own grey by `factor`, which is at least 0. */
export function saturate(pixels: Pixels, factor: number): void {
  const steps = borrowSteps(factor);
  for (let i = 0; i < pixels.length; i += 3) {
    const base = grey(pixels, i);
    pixels[i] = blend(steps, base, pixels[i]!);
    pixels[i + 1] = blend(steps, base, pixels[i + 1]!);
    pixels[i + 2] = blend(steps, base, pixels[i + 2]!);
  }
}

/**
 * Turns every pixel's hue.
 *
 * @param turn Share of the colour circle, -0.5..0.5.
 */
export function turnHue(pixels: Pixels, turn: number): void {
  for (let i = 0; i < pixels.length; i += 3) {
    const r = pixels[i]!, g = pixels[i + 1]!, b = pixels[i + 2]!;
    const high = r > g ? (r > b ? r : b) : g > b ? g : b, low = r < g ? (r < b ? r : b) : g < b ? g : b;
    const chroma = high - low;
    if (chroma === 0) continue;
    const sixth = high === r ? (g - b) / chroma : high === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
    let hue = sixth + 6 * turn;
    hue = hue < 0 ? hue + 6 : hue >= 6 ? hue - 6 : hue;
    // Each channel follows the same trapezoid over the circle: full within a sixth of its own hue, none beyond two.
    pixels[i] = low + chroma * level(hue) + 0.5;
    pixels[i + 1] = low + chroma * level(hue < 2 ? hue + 4 : hue - 2) + 0.5;
    pixels[i + 2] = low + chroma * level(hue < 4 ? hue + 2 : hue - 4) + 0.5;
  }
}

/** How full a channel is at a hue that lies `place` sixths, 0..6, after its own. */
function level(place: number): number {
  const far = (place < 3 ? 3 - place : place - 3) - 1;
  return far < 0 ? 0 : far > 1 ? 1 : far;
}

/** Turns every pixel into its grey. */
export function toGrey(pixels: Pixels): void {
  for (let i = 0; i < pixels.length; i += 3) pixels[i] = pixels[i + 1] = pixels[i + 2] = grey(pixels, i);
}

/** Options of {@linkcode colorJitter}: the factor of each is drawn from [1 - x, 1 + x], the hue's turn from [-x, x]. */
export interface ColorJitterOptions {
  /** Largest relative change of brightness. */
  readonly brightness: number;
  /** Largest relative change of contrast. */
  readonly contrast: number;
  /** Largest relative change of saturation. */
  readonly saturation: number;
  /** Largest turn of the hue, as a share of the circle, 0..0.5. */
  readonly hue: number;
}

/** One change of colour: by what factor, or by what turn for the hue. */
export interface ColorChange {
  /** What is changed. */
  readonly kind: keyof ColorJitterOptions;
  /** The factor, at least 0; for the hue the turn, -0.5..0.5. */
  readonly amount: number;
}

const CHANGES = { brightness: brighten, contrast, saturation: saturate, hue: turnHue } as const;
const KINDS = ["brightness", "contrast", "saturation", "hue"] as const;

/**
 * Draws the changes of a colour jitter, in random order.
 *
 * @param options The bounds; what has bound 0 is left out.
 * @param rng Where order and amounts are drawn from.
 * @returns The changes, in the order in which they are made.
 */
export function drawColorJitter(options: ColorJitterOptions, rng: Rng): ColorChange[] {
  return shuffled(KINDS.filter((kind) => options[kind] > 0), rng).map((kind) => {
    const bound = options[kind];
    const [low, high] = kind === "hue" ? [-bound, bound] : [Math.max(1 - bound, 0), 1 + bound];
    return { kind, amount: low + rng() * (high - low) };
  });
}

/** Makes changes of colour in their order, in place. */
export function applyColorJitter(pixels: Pixels, changes: readonly ColorChange[]): void {
  for (const { kind, amount } of changes) CHANGES[kind](pixels, amount);
}

/** Brightness, contrast, saturation and hue, changed in random order, as torchvision's ColorJitter. */
export function colorJitter(options: ColorJitterOptions): Augment {
  return (pixels, _size, rng) => applyColorJitter(pixels, drawColorJitter(options, rng));
}
