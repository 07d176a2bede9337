/**
 * The mobile inverted bottleneck as one operation: what its parts give is kept as it leaves each convolution, and norms and
 * activations are applied where it is read, so that memory is gone through a third as often as by single operations.
 *
 * @module
 */
import type { BatchNormVariables, MbconvAttributes, MbconvVariables } from "../own.ts";
import { tensorOf } from "../registry.ts";
import * as tf from "../tf.ts";
import { depthwiseInto } from "./depthwise.ts";
import { engine } from "./engine.ts";
import { multiply } from "./matrix.ts";
import { backward } from "./mbconv_gradient.ts";
import { infer } from "./mbconv_infer.ts";
import { normFloats, normOf, roomFor, sourceOf } from "./norm.ts";
import { type ConvInfo, convInfo } from "../shapes.ts";
import { placeGated, placeNormalised } from "./structs.ts";
import { onTape } from "./tape.ts";

/** Numbers of the small layers' activations, as in squeeze.as. */
export const SILU = 2, SIGMOID = 3;

/** A bottleneck's tensors and sizes. */
export interface Bottleneck {
  readonly variables: MbconvVariables;
  readonly attributes: MbconvAttributes;
  /** Sizes of the depthwise convolution. */
  readonly info: ConvInfo;
  /** B, images; I, D, S, O, channels; pixels before and after the depthwise convolution. */
  readonly sizes: {
    readonly B: number;
    readonly I: number;
    readonly D: number;
    readonly S: number;
    readonly O: number;
    readonly before: number;
    readonly after: number;
  };
}

/** What the forward pass keeps for the backward one. */
export interface Kept {
  /** What left the expansion `[B, H, W, D]`; the input where there is none. */
  readonly expanded: tf.Tensor;
  /** What left the depthwise convolution. */
  readonly mixed: tf.Tensor;
  /** That, normalised and activated. */
  readonly active: tf.Tensor;
  /** What left the projection. */
  readonly projected: tf.Tensor;
  /** The three norms, and the small layers, at {@linkcode places}. */
  readonly small: tf.Tensor;
}

/** Addresses inside {@linkcode Kept.small}. */
export function places(at: number, { D, S, O, B }: Bottleneck["sizes"]) {
  let next = at;
  const take = (floats: number) => {
    const address = next;
    next += roomFor(floats) * 4;
    return address;
  };
  return {
    norms: [take(normFloats(D)), take(normFloats(D)), take(normFloats(O))] as const,
    pooled: take(B * D),
    /** Before SiLU, and after. */
    squeezed: [take(B * S), take(B * S)] as const,
    gate: take(B * D),
    floats: (next - at) / 4,
  };
}

/** A bottleneck on our kernels; undefined for what they do not cover: inference on the tape, or other data than floats. */
export function runMbconv(
  x: tf.Tensor4D,
  variables: MbconvVariables,
  attributes: MbconvAttributes,
): tf.Tensor4D | undefined {
  if (x.dtype !== "float32" || !attributes.training && onTape()) return undefined;
  const { depthwise, reduce, project } = variables, { stride: strides, padding: pad } = attributes;
  const wide = [...x.shape.slice(0, 3), depthwise.filter.shape[2]];
  const info = convInfo(wide, depthwise.filter.shape, { strides, pad }, true)!;
  const [B, H, W, I] = x.shape, [S, O] = [reduce.filter.shape[3], project.filter.shape[3]];
  const sizes = { B, I, D: info.inChannels, S, O, before: H * W, after: info.outHeight * info.outWidth };
  const block: Bottleneck = { variables, attributes, info, sizes };
  if (!attributes.training) return infer(x, block);
  const run = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc, input = args[0] as tf.Tensor4D;
    const { y, kept } = forward(input, block);
    save([input, kept.expanded, kept.mixed, kept.active, kept.projected, kept.small]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, expanded, mixed, active, projected, small] = saved as [tf.Tensor, ...tf.Tensor[]];
        return backward(dy, x, block, { expanded, mixed, active, projected, small } as Kept);
      },
    };
  });
  return run(x, ...trained(variables)) as tf.Tensor4D;
}

