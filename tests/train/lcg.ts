/** The numbers that tests/reference/*.py and the tests make alike, so that no file of weights is needed. */
import { type Model } from "../../src/models/mod.ts";
import { assignTensors, modelTensors } from "../../src/models/weights.ts";

/** As many numbers in -1..1: the 32-bit linear congruential generator of Numerical Recipes, by its upper 24 bits. */
export function uniform(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return (state >>> 8) / (1 << 23) - 1;
  });
}

/** Fills a model as the scripts' `fill` does: the k-th parameter from seed k + 1, in PyTorch's layout. */
export async function fillModel(model: Model): Promise<void> {
  const tensors = await modelTensors(model);
  Object.keys(model.params).forEach((name, k) => {
    const { shape, data } = tensors[name]!;
    const values = uniform(data.length, k + 1);
    const scale = shape.length > 1 ? Math.sqrt(3 / (data.length / shape[0]!)) : name.endsWith("weight") ? 0.2 : 0.1;
    const shift = shape.length === 1 && name.endsWith("weight") ? 1 : 0;
    tensors[name] = { shape, data: values.map((value) => shift + Math.fround(scale) * value) };
  });
  assignTensors(model, tensors, "the reference");
}
