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
const BITS = 12, KEPT = 8, POINT = BITS + KEPT, ROUND = 1 << (BITS - KEPT - 1);

/** Makes the step. */
export function sharpenEdges({ amount, sigma, threshold }: SharpenEdgesOptions): Preprocess {
  const weights = gaussian(sigma), least = threshold * 2 ** POINT, gain = amount / 2 ** POINT;
  return (image) => {
    const { data, height, width } = image, luma = lumaOf(image);
    const rows = blurRows(luma, width, weights), sums = new Int32Array(width);
    const out = new Uint8ClampedArray(data.length);
    for (let y = 0; y < height; y++) {
      blurColumn(rows, y, { height, width }, weights, sums);
      for (let x = 0, p = y * width, i = 3 * p; x < width; x++, p++, i += 3) {
        const far = (luma[p]! << POINT) - sums[x]!;
        const change = far >= least || far <= -least ? far * gain : 0;
        out[i] = data[i]! + change;
        out[i + 1] = data[i + 1]! + change;
        out[i + 2] = data[i + 2]! + change;
      }
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

function lumaOf({ data }: Pixels): Uint8Array {
  const out = new Uint8Array(data.length / 3);
  for (let p = 0, i = 0; p < out.length; p++, i += 3) {
    out[p] = (data[i]! * 19595 + data[i + 1]! * 38470 + data[i + 2]! * 7471 + 32768) >> 16;
  }
  return out;
}

/** Blurs along the rows, to 1/256 of a byte. */
function blurRows(luma: Uint8Array, width: number, weights: Int32Array): Uint16Array {
  const out = new Uint16Array(luma.length), reach = weights.length - 1, middle = weights[0]!;
  const row = new Uint8Array(width + 2 * reach), sums = new Int32Array(width);
  for (let start = 0; start < luma.length; start += width) {
    row.set(luma.subarray(start, start + width), reach);
    for (let k = 1; k <= reach; k++) {
      row[reach - k] = luma[start + mirror(-k, width)]!;
      row[reach + width - 1 + k] = luma[start + mirror(width - 1 + k, width)]!;
    }
    for (let x = 0; x < width; x++) sums[x] = row[x + reach]! * middle;
    for (let k = 1; k <= reach; k++) {
      const weight = weights[k]!;
      for (let x = 0, a = reach - k, b = reach + k; x < width; x++, a++, b++) {
        sums[x] = sums[x]! + weight * (row[a]! + row[b]!);
      }
    }
    for (let x = 0; x < width; x++) out[start + x] = (sums[x]! + ROUND) >> (BITS - KEPT);
  }
  return out;
}

/** Blurs across blurred rows; fills `sums` for row y. */
function blurColumn(
  rows: Uint16Array,
  y: number,
  { height, width }: { readonly height: number; readonly width: number },
  weights: Int32Array,
  sums: Int32Array,
): void {
  const middle = weights[0]!, start = y * width;
  for (let x = 0; x < width; x++) sums[x] = rows[start + x]! * middle;
  for (let k = 1; k < weights.length; k++) {
    const weight = weights[k]!;
    for (let x = 0, a = mirror(y - k, height) * width, b = mirror(y + k, height) * width; x < width; x++, a++, b++) {
      sums[x] = sums[x]! + weight * (rows[a]! + rows[b]!);
    }
  }
}