/** The tensors that gradients are wanted for, in the order in which `backward` gives them. */
function trained({ expand, depthwise, reduce, restore, project }: MbconvVariables): tf.Tensor[] {
  const convolution = ({ filter, norm }: { filter: tf.Tensor; norm: BatchNormVariables }) => [
    filter,
    norm.gamma,
    norm.beta,
  ];
  return [
    ...(expand ? convolution(expand) : []),
    ...convolution(depthwise),
    ...[reduce.filter, reduce.bias, restore.filter, restore.bias],
    ...convolution(project),
  ];
}

function forward(x: tf.Tensor4D, block: Bottleneck): { y: tf.Tensor; kept: Kept } {
  const { variables: { expand, depthwise, project }, attributes, info, sizes } = block;
  const { B, I, D, O, before, after } = sizes, e = engine(), X = e.address(x);
  const small = e.output([places(0, sizes).floats]), at = places(e.address(small), sizes);
  const wide = [B, info.outHeight, info.outWidth, D];

  const expanded = expand ? e.output([...x.shape.slice(0, 3), D]) : undefined;
  const first = expand &&
    normOf(D, at.norms[0], sourceOf(expand.norm, { ...attributes, activation: "silu" }), (epilogue) => {
      return multiply({
        a: X,
        b: e.address(expand.filter),
        c: e.address(expanded!),
        M: B * before,
        N: D,
        K: I,
        epilogue,
      });
    });

  const mixed = e.output(wide), mixedAt = e.address(mixed);
  const second = normOf(D, at.norms[1], sourceOf(depthwise.norm, { ...attributes, activation: "silu" }), (epilogue) => {
    const input = first ? placeNormalised(first) : 0, source = expanded ? e.address(expanded) : X;
    return depthwiseInto(mixedAt, { x: source, filter: depthwise.filter, info, input, epilogue });
  });

  const active = e.output(wide), activeAt = e.address(active);
  e.run("activatePool", [mixedAt, placeNormalised(second), activeAt, at.pooled, after, D], B);
  excite(block, at);

  const projected = e.output([...wide.slice(0, 3), O]), projectedAt = e.address(projected);
  const third = normOf(O, at.norms[2], sourceOf(project.norm, { ...attributes, activation: "none" }), (epilogue) => {
    const operandA = placeGated(at.gate, D, after);
    const product = { a: activeAt, operandA, b: e.address(project.filter), c: projectedAt };
    return multiply({ ...product, M: B * after, N: O, K: D, epilogue });
  });

  const y = e.output([...wide.slice(0, 3), O]), factors = placeFactors(attributes.factors);
  const residual = attributes.residual ? X : 0;
  const args = [projectedAt, placeNormalised(third), factors, residual, e.address(y), after, O];
  e.run("normaliseResidual", args, B * after, { grain: 32 });
  return {
    y: tensorOf(y),
    kept: {
      expanded: expanded ? tensorOf(expanded) : x,
      mixed: tensorOf(mixed),
      active: tensorOf(active),
      projected: tensorOf(projected),
      small: tensorOf(small),
    },
  };
}

/** Squeeze and excitation: from the pooled pixels to the gate. */
export function excite(
  { variables: { reduce, restore }, sizes: { B, D, S } }: Bottleneck,
  { pooled, squeezed: [pre, squeezed], gate }: Pick<ReturnType<typeof places>, "pooled" | "squeezed" | "gate">,
): void {
  const e = engine();
  multiply({ a: pooled, b: e.address(reduce.filter), c: pre, M: B, N: S, K: D });
  e.run("addBias", [pre, e.address(reduce.bias), squeezed, S, SILU], B, { parts: 1 });
  multiply({ a: squeezed, b: e.address(restore.filter), c: gate, M: B, N: D, K: S });
  e.run("addBias", [gate, e.address(restore.bias), gate, D, SIGMOID], B, { parts: 1 });
}

/** Writes drop path's factors where kernels read them; 0 where there are none. */
export function placeFactors(factors: Float32Array | undefined): number {
  if (!factors) return 0;
  const { memory, scratch } = engine(), address = scratch("factors", factors.length * 4);
  new Float32Array(memory.buffer, address, factors.length).set(factors);
  return address;
}
