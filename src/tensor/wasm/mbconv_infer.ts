/**
 * The mobile inverted bottleneck in inference: norms and activations are applied to what a convolution gives while it is in
 * the cache, so that no weights need to be folded, and none can be stale.
 *
 * @module
 */
import { tensorOf } from "../registry.ts";
import type * as tf from "../tf.ts";
import { depthwiseInto } from "./depthwise.ts";
import { engine } from "./engine.ts";
import { multiply } from "./matrix.ts";
import { type Bottleneck, excite, places } from "./mbconv.ts";
import { runningNorm, sourceOf } from "./norm.ts";
import { PARTS } from "./pool.ts";
import { placeGated, placeNormalisation } from "./structs.ts";

/** Runs a block with the running statistics. */
export function infer(x: tf.Tensor4D, block: Bottleneck): tf.Tensor4D {
  const { variables: { expand, depthwise, project }, attributes, info, sizes } = block;
  const { B, I, D, O, before, after } = sizes, e = engine(), X = e.address(x);
  const at = places(e.scratch("small layers", places(0, sizes).floats * 4), sizes);
  const wide = [B, info.outHeight, info.outWidth, D];
  const norm = (k: 0 | 1 | 2, C: number, of: typeof project.norm, activation: "silu" | "none") =>
    runningNorm(C, at.norms[k], sourceOf(of, { ...attributes, activation }));

  const expanded = expand && tensorOf(e.output([...x.shape.slice(0, 3), D]));
  if (expand) {
    const epilogue = placeNormalisation(norm(0, D, expand.norm, "silu"), { width: D });
    const product = { a: X, b: e.address(expand.filter), c: e.address(expanded!), M: B * before, N: D, K: I };
    multiply({ ...product, epilogue });
  }

  const mixed = tensorOf(e.output(wide)), sums = e.scratch("gates", PARTS * B * D * 4);
  const pool = { sums, pixels: after, images: B };
  const epilogue = placeNormalisation(norm(1, D, depthwise.norm, "silu"), { width: D, pool });
  const work = { x: expanded ? e.address(expanded) : X, filter: depthwise.filter, info, epilogue };
  const parts = depthwiseInto(e.address(mixed), work);
  e.run("finishPool", [sums, parts, B * D * 4, at.pooled, after], B * D, { grain: 1024 });
  expanded?.dispose();
  excite(block, at);

  const y = e.output([...wide.slice(0, 3), O]), other = attributes.residual ? X : 0;
  const product = { a: e.address(mixed), operandA: placeGated(at.gate, D, after), b: e.address(project.filter) };
  const last = placeNormalisation(norm(2, O, project.norm, "none"), { width: O, other });
  multiply({ ...product, c: e.address(y), M: B * after, N: O, K: D, epilogue: last });
  mixed.dispose();
  return tensorOf(y) as tf.Tensor4D;
}
