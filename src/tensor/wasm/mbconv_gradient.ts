/**
 * The backward pass of the mobile inverted bottleneck, from its end to its beginning. What the forward pass kept is given
 * back as soon as it is used.
 *
 * @module
 */
import { tensorOf } from "../registry.ts";
import type * as tf from "../tf.ts";
import { depthwiseBlock } from "./depthwise.ts";
import { engine } from "./engine.ts";
import { multiply, multiplyBoth, multiplyTransposed } from "./matrix.ts";
import { type Bottleneck, type Kept, placeFactors, places, SIGMOID, SILU } from "./mbconv.ts";
import { finishGradient, gradientSums, normAt } from "./norm.ts";
import { PARTS } from "./pool.ts";
import { placeAddition, placeGated, placeGateSums, placeGradient, placeNormalised } from "./structs.ts";

/** A tensor that is being filled. */
interface Filling {
  readonly info: tf.TensorInfo;
  readonly at: number;
}

function fill(shape: readonly number[]): Filling {
  const info = engine().output(shape);
  return { info, at: engine().address(info) };
}

/**
 * The gradients.
 *
 * @param dy Of the block's result.
 * @param x The block's input.
 * @returns Of the input and the trained tensors, in their order; the caller's.
 */
export function backward(dy: tf.Tensor, x: tf.Tensor, block: Bottleneck, kept: Kept): tf.Tensor[] {
  const { variables: { expand, depthwise, project }, attributes: { residual, factors }, info, sizes } = block;
  const { B, I, D, O, before, after } = sizes, e = engine(), X = e.address(x), DY = e.address(dy);
  const at = places(e.address(kept.small), sizes);
  const first = normAt(D, at.norms[0], { beta: expand ? e.address(expand.norm.beta) : 0, activation: "silu" });
  const second = normAt(D, at.norms[1], { beta: e.address(depthwise.norm.beta), activation: "silu" });
  const third = normAt(O, at.norms[2], { beta: e.address(project.norm.beta), activation: "none" });

  // The projection's norm; what was dropped had no part in it.
  const dropped = factors ? tensorOf(e.output(dy.shape)) : undefined, dz = dropped ? e.address(dropped) : DY;
  if (dropped) e.run("scaleImages", [DY, placeFactors(factors), dz, after, O], B * after, { grain: 32 });
  const projectedAt = e.address(kept.projected), dProjectGamma = fill([O]), dProjectBeta = fill([O]);
  const args = [projectedAt, dz, 0, O, third.mean, third.scale, third.beta, 0, gradientSums(O)];
  const sumParts = e.run("normaliseSums", args, B * after, { grain: 32 });
  const target = { gamma: dProjectGamma.at, beta: dProjectBeta.at };
  const table = finishGradient({ C: O, rows: B * after, parts: sumParts, norm: third }, target);
  const operand = placeGradient({ dz, x: projectedAt, norm: third, table, width: O });

  // The projection, and with its input's gradient the gate's.
  const wide = fill(kept.mixed.shape), activeAt = e.address(kept.active), dGate = e.scratch("gates", PARTS * B * D * 4);
  const epilogue = placeGateSums({ sums: dGate, width: D, pixels: after, images: B, other: activeAt });
  const filter = e.address(project.filter), back = { b: filter, transposeB: true, M: B * after, N: D, K: O };
  const dProject = fill(project.filter.shape), operandA = placeGated(at.gate, D, after);
  const weights = { a: activeAt, operandA, b: dz, operandB: operand, c: dProject.at, M: D, N: O, K: B * after };
  const parts = multiplyBoth({ a: dz, operandA: operand, c: wide.at, ...back, epilogue }, weights);
  if (parts > 1) e.run("sumParts", [dGate, dGate + B * D * 4, parts - 1, B * D * 4], B * D, { grain: 1024 });
  [kept.projected, kept.active, dropped].forEach((tensor) => tensor?.dispose());

  const excitation = leaveExcitation(dGate, block, at);

  // The depthwise convolution between its two norms.
  const mixedAt = e.address(kept.mixed), dDepthwiseGamma = fill([D]), dDepthwiseBeta = fill([D]);
  const gate = [at.gate, excitation.dPooled, placeNormalised(second), gradientSums(D)];
  const gateParts = e.run("leaveGate", [wide.at, mixedAt, ...gate, after, D], B * after, { grain: 8 });
  const secondTarget = { gamma: dDepthwiseGamma.at, beta: dDepthwiseBeta.at };
  const secondTable = finishGradient({ C: D, rows: B * after, parts: gateParts, norm: second }, secondTarget);
  const narrow = fill(kept.expanded.shape), dDepthwise = fill(depthwise.filter.shape);
  const blockParts = depthwiseBlock({
    dz: wide.at,
    operand: placeGradient({ dz: wide.at, x: mixedAt, norm: second, table: secondTable, width: D }),
    x: e.address(kept.expanded),
    input: expand ? placeNormalised(first) : 0,
    filter: depthwise.filter,
    info,
    dx: narrow.at,
    residual: residual && !expand ? DY : 0,
    dFilter: dDepthwise.at,
    sums: gradientSums(D),
  });
  tensorOf(wide.info).dispose();
  kept.mixed.dispose();
  const rest = [dDepthwise, dDepthwiseGamma, dDepthwiseBeta, ...excitation.gradients];
  const end = [dProject, dProjectGamma, dProjectBeta];
  if (!expand) {
    kept.small.dispose();
    return [narrow, ...rest, ...end].map(({ info }) => tensorOf(info));
  }

  // The expansion.
  const dExpandGamma = fill([D]), dExpandBeta = fill([D]), expandedAt = e.address(kept.expanded);
  const firstTarget = { gamma: dExpandGamma.at, beta: dExpandBeta.at };
  const firstTable = finishGradient({ C: D, rows: B * before, parts: blockParts, norm: first }, firstTarget);
  const gradient = placeGradient({ dz: narrow.at, x: expandedAt, norm: first, table: firstTable, width: D });
  const dx = fill(x.shape), dExpand = fill(expand.filter.shape), addition = residual ? placeAddition(DY, I) : 0;
  const input = { b: e.address(expand.filter), transposeB: true, c: dx.at, M: B * before, N: I, K: D };
  const expansion = { a: X, b: narrow.at, operandB: gradient, c: dExpand.at, M: I, N: D, K: B * before };
  multiplyBoth({ a: narrow.at, operandA: gradient, ...input, epilogue: addition }, expansion);
  tensorOf(narrow.info).dispose();
  kept.expanded.dispose();
  kept.small.dispose();
  return [dx, dExpand, dExpandGamma, dExpandBeta, ...rest, ...end].map(({ info }) => tensorOf(info));
}

