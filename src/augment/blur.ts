/**
 * Gaussian blur on bytes, with torchvision's kernel and reflected edges.
 * https://docs.pytorch.org/vision/0.14/generated/torchvision.transforms.GaussianBlur.html
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import type { Rng } from "../core/rng.ts";
import { drawFrom, type Range } from "./draw.ts";
import type { Augment, Pixels } from "./pixels.ts";

/** Options of {@linkcode gaussianBlur}. */
export interface GaussianBlurOptions {
  /** Side of the square kernel in pixels, odd. */
  readonly kernel: number;
  /** Lowest and highest standard deviation in pixels, above 0. */
  readonly sigma: Range;
}

/** Weights below this change no byte by more than a thousandth of a step, and are left out. */
const NEGLIGIBLE = 1e-6;

let between = new Float32Array(0), padded = new Float32Array(0), sums = new Float32Array(0);

/**
 * Draws the standard deviation of a blur, in pixels.
 *
 * @param sigma The lowest and the highest.
 * @param rng Where it is drawn from.
 */
export function drawSigma(sigma: Range, rng: Rng): number {
  return drawFrom(sigma, rng);
}

/**
 * Blurs an image in place: along the rows, then down the columns, rounded once at the end.
 *
 * @param pixels RGB `[H, W, 3]`.
 * @param size Height and width in pixels.
 * @param blur Side of the kernel, odd, and standard deviation, both in pixels.
 */
export function applyBlur(
  pixels: Pixels,
  [height, width]: Size,
  { kernel, sigma }: { readonly kernel: number; readonly sigma: number },
): void {
  const weights = gaussian(kernel, sigma), reach = weights.length - 1;
  if (reach === 0) return;
  const row = width * 3;
  if (between.length < height * row) between = new Float32Array(height * row);
  if (padded.length < row + reach * 6) padded = new Float32Array(row + reach * 6);
  if (sums.length < row) sums = new Float32Array(row);
  for (let y = 0; y < height; y++) {
    padRow(pixels, y * row, width, reach);
    addTaps(between, y * row, padded, reach * 3, row, weights, (t) => [(reach - t) * 3, (reach + t) * 3]);
  }
  for (let y = 0; y < height; y++) {
    const source = (offset: number) => reflected(y + offset, height) * row;
    addTaps(sums, 0, between, y * row, row, weights, (t) => [source(-t), source(t)]);
    for (let i = 0, out = y * row; i < row; i++, out++) pixels[out] = (sums[i]! + 0.5) | 0;
  }
}

/** The kernel's middle and one side, summing to 1 with both sides; ends that weigh next to nothing are left out. */
function gaussian(kernel: number, sigma: number): Float32Array {
  const raw = Array.from({ length: (kernel + 1) / 2 }, (_, t) => Math.exp(-0.5 * (t / sigma) ** 2));
  const sum = raw.reduce((sum, value, t) => sum + (t === 0 ? value : 2 * value), 0);
  return Float32Array.from(raw.map((value) => value / sum).filter((weight) => weight > NEGLIGIBLE));
}

/** Adds up `length` weighted values about `middle`, each with the pair that lies `t` taps to either side. */
function addTaps(
  out: Float32Array,
  first: number,
  source: Float32Array,
  middle: number,
  length: number,
  weights: Float32Array,
  pair: (t: number) => readonly [number, number],
): void {
  const own = weights[0]!;
  for (let i = 0; i < length; i++) out[first + i] = own * source[middle + i]!;
  for (let t = 1; t < weights.length; t++) {
    const weight = weights[t]!, [before, after] = pair(t);
    for (let i = 0; i < length; i++) out[first + i]! += weight * (source[before + i]! + source[after + i]!);
  }
}

/** Copies the row at `from` between reflections of its ends. */
function padRow(pixels: Pixels, from: number, width: number, reach: number): void {
  for (let i = 0; i < width * 3; i++) padded[reach * 3 + i] = pixels[from + i]!;
  for (let t = 1; t <= reach; t++) {
    const [left, right] = [reflected(-t, width), reflected(width - 1 + t, width)];
    for (let c = 0; c < 3; c++) {
      padded[(reach - t) * 3 + c] = pixels[from + left * 3 + c]!;
      padded[(reach + width - 1 + t) * 3 + c] = pixels[from + right * 3 + c]!;
    }
  }
}

/** The index within 0..length-1 that one outside is the mirror image of; an end is not repeated. */
function reflected(index: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1), place = ((index % period) + period) % period;
  return place < length ? place : period - place;
}

/** Blurs an image with a standard deviation drawn evenly, as torchvision's GaussianBlur. */
export function gaussianBlur({ kernel, sigma }: GaussianBlurOptions): Augment {
  return (pixels, size, rng) => applyBlur(pixels, size, { kernel, sigma: drawSigma(sigma, rng) });
}
