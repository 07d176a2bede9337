/**
 * Unsharp masking of luma: each pixel moves away from its blurred surroundings, all three channels by the same amount, so
 * that edges get no coloured seam. Luma is ITU-R BT.601's; the blur is Gaussian, cut at three deviations and mirrored about
 * the border's pixels, as in OpenCV.
 *
 * @module
 */
import type { Pixels } from "../core/resample.ts";
import { mirror } from "./mirror.ts";
import type { Preprocess } from "./step.ts";

/** Options of sharpening. */
export interface SharpenEdgesOptions {
  /** How much of the difference to the blurred image is added. */
  readonly amount: number;
  /** The blur's standard deviation in pixels. */
  readonly sigma: number;
  /** The least difference, in bytes, that is added; smaller ones, such as grain, stay as they are. */
  readonly threshold: number;
}

/** Bits of a weight; a blurred row keeps 8 bits behind the point. */
const BITS = 12, KEPT = 8, POINT = BITS + KEPT, ROUND = 1 << (BITS - KEPT - 1), HALF = 1 << (BITS - 1);

/** The largest difference to the blurred image, in such parts of a byte. */
const FAR = 255 << KEPT;

/** Makes the step. */
export function sharpenEdges({ amount, sigma, threshold }: SharpenEdgesOptions): Preprocess {
  const weights = gaussian(sigma);
  const changes = Int16Array.from({ length: 2 * FAR + 1 }, (_, i) => {
    const far = (i - FAR) / 2 ** KEPT;
    return Math.abs(far) < threshold ? 0 : Math.round(amount * far);
  });
  return (image) => {
    const { data, height, width } = image, luma = lumaOf(image);
    const rows = blurRows(luma, width, weights), sums = new Int32Array(width);
    const places = new Int32Array(2 * weights.length - 1), out = new Uint8ClampedArray(data.length);
    for (let y = 0; y < height; y++) {
      blurColumn(rows, y, { height, width }, weights, places, sums);
      addRow(data, luma, sums, changes, out, y * width);
    }
    return { data: new Uint8Array(out.buffer), height, width };
  };
}

/** Fills a row, which begins at pixel `start`, with what is sharpened. */
function addRow(
  data: Uint8Array,
  luma: Uint8Array,
  sums: Int32Array,
  changes: Int16Array,
  out: Uint8ClampedArray,
  start: number,
): void {
  for (let x = 0, p = start, i = 3 * start; x < sums.length; x++, p++, i += 3) {
    const change = changes[(((luma[p]! << POINT) - sums[x]! + HALF) >> BITS) + FAR]!;
    out[i] = data[i]! + change;
    out[i + 1] = data[i + 1]! + change;
    out[i + 2] = data[i + 2]! + change;
  }
}

/** Weights of a place and of those 1, 2, ... away on either side; all together 2^BITS. */
function gaussian(sigma: number): Int32Array {
  const reach = Math.max(1, Math.round(3 * sigma));
  const raw = Array.from({ length: reach + 1 }, (_, k) => Math.exp(-k * k / (2 * sigma * sigma)));
  const sum = 2 * raw.reduce((a, b) => a + b, 0) - raw[0]!;
  const weights = Int32Array.from(raw, (weight) => Math.round(weight / sum * 2 ** BITS));
  weights[0] = 2 ** BITS - 2 * weights.reduce((a, b, k) => k === 0 ? 0 : a + b, 0);
  return weights;
}

function lumaOf({ data }: Pixels): Uint8Array {
  const out = new Uint8Array(data.length / 3);
  for (let p = 0, i = 0; p < out.length; p++, i += 3) {
    out[p] = (data[i]! * 19595 + data[i + 1]! * 38470 + data[i + 2]! * 7471 + 32768) >> 16;
  }
  return out;
}

/** Blurs along the rows, to 1/256 of a byte. */
function blurRows(luma: Uint8Array, width: number, weights: Int32Array): Uint16Array {
  const out = new Uint16Array(luma.length), reach = weights.length - 1, places = new Int32Array(2 * reach + 1);
  const row = new Uint16Array(width + 2 * reach), sums = new Int32Array(width);
  for (let k = -reach; k <= reach; k++) places[reach + k] = reach + k;
  for (let start = 0; start < luma.length; start += width) {
    for (let x = 0; x < width; x++) row[reach + x] = luma[start + x]!;
    for (let k = 1; k <= reach; k++) {
      row[reach - k] = luma[start + mirror(-k, width)]!;
      row[reach + width - 1 + k] = luma[start + mirror(width - 1 + k, width)]!;
    }
    addWeighted(row, places, weights, sums);
    round(sums, out, start);
  }
  return out;
}

function round(sums: Int32Array, out: Uint16Array, start: number): void {
  for (let x = 0; x < sums.length; x++) out[start + x] = (sums[x]! + ROUND) >> (BITS - KEPT);
}

/** Blurs across blurred rows; fills `sums` for row y. */
function blurColumn(
  rows: Uint16Array,
  y: number,
  { height, width }: { readonly height: number; readonly width: number },
  weights: Int32Array,
  places: Int32Array,
  sums: Int32Array,
): void {
  const reach = weights.length - 1;
  for (let k = -reach; k <= reach; k++) places[reach + k] = mirror(y + k, height) * width;
  addWeighted(rows, places, weights, sums);
}

/**
 * Fills sums of runs of values, each run with its weight, three pairs at a time.
 *
 * @param values Where the runs are.
 * @param places Where each begins; the one in the middle counts most.
 * @param weights Of the middle one, and of those 1, 2, ... away on either side.
 * @param sums Filled; as long as a run.
 */
function addWeighted(values: Uint16Array, places: Int32Array, weights: Int32Array, sums: Int32Array): void {
  const reach = weights.length - 1, middle = places[reach]!;
  sums.fill(0);
  for (let k = 1; k <= reach; k += 3) {
    const at = (n: number) => places[Math.min(2 * reach, Math.max(0, reach + n))]!; // beyond the reach the weight is 0
    const own = k === 1 ? weights[0]! : 0, near = weights[k]!;
    const far = k + 1 <= reach ? weights[k + 1]! : 0, last = k + 2 <= reach ? weights[k + 2]! : 0;
    const a = at(-k), b = at(k), c = at(-k - 1), d = at(k + 1), e = at(-k - 2), f = at(k + 2);
    addSeven(values, sums, own, near, far, last, middle, a, b, c, d, e, f);
  }
}

/** Adds one run, which begins at `middle`, and three pairs; plain numbers keep the loop free of look-ups. */
function addSeven(
  values: Uint16Array,
  sums: Int32Array,
  own: number,
  near: number,
  far: number,
  last: number,
  middle: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
): void {
  for (let x = 0; x < sums.length; x++) {
    sums[x] = sums[x]! + Math.imul(own, values[middle + x]!) + Math.imul(near, values[a + x]! + values[b + x]!) +
      Math.imul(far, values[c + x]! + values[d + x]!) + Math.imul(last, values[e + x]! + values[f + x]!);
  }
}
