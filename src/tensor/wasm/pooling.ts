/**
 * The mean over an image's pixels and the scaling of its channels, with their gradients; and the gradients of max and
 * average pooling, whose stock kernels take twenty times as long.
 *
 * @module
 */
import * as tf from "../tf.ts";
import { engine } from "./engine.ts";
import { count, type Gradients, replaceKernel, runKernel, tensorOf } from "../registry.ts";
import { geometryOf, placeGeometry } from "./geometry.ts";

const AVERAGE = "AveragePixels", SCALE = "ScalePixels";

/** Mean over height and width of `[B, H, W, D]`, as `[B, 1, 1, D]`. */
export function runAveragePixels(x: tf.Tensor4D): tf.Tensor4D {
  return runKernel(AVERAGE, { x })[0] as tf.Tensor4D;
}

/** `[B, H, W, D]` times `[B, 1, 1, D]`. */
export function runScalePixels(x: tf.Tensor4D, gate: tf.Tensor4D): tf.Tensor4D {
  return runKernel(SCALE, { x, gate })[0] as tf.Tensor4D;
}

/** Registers the kernels and their gradients. */
export function registerPooling(): void {
  registerMaxPoolGradient();
  registerAveragePoolGradient();
  replaceKernel<"x">("wasm", AVERAGE, () => ({ x }) => {
    const e = engine(), { B, pixels, C } = sizes(x.shape), out = e.output([B, 1, 1, C]);
    e.run("averagePixels", [e.address(x), e.address(out), pixels, C], B);
    return out;
  });
  tf.registerGradient({
    kernelName: AVERAGE,
    inputsToSave: ["x"],
    gradFunc: (dy, [x]) => ({
      x: () => {
        const e = engine(), { B, pixels, C } = sizes(x!.shape), out = e.output(x!.shape);
        e.run("averagePixelsGradient", [e.address(dy as tf.Tensor), e.address(out), pixels, C], B);
        return tensorOf(out);
      },
    }),
  });
  replaceKernel<"x" | "gate">("wasm", SCALE, () => ({ x, gate }) => {
    const e = engine(), { B, pixels, C } = sizes(x.shape), out = e.output(x.shape);
    e.run("scalePixels", [e.address(x), e.address(gate), e.address(out), pixels, C], B * pixels, { grain: 8 });
    return out;
  });
  tf.registerGradient({
    kernelName: SCALE,
    inputsToSave: ["x", "gate"],
    gradFunc: (dy, [x, gate]) => scaleGradients(dy as tf.Tensor, x!, gate!),
  });
}

function registerMaxPoolGradient(): void {
  replaceKernel<"dy" | "input" | "output">("wasm", "MaxPoolGrad", (stock) => ({ dy, input, output }, attrs) => {
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const shape = input.shape as [number, number, number, number];
    const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    if (input.dtype !== "float32") return stock({ dy, input, output }, attrs);
    const e = engine(), out = e.output(shape);
    const args = [e.address(input), e.address(output), e.address(dy), e.address(out), placeGeometry(geometryOf(info))];
    e.run("maxPoolGradient", args, info.batchSize);
    return out;
  });
}

function registerAveragePoolGradient(): void {
  replaceKernel<"dy" | "input">("wasm", "AvgPoolGrad", (stock) => ({ dy, input }, attrs) => {
    const { filterSize, strides, pad } = attrs, shape = input.shape as [number, number, number, number];
    const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad);
    const { top, bottom, left, right } = info.padInfo;
    if (dy.dtype !== "float32" || top + bottom + left + right > 0) return stock({ dy, input }, attrs);
    const e = engine(), out = e.output(shape);
    e.run("averagePoolGradient", [e.address(dy), e.address(out), placeGeometry(geometryOf(info))], info.batchSize);
    return out;
  });
}

function sizes(shape: readonly number[]) {
  return { B: shape[0]!, pixels: shape[1]! * shape[2]!, C: shape[3]! };
}

/** As in batch norm, the gate's gradient, which comes with that of x, waits as a plain array. */
function scaleGradients(dy: tf.Tensor, x: tf.Tensor, gate: tf.Tensor): Gradients {
  const { B, pixels, C } = sizes(x.shape);
  let gateGradient: Float32Array | undefined;
  const run = (dx: number): void => {
    const e = engine(), dGate = e.scratch("gradients", B * C * 4);
    const args = [e.address(x), e.address(gate), e.address(dy), dx, dGate, pixels, C];
    e.run("scalePixelsGradient", args, B);
    gateGradient = new Float32Array(e.memory.buffer, dGate, count([B, C])).slice();
  };
  return {
    x: () => {
      const out = engine().output(x.shape);
      run(engine().address(out));
      return tensorOf(out);
    },
    gate: () => {
      if (!gateGradient) run(0);
      return tf.tensor(gateGradient!, gate.shape);
    },
  };
}
