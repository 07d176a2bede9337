/**
 * A convolution with its batch norm and activation as one operation.
 *
 * @module
 */
import type { BatchNormVariables, ConvNormAttributes } from "../own.ts";
import { runCustomGradient } from "../custom_gradient.ts";
import { type Gradients, tensorOf } from "../registry.ts";
import * as tf from "../tf.ts";
import { convolveInto, filterGradient, inputGradient } from "./convolution.ts";
import { engine } from "./engine.ts";
import {
  convolveGroupsInto,
  groupedFilterGradient,
  groupedInfo,
  groupedInputGradient,
  type GroupedWork,
} from "./groups.ts";
import { finishGradient, gradientSums, normAt, normFloats, normOf, runningNorm, sourceOf } from "./norm.ts";
import type { ConvInfo } from "../shapes.ts";
import { ACTIVATIONS, placeNormalisation } from "./structs.ts";
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
  const { training } = attributes, { info } = groupedInfo(x.shape, filter.shape, attributes);
  if (x.dtype !== "float32" || !training && onTape()) return undefined;
  const work = { info, norm, attributes };
  if (!training) return infer(x, filter, work);
  const { gamma, beta } = norm;
  return runCustomGradient({
    inputs: { filter, gamma, beta, x },
    forward: (save) => {
      const { y, kept } = forward(x, filter, work);
      save([x, filter, ...kept]);
      return y;
    },
    backward: (dy, saved) => backward(dy, saved, work),
  }) as tf.Tensor4D;
}

function infer(x: tf.Tensor, filter: tf.Tensor, { info, norm, attributes }: ConvNorm): tf.Tensor4D {
  const e = engine(), E = info.outChannels, out = e.output(info.outShape);
  const applied = runningNorm(E, e.scratch("norm", normFloats(E) * 4), sourceOf(norm, attributes));
  const epilogue = placeNormalisation(applied, { width: E });
  convolve(e.address(out), { a: e.address(x), b: e.address(filter), info, groups: attributes.groups, epilogue });
  return tensorOf(out) as tf.Tensor4D;
}

/** A convolution, in groups or not; returns how many parts' sums the epilogue left. */
function convolve(c: number, work: GroupedWork): number {
  return work.groups > 1 ? convolveGroupsInto(c, work) : convolveInto(c, work);
}

function forward(x: tf.Tensor, filter: tf.Tensor, { info, norm, attributes }: ConvNorm) {
  const e = engine(), E = info.outChannels, z = e.output(info.outShape), y = e.output(info.outShape);
  const small = e.output([normFloats(E)]), rows = info.batchSize * info.outHeight * info.outWidth;
  const work = { a: e.address(x), b: e.address(filter), info, groups: attributes.groups };
  const { mean, scale, beta, activation } = normOf(
    E,
    e.address(small),
    sourceOf(norm, attributes),
    (epilogue) => convolve(e.address(z), { ...work, epilogue }),
  );
  const args = [e.address(z), e.address(y), E, mean, scale, beta, ACTIVATIONS[activation]];
  e.run("normaliseRows", args, rows, { grain: GRAIN });
  return { y: tensorOf(y), kept: [tensorOf(z), tensorOf(small)] };
}

/**
 * The gradient before the norm takes the place of what the convolution gave. That of the image comes last, and is not
 * computed where nobody needs it, as for a network's first layer.
 */
function backward(dy: tf.Tensor, saved: tf.Tensor[], { info, norm, attributes }: ConvNorm): Gradients {
  const [x, filter, z, small] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const E = info.outChannels, rows = info.batchSize * info.outHeight * info.outWidth;
  const { activation, groups } = attributes;
  let vectors: { readonly gamma: Float32Array; readonly beta: Float32Array } | undefined;
  const leaveNorm = () => {
    if (vectors) return vectors;
    const e = engine(), applied = normAt(E, e.address(small), { beta: e.address(norm.beta), activation });
    const { mean, scale, beta } = applied, zAt = e.address(z), sums = [ACTIVATIONS[activation], gradientSums(E)];
    const before = activation === "none" ? undefined : tensorOf(e.output(dy.shape)), dz = e.address(before ?? dy);
    const args = [zAt, e.address(dy), before ? dz : 0, E, mean, scale, beta, ...sums];
    const parts = e.run("normaliseSums", args, rows, { grain: GRAIN });
    const dGamma = e.scratch("gradients", 2 * E * 4), target = { gamma: dGamma, beta: dGamma + E * 4 };
    const table = finishGradient({ C: E, rows, parts, norm: applied }, target);
    e.run("normaliseInput", [zAt, dz, zAt, E, mean, scale, table], rows, { grain: GRAIN });
    before?.dispose();
    const both = new Float32Array(e.memory.buffer, dGamma, 2 * E).slice();
    return vectors = { gamma: both.subarray(0, E), beta: both.subarray(E) };
  };
  const convolution = (other: tf.Tensor) => {
    leaveNorm();
    return { dy: engine().address(z), other: engine().address(other), info, groups };
  };
  return {
    filter: () => tensorOf((groups > 1 ? groupedFilterGradient : filterGradient)(convolution(x))),
    gamma: () => tf.tensor1d(leaveNorm().gamma),
    beta: () => tf.tensor1d(leaveNorm().beta),
    x: () => {
      const dx = tensorOf((groups > 1 ? groupedInputGradient : inputGradient)(convolution(filter)));
      tf.dispose([z, small]);
      return dx;
    },
  };
}
