/**
 * Batch norm with its activation as one kernel forward and one backward.
 *
 * @module
 */
import type { BatchNormAttributes } from "../own.ts";
import * as tf from "../tf.ts";
import { engine } from "./engine.ts";
import { ownValues } from "./memory.ts";
import { PARTS } from "./pool.ts";
import { ACTIVATIONS } from "./structs.ts";
import { count, type Gradients, replaceKernel, runKernel, tensorOf } from "../registry.ts";

/** Name of the forward kernel. */
const NAME = "BatchNormActivation";
/** Parts of rows begin at multiples of this. */
const GRAIN = 32;

/** Runs the kernel; the caller tidies. */
export function runBatchNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, attrs: BatchNormAttributes): tf.Tensor {
  return runKernel(NAME, { x, gamma, beta }, attrs)[0]!;
}

/** Registers the kernel and its gradient. */
export function registerBatchNorm(): void {
  replaceKernel<"x" | "gamma" | "beta">("wasm", NAME, () => forward);
  tf.registerGradient({
    kernelName: NAME,
    inputsToSave: ["x", "gamma", "beta"],
    outputsToSave: [false, true], // the second is [2, D]: mean and inverse deviation
    gradFunc: (dys, saved, attrs) => {
      const [x, gamma, beta, statistics] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      return backward(
        (dys as tf.Tensor[])[0]!,
        { x, gamma, beta, statistics },
        attrs as unknown as BatchNormAttributes,
      );
    },
  });
}

function forward(
  { x, gamma, beta }: Record<"x" | "gamma" | "beta", tf.TensorInfo>,
  { training, momentum, epsilon, activation, mean, variance }: BatchNormAttributes,
): tf.TensorInfo[] {
  const e = engine(), C = x.shape.at(-1)!, P = count(x.shape) / C;
  const out = e.output(x.shape), statistics = e.output([2, C]), source = e.address(x);
  const centre = e.address(statistics), inverse = centre + C * 4;
  if (training) {
    const partials = e.scratch("sums", PARTS * (2 * C + 1) * 4);
    const parts = e.run("batchStatistics", [source, C, partials], P, { grain: GRAIN });
    const running = [ownValues(e.backend, mean), ownValues(e.backend, variance)];
    e.call("finishStatistics", partials, parts, C, centre, inverse, ...running, momentum, epsilon);
  } else {
    const from = e.address(mean);
    new Uint8Array(e.memory.buffer).copyWithin(centre, from, from + C * 4);
    e.call("inverseDeviation", e.address(variance), C, inverse, epsilon);
  }
  const args = [
    source,
    e.address(out),
    C,
    centre,
    scaleOf(inverse, gamma, C),
    e.address(beta),
    ACTIVATIONS[activation],
  ];
  e.run("normaliseRows", args, P, { grain: GRAIN });
  return [out, statistics];
}

/** Gamma times the inverse deviation. */
function scaleOf(inverse: number, gamma: tf.TensorInfo, C: number): number {
  const { address, call, scratch } = engine(), scale = scratch("scale", C * 4);
  call("multiplyChannels", inverse, address(gamma), scale, C);
  return scale;
}

/**
 * TensorFlow.js asks for the gradients one by one, in the order of the inputs, for those that are needed. The gradient of
 * x gives those of gamma and beta on the way; they wait as plain arrays, so that nothing is lost if nobody asks.
 */
function backward(
  dy: tf.Tensor,
  { x, gamma, beta, statistics }: Record<"x" | "gamma" | "beta" | "statistics", tf.Tensor>,
  { training, activation }: BatchNormAttributes,
): Gradients {
  const C = x.shape.at(-1)!, P = x.size / C;
  let small: { gamma: Float32Array; beta: Float32Array } | undefined;
  const run = (dx: number): void => {
    const e = engine(), centre = e.address(statistics), inverse = centre + C * 4;
    const source = e.address(x), gradient = e.address(dy), scale = scaleOf(inverse, gamma, C);
    const partials = e.scratch("sums", PARTS * 2 * C * 4), result = e.scratch("gradients", 4 * C * 4);
    const [dGamma, dBeta, table] = [result, result + C * 4, result + C * 8];
    const dz = activation === "none" ? 0 : dx;
    const args = [source, gradient, dz, C, centre, scale, e.address(beta), ACTIVATIONS[activation], partials];
    const parts = e.run("normaliseSums", args, P, { grain: GRAIN });
    e.call("finishSums", partials, parts, C, P, inverse, dGamma, dBeta, table);
    small = { gamma: floatsAt(e.memory, dGamma, C), beta: floatsAt(e.memory, dBeta, C) };
    if (dx === 0) return;
    if (!training) new Float32Array(e.memory.buffer, table, 2 * C).fill(0); // the running statistics are constants
    e.run("normaliseInput", [source, dz === 0 ? gradient : dz, dx, C, centre, scale, table], P, { grain: GRAIN });
  };
  const smallGradients = () => {
    if (!small) run(0);
    return small!;
  };
  return {
    x: () => {
      const out = engine().output(x.shape);
      run(engine().address(out));
      return tensorOf(out);
    },
    gamma: () => tf.tensor1d(smallGradients().gamma),
    beta: () => tf.tensor1d(smallGradients().beta),
  };
}

function floatsAt(memory: WebAssembly.Memory, address: number, length: number): Float32Array {
  return new Float32Array(memory.buffer, address, length).slice();
}
