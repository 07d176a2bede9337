/**
 * A convolution with its batch norm and activation as one operation.
 *
 * @module
 */
import type { BatchNormVariables, ConvNormAttributes } from "../own.ts";
import { tensorOf } from "../registry.ts";
import * as tf from "../tf.ts";
import { convolveInto, filterGradient, inputGradient, isPointwise } from "./convolution.ts";
import { engine } from "./engine.ts";
import { finishGradient, gradientSums, normAt, normFloats, normOf, runningNorm, sourceOf } from "./norm.ts";
import { type ConvInfo, convInfo } from "./shapes.ts";
import { ACTIVATIONS, placeGradient, placeNormalisation } from "./structs.ts";
import { onTape } from "./tape.ts";

/** Parts of rows begin at multiples of this. */
const GRAIN = 32;

/** What is convolved by what, and its norm. */
interface ConvNorm {
  readonly info: ConvInfo;
  readonly norm: BatchNormVariables;
  readonly attributes: ConvNormAttributes;
}

/** A convolution with its norm on our kernels; undefined for what they do not cover: inference on the tape. */
export function runConvNorm(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  norm: BatchNormVariables,
  attributes: ConvNormAttributes,
): tf.Tensor4D | undefined {
  const { stride: strides, padding: p, training } = attributes;
  const info = convInfo(x.shape, filter.shape, { strides, pad: [[0, 0], [p, p], [p, p], [0, 0]] });
  if (!info || x.dtype !== "float32" || !training && onTape()) return undefined;
  const work = { info, norm, attributes };
  if (!training) return infer(x, filter, work);
  const run = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc, [x, filter] = args as tf.Tensor[];
    const { y, kept } = forward(x!, filter!, work);
    save([x!, filter!, ...kept]);
    return { value: y, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => backward(dy, saved, work) };
  });
  return run(x, filter, norm.gamma, norm.beta) as tf.Tensor4D;
}

function infer(x: tf.Tensor, filter: tf.Tensor, { info, norm, attributes }: ConvNorm): tf.Tensor4D {
  const e = engine(), E = info.outChannels, out = e.output(info.outShape);
  const applied = runningNorm(E, e.scratch("norm", normFloats(E) * 4), sourceOf(norm, attributes));
  const epilogue = placeNormalisation(applied, { width: E });
  convolveInto(e.address(out), { a: e.address(x), b: e.address(filter), info, epilogue });
  return tensorOf(out) as tf.Tensor4D;
}

function forward(x: tf.Tensor, filter: tf.Tensor, { info, norm, attributes }: ConvNorm) {
  const e = engine(), E = info.outChannels, z = e.output(info.outShape), y = e.output(info.outShape);
  const small = e.output([normFloats(E)]), rows = info.batchSize * info.outHeight * info.outWidth;
  const work = { a: e.address(x), b: e.address(filter), info };
  const { mean, scale, beta, activation } = normOf(
    E,
    e.address(small),
    sourceOf(norm, attributes),
    (epilogue) => convolveInto(e.address(z), { ...work, epilogue }),
  );
  const args = [e.address(z), e.address(y), E, mean, scale, beta, ACTIVATIONS[activation]];
  e.run("normaliseRows", args, rows, { grain: GRAIN });
  return { y: tensorOf(y), kept: [tensorOf(z), tensorOf(small)] };
}

function backward(
  dy: tf.Tensor,
  saved: tf.Tensor[],
  { info, norm, attributes: { activation } }: ConvNorm,
): tf.Tensor[] {
  const [x, filter, z, small] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const e = engine(), E = info.outChannels, rows = info.batchSize * info.outHeight * info.outWidth;
  const applied = normAt(E, e.address(small), { beta: e.address(norm.beta), activation });
  const { mean, scale, beta } = applied, zAt = e.address(z);
  // The gradient before the activation is written only where there is one, or where it cannot be made while packing.
  const inPlace = isPointwise(info), activated = activation !== "none";
  const own = activated || !inPlace ? tensorOf(e.output(dy.shape)) : undefined, dz = e.address(own ?? dy);
  const dGamma = e.output([E]), dBeta = e.output([E]), target = { gamma: e.address(dGamma), beta: e.address(dBeta) };
  const sums = [ACTIVATIONS[activation], gradientSums(E)];
  const args = [zAt, e.address(dy), activated ? dz : 0, E, mean, scale, beta, ...sums];
  const parts = e.run("normaliseSums", args, rows, { grain: GRAIN });
  const table = finishGradient({ C: E, rows, parts, norm: applied }, target);
  let operand = 0;
  if (inPlace) operand = placeGradient({ dz, x: zAt, norm: applied, table, width: E });
  else {
    const from = activated ? dz : e.address(dy);
    e.run("normaliseInput", [zAt, from, dz, E, mean, scale, table], rows, { grain: GRAIN });
  }
  const work = { dy: dz, info, operand };
  const dx = inputGradient({ ...work, other: e.address(filter) });
  const dFilter = filterGradient({ ...work, other: e.address(x) });
  [own, z, small].forEach((tensor) => tensor?.dispose());
  return [dx, dFilter, dGamma, dBeta].map(tensorOf);
}
