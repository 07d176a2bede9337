/**
 * Runs the same computation on the cpu backend and on WebGPU, where there is any adapter; software will do.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { Rng } from "../../../src/core/rng.ts";
import { initBackend } from "../../../src/tensor/mod.ts";
import * as tf from "../../../src/tensor/tf.ts";
import { type Counters } from "../../../src/tensor/webgpu/counters.ts";
import { gpu } from "../../../src/tensor/webgpu/device.ts";
import { assertNear, type Case, normals, valuesOf } from "../compare.ts";

/** Whether WebGPU finds an adapter here. */
export const HAS_GPU: boolean = await findsAdapter();

async function findsAdapter(): Promise<boolean> {
  Deno.env.set("XDG_RUNTIME_DIR", Deno.env.get("XDG_RUNTIME_DIR") ?? "/"); // Mesa complains on the console without one
  const found = await navigator.gpu?.requestAdapter() ?? null;
  if (!found) console.log("tests on WebGPU are left out: no adapter (Debian: libvulkan1 and mesa-vulkan-drivers)");
  return found !== null;
}

/** A test on WebGPU. */
export function gpuTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !HAS_GPU, fn });
}

/** Makes WebGPU the backend. */
export async function useGpu(): Promise<void> {
  await initBackend({ need: "train", prefer: "webgpu" });
}

/** Values of tensors, which are disposed of. */
export async function valuesOnGpu(tensors: readonly tf.Tensor[]): Promise<Float32Array[]> {
  const values: Float32Array[] = [];
  for (const tensor of tensors) {
    values.push((await tensor.data() as Float32Array).slice());
    tensor.dispose();
  }
  return values;
}

/** What is counted while something is done. */
export async function countsOf(run: () => void | Promise<void>): Promise<Counters> {
  const before = { ...gpu().counters };
  await run();
  const after = gpu().counters, keys = Object.keys(before) as (keyof Counters)[];
  return Object.fromEntries(keys.map((key) => [key, after[key] - before[key]])) as unknown as Counters;
}

/** Asserts that cases have the cpu backend's results on WebGPU, up to `tolerance` times the largest value. */
export async function assertOnGpu(cases: readonly Case[], rng: Rng, tolerance: number): Promise<void> {
  const inputs = cases.map(({ shapes }) => shapes.map((shape) => normals(rng, tf.util.sizeFromShape(shape))));
  await initBackend({ need: "train", prefer: "cpu" });
  const expected = await valuesOf(cases, inputs);
  await useGpu();
  for (const [i, { name, shapes, run }] of cases.entries()) {
    const tensors = tf.memory().numTensors;
    const actual = await valuesOnGpu(tf.tidy(() => run(...shapes.map((shape, k) => tf.tensor(inputs[i]![k]!, shape)))));
    assert(tf.memory().numTensors === tensors, `tensors grew from ${tensors} to ${tf.memory().numTensors}: ${name}`);
    actual.forEach((values, k) => assertNear(values, expected[i]![k]!, tolerance, `result ${k} of ${name}`));
  }
}
