/**
 * Unsharp masking of luma: each pixel moves away from its blurred surroundings, all three channels by the same amount, so
 * that edges get no coloured seam. Luma is ITU-R BT.601's; the blur is Gaussian, cut at three deviations and mirrored about
 * the border's pixels, as in OpenCV.
 *
 * @module
 */
import { fillRoom, findRoom, pixelKernels, roomAt } from "./pixel_kernels.ts";
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
const BITS = 12, KEPT = 8;

/** The largest difference to the blurred image, in such parts of a byte. */
const FAR = 255 << KEPT;

/** Makes the step. */
export function sharpenEdges({ amount, sigma, threshold }: SharpenEdgesOptions): Preprocess {
  const weights = gaussian(sigma), reach = weights.length - 1;
  const pairs = Int32Array.from(weights, (weight, k) => k === 0 ? weight : weight | weight << 16); // of both sides
  const changes = Int16Array.from({ length: 2 * FAR + 1 }, (_, i) => {
    const far = (i - FAR) / 2 ** KEPT;
    return Math.abs(far) < threshold ? 0 : Math.round(amount * far);
  });
  return ({ data, height, width }) => {
    const count = height * width, stride = 2 * Math.ceil(width / 8) * 8; // whole vectors
    const sizes = [count, data.length, height * stride, width + 2 * reach, 8 * reach + 8, pairs.byteLength];
    const room = findRoom(data.length, ...sizes, changes.byteLength);
    const [from, plane, to, rows, row, places, sides, table] = room as Eight;
    fillRoom(from, data);
    fillRoom(sides, pairs);
    fillRoom(table, changes);
    const { addEdges, blurRows, luma } = pixelKernels(), middle = table + 2 * FAR;
    luma(from, plane, count);
    blurRows(plane, width, height, sides, reach, row, rows, stride);
    addEdges(from, plane, width, height, sides, reach, rows, stride, places, middle, to);
    return { data: roomAt(to, data.length).slice(), height, width };
  };
}

type Eight = [number, number, number, number, number, number, number, number];

/** Weights of a place and of those 1, 2, ... away on either side; all together 2^BITS. */
function gaussian(sigma: number): Int32Array {
  const reach = Math.max(1, Math.round(3 * sigma));
  const raw = Array.from({ length: reach + 1 }, (_, k) => Math.exp(-k * k / (2 * sigma * sigma)));
  const sum = 2 * raw.reduce((a, b) => a + b, 0) - raw[0]!;
  const weights = Int32Array.from(raw, (weight) => Math.round(weight / sum * 2 ** BITS));
  weights[0] = 2 ** BITS - 2 * weights.reduce((a, b, k) => k === 0 ? 0 : a + b, 0);
  return weights;
}
