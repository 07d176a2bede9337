/**
 * The mean over an image's pixels and the scaling of its channels, with their gradients.
 *
 * @module
 */
import { type Gradients, replaceKernel, runKernel, tensorOf } from "../registry.ts";
import * as tf from "../tf.ts";
import { bufferOf, output } from "./dispatch.ts";
import { type Mapping, mapRows } from "./row_map.ts";
import { sumRows, type Terms } from "./row_sums.ts";
import { widthOf } from "./wgsl.ts";

const AVERAGE = "WebgpuAveragePixels", SCALE = "WebgpuScalePixels";

/** Mean over height and width of `[B, H, W, D]`, as `[B, 1, 1, D]`. */
export function runAveragePixels(x: tf.Tensor4D): tf.Tensor4D {
  return runKernel(AVERAGE, { x })[0] as tf.Tensor4D;
}

/** `[B, H, W, D]` times `[B, 1, 1, D]`. */
export function runScalePixels(x: tf.Tensor4D, gate: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => runKernel(SCALE, { x, gate })[0] as tf.Tensor4D);
}

/** Registers the kernels and their gradients. */
export function registerPooling(): void {
  replaceKernel<"x">("webgpu", AVERAGE, () => ({ x }) => {
    const { B, C, sizes, width } = sizesOf(x.shape), out = output([B, 1, 1, C]);
    sumRows(PIXELS, { sizes, width, inputs: [bufferOf(x)], scale: 1 / sizes.rows, outputs: [bufferOf(out)] });
    return out;
  });
  tf.registerGradient({
    kernelName: AVERAGE,
    inputsToSave: ["x"],
    gradFunc: (dy, [x]) => ({
      x: () => {
        const { sizes, width } = sizesOf(x!.shape), out = output(x!.shape);
        const inputs = [bufferOf(dy as tf.Tensor)], floats = [1 / sizes.rows];
        mapRows(SPREAD, { sizes, width, inputs, floats, output: bufferOf(out) });
        return tensorOf(out);
      },
    }),
  });
  replaceKernel<"x" | "gate">("webgpu", SCALE, () => ({ x, gate }) => {
    const { sizes, width } = sizesOf(x.shape), out = output(x.shape);
    mapRows(SCALED, { sizes, width, inputs: [bufferOf(x), bufferOf(gate)], output: bufferOf(out) });
    return [out, output(gate.shape)];
  });
  tf.registerGradient({
    kernelName: SCALE,
    inputsToSave: ["x", "gate"],
    outputsToSave: [false, true], // the second is a place for the gate's gradient, which the tape frees
    gradFunc: (dys, saved) => {
      const [x, gate, gateGradient] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      return scaleGradients((dys as tf.Tensor[])[0]!, { x, gate, gateGradient });
    },
  });
}

/** The gradient of x gives that of the gate on the way, as both read the same. */
function scaleGradients(
  dy: tf.Tensor,
  { x, gate, gateGradient }: Record<"x" | "gate" | "gateGradient", tf.Tensor>,
): Gradients {
  const { sizes, width } = sizesOf(x.shape);
  let summed = false;
  const run = (dx?: tf.TensorInfo) => {
    const common = { sizes, width, outputs: [bufferOf(gateGradient)] }, inputs = [bufferOf(x), bufferOf(dy)];
    if (!dx) sumRows(PRODUCTS, { ...common, inputs });
    else sumRows(SCALED_PRODUCTS, { ...common, inputs: [...inputs, bufferOf(gate)], written: [bufferOf(dx)] });
    summed = true;
  };
  return {
    x: () => {
      const dx = output(x.shape);
      run(dx);
      return tensorOf(dx);
    },
    gate: () => {
      if (!summed) run();
      return tf.clone(gateGradient);
    },
  };
}

const PIXELS: Terms = { key: "pixels", inputs: ["x"], terms: ["x[k]"] };
const PRODUCTS: Terms = { key: "products", inputs: ["x", "dy"], terms: ["x[k] * dy[k]"] };
const SCALED_PRODUCTS: Terms = {
  key: "products, scaled",
  inputs: ["x", "dy", "gate"],
  writes: ["dx"],
  before: "let scale = gate[w.z * u.columns + c];",
  each: "let d = dy[k]; dx[k] = d * scale;",
  terms: ["x[k] * d"],
};
const SCALED: Mapping = {
  key: "scale pixels",
  inputs: ["x", "gate"],
  before: "let scale = gate[w.z * u.columns + c];",
  value: "x[k] * scale",
};
const SPREAD: Mapping = {
  key: "spread over pixels",
  inputs: ["dy"],
  uniforms: "scale: f32",
  before: "let value = dy[w.z * u.columns + c] * u.scale;",
  value: "value",
};

function sizesOf(shape: readonly number[]) {
  const [B, H, W, C] = shape as readonly [number, number, number, number], width = widthOf(C);
  return { B, C, width, sizes: { images: B, rows: H * W, columns: C / width } };
}
