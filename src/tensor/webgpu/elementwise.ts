/**
 * SiLU and its gradient, on elements alone.
 *
 * @module
 */
import { count, replaceKernel, runKernel, tensorOf } from "../registry.ts";
import * as tf from "../tf.ts";
import { bufferOf, dispatch, output } from "./dispatch.ts";
import { activationCode, declare, THREADS, widthOf, WORKGROUPS } from "./wgsl.ts";

const SILU = "WebgpuSilu";

/** x sigmoid(x), of any shape. */
export function runSilu(x: tf.Tensor): tf.Tensor {
  return runKernel(SILU, { x })[0]!;
}

/** Registers the kernel and its gradient. */
export function registerElementwise(): void {
  replaceKernel<"x">("webgpu", SILU, () => ({ x }) => {
    const out = output(x.shape);
    mapElements({ key: "silu", inputs: ["x"], value: "activate(x[k])" }, [x], out);
    return out;
  });
  tf.registerGradient({
    kernelName: SILU,
    inputsToSave: ["x"],
    gradFunc: (dy, [x]) => ({
      x: () => {
        const out = output(x!.shape);
        mapElements(
          { key: "silu gradient", inputs: ["dy", "x"], value: "slope(dy[k], x[k])" },
          [dy as tf.Tensor, x!],
          out,
        );
        return tensorOf(out);
      },
    }),
  });
}

function mapElements(
  { key, inputs, value }: { readonly key: string; readonly inputs: readonly string[]; readonly value: string },
  tensors: readonly tf.TensorInfo[],
  out: tf.TensorInfo,
): void {
  const size = count(out.shape), width = widthOf(size), items = size / width;
  const code = () =>
    declare(width, "items: u32", [...inputs, "out!"]) + activationCode("silu") +
    `@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>) {
  for (var k = g.x; k < u.items; k += n.x * ${THREADS}) { out[k] = ${value}; }
}
`;
  dispatch({ key: `${key} by ${width}`, code }, {
    uniforms: { integers: [items] },
    buffers: [...tensors, out].map(bufferOf),
    grid: [Math.min(Math.ceil(items / THREADS), 4 * WORKGROUPS)],
  });
}
