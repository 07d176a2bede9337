/**
 * Layer norm as one kernel each way.
 *
 * @module
 */
import { count, type Gradients, replaceKernel, runKernel, tensorOf } from "../registry.ts";
import * as tf from "../tf.ts";
import { engine } from "./engine.ts";
import { PARTS } from "./pool.ts";

const NAME = "LayerNorm";
/** Parts of rows begin at multiples of this. */
const GRAIN = 8;

/** Normalises rows `[..., D]`. */
export function runLayerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  return runKernel(NAME, { x, gamma, beta }, { epsilon })[0]!;
}

/** Registers the kernel and its gradient. */
export function registerLayerNorm(): void {
  replaceKernel<"x" | "gamma" | "beta">("wasm", NAME, () => ({ x, gamma, beta }, { epsilon }) => {
    const e = engine(), C = x.shape.at(-1)!, rows = count(x.shape) / C;
    const out = e.output(x.shape), statistics = e.output([rows, 2]), results = [e.address(out), C];
    const args = [e.address(x), ...results, e.address(gamma), e.address(beta), epsilon, e.address(statistics)];
    e.run("layerNorm", args, rows, { grain: GRAIN });
    return [out, statistics];
  });
  tf.registerGradient({
    kernelName: NAME,
    inputsToSave: ["x", "gamma"],
    outputsToSave: [false, true],
    gradFunc: (dys, saved) => {
      const [x, gamma, statistics] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      return backward((dys as tf.Tensor[])[0]!, { x, gamma, statistics });
    },
  });
}

/** As in batch norm, the gradients of gamma and beta, which come with that of x, wait as plain arrays. */
function backward(dy: tf.Tensor, { x, gamma, statistics }: Record<"x" | "gamma" | "statistics", tf.Tensor>): Gradients {
  const C = x.shape.at(-1)!;
  let sums: Float32Array | undefined;
  const run = (dx: number) => {
    const e = engine(), partials = e.scratch("sums", PARTS * 2 * C * 4);
    const args = [e.address(x), e.address(dy), dx, C, e.address(gamma), e.address(statistics), partials];
    const parts = e.run("layerNormGradient", args, x.size / C, { grain: GRAIN });
    if (parts > 1) e.run("sumParts", [partials, partials + 2 * C * 4, parts - 1, 2 * C * 4], 2 * C, { grain: 1024 });
    return sums = new Float32Array(e.memory.buffer, partials, 2 * C).slice();
  };
  return {
    x: () => {
      const out = engine().output(x.shape);
      run(engine().address(out));
      return tensorOf(out);
    },
    gamma: () => tf.tensor1d((sums ?? run(0)).subarray(0, C)),
    beta: () => tf.tensor1d((sums ?? run(0)).subarray(C)),
  };
}
