/**
 * Kernels that work on elements alone: `Add` of equal shapes, activations, and `Identity` without a copy.
 *
 * @module
 */
import type { ElementActivation } from "../own.ts";
import * as tf from "../tf.ts";
import { engine } from "./engine.ts";
import { count, replaceKernel, runKernel, tensorOf } from "../registry.ts";
import { ACTIVATIONS } from "./structs.ts";

const ACTIVATE = "Activate";
/** Elements below which threads cost more than they bring. */
const GRAIN = 8192;

/** How an activation is applied to elements. */
interface ActivateAttributes {
  readonly activation: ElementActivation;
}

/** An activation, of any shape. */
export function runActivation(x: tf.Tensor, activation: ElementActivation): tf.Tensor {
  return runKernel(ACTIVATE, { x }, { activation })[0]!;
}

/** Registers the kernels. */
export function registerElementwise(): void {
  // Tensors are not written to, save variables by ownValues, so that a copy is another count on the same values.
  replaceKernel<"x">("wasm", "Identity", () => ({ x }) => {
    engine().backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });
  replaceKernel<"a" | "b">("wasm", "Add", (stock) => ({ a, b }, attrs) => {
    const equal = a.dtype === "float32" && b.dtype === "float32" && tf.util.arraysEqual(a.shape, b.shape);
    if (!equal) return stock({ a, b }, attrs);
    const e = engine(), out = e.output(a.shape);
    e.run("add", [e.address(a), e.address(b), e.address(out)], count(a.shape), { grain: GRAIN });
    return out;
  });
  replaceKernel<"x">("wasm", ACTIVATE, () => ({ x }, { activation }: ActivateAttributes) => {
    const e = engine(), out = e.output(x.shape);
    const args = [e.address(x), e.address(out), ACTIVATIONS[activation]];
    e.run("activateElements", args, count(x.shape), { grain: GRAIN });
    return out;
  });
  tf.registerGradient({
    kernelName: ACTIVATE,
    inputsToSave: ["x"],
    gradFunc: (dy, [x], attrs) => ({
      x: () => {
        const e = engine(), out = e.output(x!.shape), { activation } = attrs as unknown as ActivateAttributes;
        const args = [e.address(x!), e.address(dy as tf.Tensor), e.address(out), ACTIVATIONS[activation]];
        e.run("activateElementsGradient", args, x!.size, { grain: GRAIN });
        return tensorOf(out);
      },
    }),
  });
}
