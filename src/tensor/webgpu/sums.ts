/**
 * `Sum` over the leading axes, as the gradient of a bias takes it. The stock kernel transposes first, and has one workgroup
 * a channel.
 *
 * @module
 */
import { count, replaceKernel } from "../registry.ts";
import * as tf from "../tf.ts";
import { bufferOf, output } from "./dispatch.ts";
import { sumRows, type Terms } from "./row_sums.ts";
import { widthOf } from "./wgsl.ts";

const ROWS: Terms = { key: "rows", inputs: ["x"], terms: ["x[k]"] };

/** Registers the kernel; all other sums stay the stock one's. */
export function registerSums(): void {
  replaceKernel<"x">("webgpu", "Sum", (stock) => ({ x }, attrs) => {
    const { axis, keepDims } = attrs as { axis: number | number[]; keepDims: boolean };
    const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b), { length } = axes;
    const leading = length > 0 && length < x.shape.length && axes.every((axis, i) => axis === i);
    if (!leading || x.dtype !== "float32" || count(x.shape) === 0) return stock({ x }, attrs);
    const rest = x.shape.slice(length), C = count(rest), width = widthOf(C);
    const out = output(keepDims ? [...axes.map(() => 1), ...rest] : rest);
    const sizes = { images: 1, rows: count(x.shape) / C, columns: C / width };
    sumRows(ROWS, { sizes, width, inputs: [bufferOf(x)], outputs: [bufferOf(out)] });
    return out;
  });
}