/** Squeeze and excitation's small layers, from the gate's gradient to that of the pooled pixels. */
function leaveExcitation(
  dGate: number,
  { variables: { reduce, restore }, sizes: { B, D, S } }: Bottleneck,
  { gate, pooled, squeezed: [pre, squeezed] }: ReturnType<typeof places>,
): { readonly dPooled: number; readonly gradients: readonly Filling[] } {
  const e = engine(), dReduce = fill(reduce.filter.shape), dReduceBias = fill([S]);
  const dRestore = fill(restore.filter.shape), dRestoreBias = fill([D]);
  const dSqueezed = e.scratch("squeezed gradient", B * S * 4), dPooled = e.scratch("pooled gradient", B * D * 4);
  e.run("leaveBias", [dGate, gate, dRestoreBias.at, B, D, SIGMOID], Math.ceil(D / 4), { grain: 64 });
  multiplyTransposed({ a: squeezed, b: dGate, c: dRestore.at, M: S, N: D, K: B });
  multiply({ a: dGate, b: e.address(restore.filter), transposeB: true, c: dSqueezed, M: B, N: S, K: D });
  e.run("leaveBias", [dSqueezed, pre, dReduceBias.at, B, S, SILU], Math.ceil(S / 4), { parts: 1 });
  multiplyTransposed({ a: pooled, b: dSqueezed, c: dReduce.at, M: D, N: S, K: B });
  multiply({ a: dSqueezed, b: e.address(reduce.filter), transposeB: true, c: dPooled, M: B, N: D, K: S });
  return { dPooled, gradients: [dReduce, dReduceBias, dRestore, dRestoreBias] };
}
