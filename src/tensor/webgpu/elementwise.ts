/**
 * Activations and their gradients, on elements alone.
 *
 * @module
 */
import type { ElementActivation } from "../own.ts";
import { count, replaceKernel, runKernel, tensorOf } from "../registry.ts";
import * as tf from "../tf.ts";
import { bufferOf, dispatch, output } from "./dispatch.ts";
import { activationCode, declare, THREADS, widthOf, WORKGROUPS } from "./wgsl.ts";

const ACTIVATE = "WebgpuActivate";

/** How an activation is applied to elements. */
interface ActivateAttributes {
  readonly activation: ElementActivation;
}

/** An activation, of any shape. */
export function runActivation(x: tf.Tensor, activation: ElementActivation): tf.Tensor {
  return runKernel(ACTIVATE, { x }, { activation })[0]!;
}

/** Registers the kernel and its gradient. */
export function registerElementwise(): void {
  replaceKernel<"x">("webgpu", ACTIVATE, () => ({ x }, { activation }: ActivateAttributes) => {
    const out = output(x.shape);
    mapElements({ key: activation, activation, inputs: ["x"], value: "activate(x[k])" }, [x], out);
    return out;
  });
  tf.registerGradient({
    kernelName: ACTIVATE,
    inputsToSave: ["x"],
    gradFunc: (dy, [x], attrs) => ({
      x: () => {
        const out = output(x!.shape), { activation } = attrs as unknown as ActivateAttributes;
        mapElements(
          { key: `${activation} gradient`, activation, inputs: ["dy", "x"], value: "slope(dy[k], x[k])" },
          [dy as tf.Tensor, x!],
          out,
        );
        return tensorOf(out);
      },
    }),
  });
}

function mapElements(
  { key, activation, inputs, value }: {
    readonly key: string;
    readonly activation: ElementActivation;
    readonly inputs: readonly string[];
    readonly value: string;
  },
  tensors: readonly tf.TensorInfo[],
  out: tf.TensorInfo,
): void {
  const size = count(out.shape), width = widthOf(size), items = size / width;
  const code = () =>
    declare(width, "items: u32", [...inputs, "out!"]) + activationCode(activation) +
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
