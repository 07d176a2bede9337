/**
 * Batch norm with its activation: statistics in two stages, then one pass; backward likewise.
 *
 * @module
 */
import type { Activation, BatchNormAttributes } from "../own.ts";
import { count, type Gradients, replaceKernel, runKernel, tensorOf } from "../registry.ts";
import * as tf from "../tf.ts";
import { bufferOf, output, ownBuffer } from "./dispatch.ts";
import { batchStatistics } from "./batch_statistics.ts";
import { type Mapping, mapRows } from "./row_map.ts";
import { sumRows, type Terms } from "./row_sums.ts";
import { activationCode, widthOf } from "./wgsl.ts";

const NAME = "WebgpuBatchNorm";

/** Runs the kernel; the caller tidies. */
export function runBatchNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, attrs: BatchNormAttributes): tf.Tensor {
  return runKernel(NAME, { x, gamma, beta }, attrs)[0]!;
}

/** Registers the kernel and its gradient. */
export function registerBatchNorm(): void {
  replaceKernel<"x" | "gamma" | "beta">("webgpu", NAME, () => forward);
  tf.registerGradient({
    kernelName: NAME,
    inputsToSave: ["x", "gamma", "beta"],
    outputsToSave: [false, true, true, true, true],
    gradFunc: (dys, saved, attrs) =>
      backward((dys as tf.Tensor[])[0]!, saved as Saved, attrs as unknown as BatchNormAttributes),
  });
}

/** Inputs, then the batch's mean and variance `[D]`, then places for the gradients of gamma and beta, all on the tape. */
type Saved = [
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  gammaGradient: tf.Tensor,
  betaGradient: tf.Tensor,
];

/** The result, and what the tape keeps for the gradients and frees; a tensor that nobody writes has no buffer. */
function forward(
  { x, gamma, beta }: Record<"x" | "gamma" | "beta", tf.TensorInfo>,
  attrs: BatchNormAttributes,
): tf.TensorInfo[] {
  const { C, sizes, width } = sizesOf(x.shape);
  const out = output(x.shape), [mean, variance, gammaGradient, betaGradient] = [1, 2, 3, 4].map(() => output([C]));
  if (attrs.training) {
    const running = { mean: ownBuffer(attrs.mean), variance: ownBuffer(attrs.variance), momentum: attrs.momentum };
    batchStatistics(bufferOf(x), { sizes, width, mean: bufferOf(mean!), variance: bufferOf(variance!), running });
  }
  const spread = attrs.training ? [mean!, variance!] : [attrs.mean, attrs.variance];
  mapRows(normalise(attrs.activation), {
    sizes,
    width,
    inputs: [x, ...spread, gamma, beta].map(bufferOf),
    floats: [attrs.epsilon],
    output: bufferOf(out),
  });
  return [out, mean!, variance!, gammaGradient!, betaGradient!];
}

/** All pixels of a batch count as rows of one image. */
function sizesOf(shape: readonly number[]) {
  const C = shape.at(-1)!, width = widthOf(C);
  return { C, width, sizes: { images: 1, rows: count(shape) / C, columns: C / width } };
}

/** The mean is taken off before anything is multiplied, so that one far from zero costs no precision. */
const normalise = (activation: Activation): Mapping => ({
  key: `normalise with ${activation}`,
  inputs: ["x", "mean", "variance", "gamma", "beta"],
  functions: activationCode(activation),
  uniforms: "epsilon: f32",
  before: "let m = mean[c]; let scale = gamma[c] * inverseSqrt(variance[c] + u.epsilon); let shift = beta[c];",
  value: "activate((x[k] - m) * scale + shift)",
});

/** What both backward programs read and begin with: `normal` is x normalised, `d` the gradient before the activation. */
const BACKWARD = {
  inputs: ["x", "dy", "mean", "variance", "gamma", "beta"],
  before:
    "let m = mean[c]; let inverse = inverseSqrt(variance[c] + u.epsilon); let scale = gamma[c]; let shift = beta[c];",
};
const NORMAL = "(x[k] - m) * inverse";

const gradientSums = (activation: Activation): Terms => ({
  ...BACKWARD,
  key: `normalised gradients with ${activation}`,
  functions: activationCode(activation),
  uniforms: "epsilon: f32",
  each: `let normal = ${NORMAL}; let d = slope(dy[k], normal * scale + shift);`,
  terms: ["d * normal", "d"],
});

/** In training the gradient flows through the batch's mean and variance, too. */
const inputGradient = (activation: Activation, training: boolean): Mapping => ({
  key: `input gradient of batch norm with ${activation}${training ? "" : ", running statistics"}`,
  inputs: [...BACKWARD.inputs, ...training ? ["gammaGradient", "betaGradient"] : []],
  functions: activationCode(activation) +
    `fn gradient(d: V, x: V, m: V, inverse: V, scale: V, shift: V, slopes: V, means: V) -> V {
  let normal = (x - m) * inverse;
  return scale * inverse * (slope(d, normal * scale + shift) - means - normal * slopes);
}
`,
  uniforms: "epsilon: f32, share: f32",
  before: BACKWARD.before +
    (training
      ? " let slopes = gammaGradient[c] * u.share; let means = betaGradient[c] * u.share;"
      : " let slopes = V(); let means = V();"),
  value: "gradient(dy[k], x[k], m, inverse, scale, shift, slopes, means)",
});

/**
 * TensorFlow.js asks for the gradients one by one, for those that are needed. The sums, which are the gradients of gamma
 * and beta, are taken when the first is asked for, and wait in tensors of the tape's.
 */
function backward(dy: tf.Tensor, saved: Saved, attrs: BatchNormAttributes): Gradients {
  const [x, gamma, beta, mean, variance, ...places] = saved, { activation, epsilon, training } = attrs;
  const { sizes, width } = sizesOf(x.shape);
  const spread = training ? [mean, variance] : [attrs.mean, attrs.variance];
  const inputs = () => [x, dy, ...spread, gamma, beta].map(bufferOf);
  let summed = false;
  const sums = () => {
    const outputs = places.map(bufferOf);
    if (!summed) sumRows(gradientSums(activation), { sizes, width, inputs: inputs(), floats: [epsilon], outputs });
    summed = true;
    return outputs;
  };
  return {
    x: () => {
      const dx = output(x.shape), further = training ? sums() : [];
      mapRows(inputGradient(activation, training), {
        sizes,
        width,
        inputs: [...inputs(), ...further],
        floats: [epsilon, 1 / sizes.rows],
        output: bufferOf(dx),
      });
      return tensorOf(dx);
    },
    gamma: () => {
      sums();
      return tf.clone(places[0]);
    },
    beta: () => {
      sums();
      return tf.clone(places[1]);
    },
  };
}
