import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { type Averager, AVERAGES, type AverageSpec, OPTIMIZERS, type ScheduleState } from "../../src/optim/mod.ts";
import { type BackendName, disposeBackend, initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { HAS_GPU } from "../tensor/webgpu/gpu.ts";

const BACKENDS: readonly BackendName[] = ["cpu", "wasm", ...HAS_GPU ? ["webgpu" as const] : []];
const EPOCHS = 8, STEPS = 3;

/** The weights after a step: something that goes up and down. */
const weightsAt = (step: number) => [Math.sin(step), step, 1 / (1 + step), -1, Math.cos(step)];

const variable = (values: number[] | number[][]) => tf.tidy(() => tf.variable(tf.tensor(values)));

const valuesOf = async (variable: tf.Tensor) => [...await variable.data()];

const assertAll = (actual: readonly number[], expected: readonly number[], where: string) =>
  expected.forEach((value, i) =>
    assertAlmostEquals(actual[i]!, value, 1e-6 * Math.max(1, Math.abs(value)), `${where}: ${actual} for ${expected}`)
  );

/** Changes a variable in all steps, and calls with the average after each. */
async function train(
  spec: AverageSpec,
  check: (average: readonly number[], step: number) => void,
  { resumeAt = 0 }: { readonly resumeAt?: number } = {},
): Promise<void> {
  const make = build("average", AVERAGES, spec), weight = variable(weightsAt(0)), params = { weight };
  let averager = make(params);
  for (let step = 1; step <= EPOCHS * STEPS; step++) {
    tf.tidy(() => weight.assign(tf.tensor1d(weightsAt(step))));
    averager.update(params, { step, stepsPerEpoch: STEPS, epochs: EPOCHS });
    assertAll(await valuesOf(weight), weightsAt(step), "an update leaves the weights alone");
    check(await valuesOf(averager.slots.weight!), step);
    if (step !== resumeAt) continue;
    const saved = await valuesOf(averager.slots.weight!);
    averager.dispose();
    averager = make(params);
    tf.tidy(() => averager.slots.weight!.assign(tf.tensor1d(saved)));
  }
  averager.dispose();
  weight.dispose();
}

/** The closed form: all weights, each with the product of what was kept after it. */
function weighted(step: number, from: number, kept: (step: number) => number): number[] {
  const sum = weightsAt(from).map(() => 0);
  let share = 1;
  for (let s = step; s >= from; s--) {
    const taken = s === from ? share : share * (1 - kept(s));
    weightsAt(s).forEach((weight, i) => sum[i]! += taken * weight);
    share *= kept(s);
  }
  return sum;
}

Deno.test("ema() is the sum of all weights, each times what was kept since, on all backends", async () => {
  for (const prefer of BACKENDS) {
    await initBackend({ need: "train", prefer });
    const before = tf.memory().numTensors;
    for (const resumeAt of [0, 5]) {
      await train({ name: "ema", decay: 0.9, warmup: false }, (average, step) => {
        assertAll(average, weighted(step, 0, () => 0.9), `${prefer}, step ${step}`);
      }, { resumeAt });
      await train({ name: "ema", decay: 0.5 }, (average, step) => { // warmup ends at step 8
        assertAll(average, weighted(step, 0, (s) => Math.min(0.5, (1 + s) / (10 + s))), `${prefer}, step ${step}`);
      }, { resumeAt });
      await train({ name: "ema", decay: 0.9, warmup: false, from: 2 }, (average, step) => {
        const expected = step <= 2 * STEPS ? weightsAt(step) : weighted(step, 2 * STEPS, () => 0.9);
        assertAll(average, expected, `${prefer}, step ${step}`);
      }, { resumeAt });
    }
    assertEquals(tf.memory().numTensors, before);
  }
  await disposeBackend();
});

Deno.test("swa() is the mean of the weights after the epochs that count, on all backends", async () => {
  for (const prefer of BACKENDS) {
    await initBackend({ need: "train", prefer });
    for (const [from, every, first] of [[0.5, 1, 4], [0.5, 2, 4], [0, 3, 1], [1, 1, 8], [0.3, 1, 2]] as const) {
      for (const resumeAt of [0, 5 * STEPS]) {
        await train({ name: "swa", from, every }, (average, step) => {
          const epoch = Math.floor(step / STEPS), counted: number[] = [];
          for (let e = first; e <= epoch; e += every) counted.push(e);
          const expected = epoch < first
            ? weightsAt(epoch * STEPS)
            : weightsAt(0).map((_, i) =>
              counted.reduce((sum, e) => sum + weightsAt(e * STEPS)[i]!, 0) / counted.length
            );
          assertAll(average, expected, `${prefer}, from ${from}, every ${every}, step ${step}`);
        }, { resumeAt });
      }
    }
  }
  await disposeBackend();
});

/** An average that is not the weights: of two variables, after two steps. */
function prepare(spec: AverageSpec): { params: Record<string, tf.Variable>; averager: Averager; state: ScheduleState } {
  const params = {
    weight: variable([[1, 2], [3, 4]]),
    bias: variable([5, 6, 7]),
  };
  const averager = build("average", AVERAGES, spec)(params), state = { stepsPerEpoch: 1, epochs: 3 };
  for (const step of [1, 2]) {
    Object.values(params).forEach((param) => tf.tidy(() => param.assign(tf.mul(param, 3))));
    averager.update(params, { ...state, step });
  }
  return { params, averager, state: { ...state, step: 3 } };
}

Deno.test("swap() exchanges weights and average in place, and back, without making tensors", async () => {
  for (const prefer of BACKENDS) {
    await initBackend({ need: "train", prefer });
    for (const spec of [{ name: "ema", decay: 0.5, warmup: false }, { name: "swa", from: 0 }] as const) {
      const { params, averager } = prepare(spec);
      const all = async () => {
        const found: number[][] = [];
        for (const v of [...Object.values(params), ...Object.values(averager.slots)]) found.push(await valuesOf(v));
        return found;
      };
      const before = await all(), { numTensors, numDataBuffers } = tf.memory();
      averager.swap(params);
      assertEquals([tf.memory().numTensors, tf.memory().numDataBuffers], [numTensors, numDataBuffers]);
      const [weight, bias, meanWeight, meanBias] = before;
      assert(weight![0] !== meanWeight![0]);
      assertEquals(await all(), [meanWeight, meanBias, weight, bias]);
      averager.swap(params);
      assertEquals(await all(), before);
      averager.dispose();
      tf.dispose(Object.values(params));
    }
  }
  await disposeBackend();
});

Deno.test("after a swap and back, steps and averages go on as if there had been none", async () => {
  for (const prefer of BACKENDS) {
    await initBackend({ need: "train", prefer });
    const run = async (swaps: boolean) => {
      const { params, averager, state } = prepare({ name: "ema" });
      const optimizer = build("optimizer", OPTIMIZERS, { name: "adam" })(params);
      const found: number[][] = [], x = tf.tensor2d([[1, 2]]);
      for (let step = 1; step <= 3; step++) {
        const gradients = { weight: tf.ones([2, 2]), bias: tf.ones([3]) };
        optimizer.apply(gradients, { lr: 0.1, step });
        averager.update(params, { ...state, step: state.step + step });
        tf.dispose(gradients);
        if (swaps) averager.swap(params);
        const used = swaps ? params.weight! : averager.slots.weight!;
        const y = tf.tidy(() => tf.matMul(x, used as unknown as tf.Tensor2D)); // packs the weights, where kernels do
        found.push(await valuesOf(y));
        y.dispose();
        if (swaps) averager.swap(params);
      }
      for (const v of [...Object.values(params), ...Object.values(averager.slots)]) found.push(await valuesOf(v));
      optimizer.dispose();
      averager.dispose();
      tf.dispose([...Object.values(params), x]);
      return found;
    };
    assertEquals(await run(true), await run(false));
  }
  await disposeBackend();
});

Deno.test("none() keeps nothing and changes nothing", async () => {
  await initBackend({ need: "train", prefer: "cpu" });
  const { params, averager } = prepare({ name: "none" });
  assertEquals(averager.slots, {});
  averager.swap(params);
  assertEquals(await valuesOf(params.bias!), [45, 54, 63]);
});

Deno.test("averages say whether statistics must be taken anew", () => {
  const needs = (name: "none" | "ema" | "swa") => build("average", AVERAGES, { name })({}).needsStatistics;
  assertEquals([needs("none"), needs("ema"), needs("swa")], [false, false, true]);
});

Deno.test("an averager names a variable that is not there", async () => {
  await initBackend({ need: "train", prefer: "cpu" });
  const { params: { bias }, averager } = prepare({ name: "ema" });
  assertThrows(() => averager.swap({ bias: bias! }), Error, `"weight"`);
});
