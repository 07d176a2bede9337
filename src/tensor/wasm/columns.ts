/**
 * `Sum` over the leading axes, as the gradients of biases and scales take it; and `Concat` and `SplitV` along the last axis,
 * each the other's gradient. The stock kernels transpose, or work pixel by pixel in JavaScript.
 *
 * @module
 */
import { count, replaceKernel } from "../registry.ts";
import * as tf from "../tf.ts";
import { engine } from "./engine.ts";
import { PARTS } from "./pool.ts";

/** Elements below which threads cost more than they bring. */
const GRAIN = 8192;

/** Registers the kernels; what they do not cover stays the stock ones'. */
export function registerColumns(): void {
  replaceKernel<"x">("wasm", "Sum", (stock) => ({ x }, attrs) => {
    const { axis, keepDims } = attrs as { axis: number | number[]; keepDims: boolean };
    const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b), { length } = axes;
    const leading = length > 0 && length < x.shape.length && axes.every((axis, i) => axis === i);
    if (!leading || x.dtype !== "float32" || count(x.shape) === 0) return stock({ x }, attrs);
    const e = engine(), rest = x.shape.slice(length), C = count(rest), rows = count(x.shape) / C;
    const out = e.output(keepDims ? [...axes.map(() => 1), ...rest] : rest);
    const grain = grainOf(C), partials = e.scratch("partials", Math.min(PARTS, Math.ceil(rows / grain)) * C * 4);
    const parts = e.run("sumRows", [e.address(x), C, partials], rows, { grain });
    new Uint8Array(e.memory.buffer).copyWithin(e.address(out), partials, partials + C * 4);
    if (parts > 1) e.run("sumParts", [e.address(out), partials + C * 4, parts - 1, C * 4], C, { grain: 1024 });
    return out;
  });
  replaceKernel<string>("wasm", "Concat", (stock) => (inputs, attrs) => {
    const all = Object.values(inputs), [axis] = tf.util.parseAxisParam(attrs.axis, all[0]!.shape);
    const tensors = all.filter(({ shape }) => count(shape) > 0), rank = all[0]!.shape.length;
    if (axis !== rank - 1 || rank < 2 || tensors.length < 2 || tensors.some(({ dtype }) => dtype !== "float32")) {
      return stock(inputs, attrs);
    }
    const e = engine(), widths = tensors.map(({ shape }) => shape.at(-1)!), C = widths.reduce((sum, n) => sum + n, 0);
    const outer = tensors[0]!.shape.slice(0, -1), rows = count(outer), out = e.output([...outer, C]);
    let at = e.address(out);
    tensors.forEach((tensor, i) => {
      e.run("copyColumns", [e.address(tensor), widths[i]!, at, C, widths[i]!], rows, { grain: grainOf(widths[i]!) });
      at += widths[i]! * 4;
    });
    return out;
  });
  replaceKernel<"x">("wasm", "SplitV", (stock) => ({ x }, attrs) => {
    const rank = x.shape.length, [axis] = tf.util.parseAxisParam(attrs.axis, x.shape);
    if (axis !== rank - 1 || rank < 2 || x.dtype !== "float32") return stock({ x }, attrs);
    const e = engine(), widths = tf.backend_util.prepareSplitSize(x as tf.Tensor, attrs.numOrSizeSplits, axis);
    const outer = x.shape.slice(0, -1), C = x.shape.at(-1)!;
    let at = e.address(x);
    return widths.map((width) => {
      const out = e.output([...outer, width]);
      e.run("copyColumns", [at, C, e.address(out), width, width], count(outer), { grain: grainOf(width) });
      at += width * 4;
      return out;
    });
  });
}

function grainOf(width: number): number {
  return Math.ceil(GRAIN / Math.max(1, width));
}
