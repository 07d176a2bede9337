/**
 * Unsharp masking of luma: each pixel moves away from its blurred surroundings, all three channels by the same amount, so
 * that edges get no coloured seam. Luma is ITU-R BT.601's; the blur is Gaussian, cut at three deviations and mirrored about
 * the border's pixels, as in OpenCV.
 *
 * @module
 */
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
  return ({ data, height, width }) => {
    const { luma, rows } = blurRows(data, width, weights), sums = new Int32Array(width);
    const places = new Int32Array(2 * weights.length - 1), out = new Uint8ClampedArray(data.length);
    for (let y = 0; y < height; y++) {
      for (let k = 0; k < places.length; k++) places[k] = mirror(y + k - weights.length + 1, height) * width;
      const nearest = addFarther(rows, places, weights, sums);
      addRow(data, luma, rows, nearest, sums, changes, out, y * width);
    }
    return { data: new Uint8Array(out.buffer), height, width };
  };
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

/** Luma, and luma blurred along the rows, to 1/256 of a byte; `[H, W]` each. */
function blurRows(
  data: Uint8Array,
  width: number,
  weights: Int32Array,
): { readonly luma: Uint8Array; readonly rows: Uint16Array } {
  const luma = new Uint8Array(data.length / 3), rows = new Uint16Array(luma.length), reach = weights.length - 1;
  const row = new Uint16Array(width + 2 * reach), sums = new Int32Array(width);
  const places = Int32Array.from({ length: 2 * reach + 1 }, (_, k) => k);
  for (let start = 0; start < luma.length; start += width) {
    fillLuma(data, luma, row, start, width, reach);
    for (let k = 1; k <= reach; k++) {
      row[reach - k] = luma[start + mirror(-k, width)]!;
      row[reach + width - 1 + k] = luma[start + mirror(width - 1 + k, width)]!;
    }
    blurRow(row, addFarther(row, places, weights, sums), sums, rows, start);
  }
  return { luma, rows };
}

/** Fills a row of luma, and the same in the middle of a longer one. */
function fillLuma(
  data: Uint8Array,
  luma: Uint8Array,
  row: Uint16Array,
  start: number,
  width: number,
  reach: number,
): void {
  for (let x = 0, i = 3 * start; x < width; x++, i += 3) {
    row[reach + x] = luma[start + x] = (data[i]! * 19595 + data[i + 1]! * 38470 + data[i + 2]! * 7471 + 32768) >> 16;
  }
}

/** The run in the middle and the three on either side of it: where they begin, and their weights. */
interface Nearest {
  readonly places: readonly [number, number, number, number, number, number, number];
  readonly weights: readonly [number, number, number, number];
}

/**
 * Fills sums of runs of values, each run with its weight, but for the nearest, which the last loop over a row adds itself.
 *
 * @param values Where the runs are.
 * @param places Where each begins; the one in the middle counts most.
 * @param weights Of the middle one, and of those 1, 2, ... away on either side.
 * @param sums Filled if there are any farther than three; as long as a run.
 */
function addFarther(values: Uint16Array, places: Int32Array, weights: Int32Array, sums: Int32Array): Nearest {
  const reach = weights.length - 1, at = (n: number) => places[Math.min(2 * reach, Math.max(0, reach + n))]!;
  if (reach > 3) sums.fill(0);
  const weight = (k: number) => weights[k] ?? 0; // beyond the reach, where any place will do
  for (let k = 4; k <= reach; k += 3) {
    const [near, far, last] = [weight(k), weight(k + 1), weight(k + 2)];
    addPairs(values, sums, near, far, last, at(-k), at(k), at(-k - 1), at(k + 1), at(-k - 2), at(k + 2));
  }
  return {
    places: [at(-3), at(-2), at(-1), at(0), at(1), at(2), at(3)],
    weights: [weight(0), weight(1), weight(2), weight(3)],
  };
}

/** Adds three pairs of runs; plain numbers keep the loop free of look-ups. */
function addPairs(
  values: Uint16Array,
  sums: Int32Array,
  near: number,
  far: number,
  last: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
): void {
  for (let x = 0; x < sums.length; x++) {
    sums[x] = sums[x]! + Math.imul(near, values[a + x]! + values[b + x]!) +
      Math.imul(far, values[c + x]! + values[d + x]!) + Math.imul(last, values[e + x]! + values[f + x]!);
  }
}

/** Fills a row, which begins at `start`, with sums and the nearest values, which lie side by side, rounded to 1/256. */
function blurRow(
  values: Uint16Array,
  { places: [, , , middle], weights: [own, near, far, last] }: Nearest,
  sums: Int32Array,
  out: Uint16Array,
  start: number,
): void {
  const at = (n: number) => values[middle + n] ?? 0; // where there is none its weight is 0
  let a = at(-3), b = at(-2), c = at(-1), d = at(0), e = at(1), f = at(2);
  for (let x = 0, next = middle + 3; x < sums.length; x++, next++) {
    const g = next < values.length ? values[next]! : 0;
    const sum = sums[x]! + Math.imul(own, d) + Math.imul(near, c + e) + Math.imul(far, b + f) + Math.imul(last, a + g);
    out[start + x] = (sum + ROUND) >> (BITS - KEPT);
    a = b;
    b = c;
    c = d;
    d = e;
    e = f;
    f = g;
  }
}

/** Fills a row, which begins at pixel `start`, with what is sharpened by sums and the nearest runs. */
function addRow(
  data: Uint8Array,
  luma: Uint8Array,
  values: Uint16Array,
  { places: [a, b, c, d, e, f, g], weights: [own, near, far, last] }: Nearest,
  sums: Int32Array,
  changes: Int16Array,
  out: Uint8ClampedArray,
  start: number,
): void {
  for (let x = 0, i = 3 * start; x < sums.length; x++, i += 3) {
    const sum = sums[x]! + Math.imul(own, values[d + x]!) + Math.imul(near, values[c + x]! + values[e + x]!) +
      Math.imul(far, values[b + x]! + values[f + x]!) + Math.imul(last, values[a + x]! + values[g + x]!);
    const change = changes[(((luma[start + x]! << POINT) - sum + HALF) >> BITS) + FAR]!;
    out[i] = data[i]! + change;
    out[i + 1] = data[i + 1]! + change;
    out[i + 2] = data[i + 2]! + change;
  }
}
