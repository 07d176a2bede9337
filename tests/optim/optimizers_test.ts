import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { OPTIMIZERS, type OptimizerSpec } from "../../src/optim/mod.ts";
import { disposeBackend, initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { startEngine } from "../../src/tensor/wasm/mod.ts";
import { sameBits, SETTINGS } from "../tensor/compare.ts";
import { gpuTest, useGpu } from "../tensor/webgpu/gpu.ts";
import { descend, makeParams, REFERENCE, startOf } from "./reference.ts";

// Twenty steps in float32, of parameters that begin around 1, against double precision.
const TOLERANCE = 2e-6;

/** Names of the optimizers, and options that make all slots. */
const SPECS: readonly OptimizerSpec[] = [
  { name: "adam" },
  { name: "adam", decoupled: false, weightDecay: 0.1 },
  { name: "adamW" },
  { name: "sgd", momentum: 0 },
  { name: "sgd", weightDecay: 0.1 },
  { name: "lion" },
  { name: "rmsprop", momentum: 0.5 },
  { name: "madgrad" },
];

/** Slots of each parameter. */
const SLOTS = [2, 2, 2, 0, 1, 1, 2, 3];

const gradientsFor = (params: Readonly<Record<string, tf.Variable>>, factor = 1) =>
  Object.fromEntries(
    Object.entries(params).map(([name, { shape, size }]) =>
      [name, tf.tidy(() => tf.reshape(tf.mul(tf.cos(tf.range(0, size)), factor), shape))] as const
    ),
  );

async function valuesOf(variables: Readonly<Record<string, tf.Tensor>>): Promise<Float32Array[]> {
  return await Promise.all(Object.values(variables).map(async (v) => (await v.data() as Float32Array).slice()));
}

async function assertReference(where: string, problems = Object.keys(REFERENCE.problems)): Promise<void> {
  for (const reference of REFERENCE.optimizers.filter(({ problem }) => problems.includes(problem))) {
    const found = await descend(reference);
    for (const [name, expected] of Object.entries(reference.values)) {
      const text = `${name}, ${JSON.stringify(reference.spec)}, lr ${reference.lr}, ${reference.problem}, ${where}`;
      expected.forEach((value, i) =>
        assertAlmostEquals(found[name]![i]!, value, TOLERANCE * Math.max(1, Math.abs(value)), text)
      );
    }
  }
}

Deno.test("optimizers go where PyTorch's and the papers' go, on cpu and wasm", async () => {
  await initBackend({ need: "train", prefer: "cpu" });
  await assertReference("cpu");
  await initBackend({ need: "train", prefer: "wasm" });
  for (const [instructions, threads] of SETTINGS.filter(([, threads]) => threads === 1)) {
    await startEngine({ instructions, threads });
    await assertReference(`wasm, ${instructions}`);
  }
  await disposeBackend();
});

gpuTest("optimizers go where PyTorch's and the papers' go, on WebGPU", async () => {
  await useGpu();
  await assertReference("webgpu", ["noise"]); // for which no parameter is read on the way
  await disposeBackend();
});

Deno.test("optimizers have a slot of each kind for each parameter, and leave nothing behind", async () => {
  for (const prefer of ["cpu", "wasm"] as const) {
    await initBackend({ need: "train", prefer });
    for (const [i, spec] of SPECS.entries()) {
      const params = makeParams(), gradients = gradientsFor(params);
      const before = tf.memory().numTensors, count = Object.keys(params).length;
      const optimizer = build("optimizer", OPTIMIZERS, spec)(params);
      assertEquals(Object.keys(optimizer.slots).length, SLOTS[i]! * count, spec.name);
      for (let step = 1; step <= 3; step++) optimizer.apply(gradients, { lr: 0.1, step });
      assertEquals(tf.memory().numTensors, before + SLOTS[i]! * count, spec.name);
      optimizer.dispose();
      assertEquals(tf.memory().numTensors, before, spec.name);
      tf.dispose([...Object.values(params), gradients]);
    }
  }
  await disposeBackend();
});

Deno.test("optimizers with a learning rate of 0 change nothing, and with another one every parameter", async () => {
  await initBackend({ need: "train", prefer: "wasm" });
  for (const spec of SPECS) {
    for (const lr of [0, 0.01]) {
      const params = makeParams(), gradients = gradientsFor(params);
      const optimizer = build("optimizer", OPTIMIZERS, spec)(params);
      optimizer.apply(gradients, { lr, step: 1 });
      for (const [k, values] of (await valuesOf(params)).entries()) {
        assertEquals(sameBits(values, startOf(k)), lr === 0, `${spec.name}, lr ${lr}, parameter ${k}`);
      }
      optimizer.dispose();
      tf.dispose([...Object.values(params), gradients]);
    }
  }
  await disposeBackend();
});

Deno.test("optimizers leave frozen parameters alone, which need no gradient and have no slots", async () => {
  await initBackend({ need: "train", prefer: "wasm" });
  for (const spec of SPECS) {
    const params = makeParams(), { weight: _, ...gradients } = gradientsFor(params);
    const optimizer = build("optimizer", OPTIMIZERS, spec)(params, { rates: { weight: 0 } });
    assert(!Object.keys(optimizer.slots).some((name) => name.startsWith("weight.")), spec.name);
    optimizer.apply(gradients, { lr: 0.1, step: 1 });
    const [weight, bias] = await valuesOf(params);
    assert(sameBits(weight!, startOf(0)), spec.name);
    assert(!sameBits(bias!, startOf(1)), spec.name);
    optimizer.dispose();
    tf.dispose([...Object.values(params), gradients]);
  }
  await disposeBackend();
});

Deno.test("optimizers change the parameters alone, not tensors that share their values", async () => {
  await initBackend({ need: "train", prefer: "wasm" });
  for (const spec of SPECS) {
    const params = makeParams(), gradients = gradientsFor(params), copies = Object.values(params).map(tf.clone);
    const optimizer = build("optimizer", OPTIMIZERS, spec)(params);
    optimizer.apply(gradients, { lr: 0.1, step: 1 });
    for (const [k, copy] of copies.entries()) {
      assert(sameBits(await copy.data() as Float32Array, startOf(k)), spec.name);
    }
    optimizer.dispose();
    tf.dispose([...Object.values(params), gradients, ...copies]);
  }
  await disposeBackend();
});

Deno.test("an optimizer goes on from slots that were saved as if it had not stopped", async () => {
  await initBackend({ need: "train", prefer: "wasm" });
  for (const spec of SPECS) {
    const steps = async (stopAt: number) => {
      const params = makeParams(), make = build("optimizer", OPTIMIZERS, spec);
      let optimizer = make(params);
      for (let step = 1; step <= 6; step++) {
        const gradients = gradientsFor(params, 1 - step / 4);
        optimizer.apply(gradients, { lr: 0.01, step });
        tf.dispose(gradients);
        if (step !== stopAt) continue;
        const saved = await valuesOf(optimizer.slots);
        optimizer.dispose();
        optimizer = make(params);
        Object.values(optimizer.slots).forEach((slot, i) =>
          tf.tidy(() => slot.assign(tf.tensor(saved[i]!, slot.shape)))
        );
      }
      const values = await valuesOf(params);
      optimizer.dispose();
      tf.dispose(Object.values(params));
      return values;
    };
    const [unbroken, stopped] = [await steps(0), await steps(3)];
    unbroken.forEach((values, k) => assert(sameBits(values, stopped[k]!), `${spec.name}, parameter ${k}`));
  }
  await disposeBackend();
});

Deno.test("sgd() without momentum goes straight down the gradient", async () => {
  await initBackend({ need: "train", prefer: "cpu" });
  const param = tf.variable(tf.tensor1d([1, -2, 0.5])), gradient = tf.tensor1d([0.5, 3, 0]);
  const optimizer = build("optimizer", OPTIMIZERS, { name: "sgd", momentum: 0, weightDecay: 9 })({ bias: param });
  optimizer.apply({ bias: gradient }, { lr: 0.5, step: 1 }); // a vector does not decay
  assertEquals([...await param.data()], [0.75, -3.5, 0.5]);
  tf.dispose([param, gradient]);
});

Deno.test("lion() moves every weight by the learning rate, whatever its gradient", async () => {
  await initBackend({ need: "train", prefer: "wasm" });
  const param = tf.variable(tf.tensor1d([0, 0, 0, 0, 0])), gradient = tf.tensor1d([1e-6, -1e6, 0, 3, -0.2]);
  const optimizer = build("optimizer", OPTIMIZERS, { name: "lion" })({ bias: param });
  optimizer.apply({ bias: gradient }, { lr: 0.25, step: 1 });
  assertEquals([...await param.data()], [-0.25, 0.25, 0, -0.25, 0.25]);
  optimizer.dispose();
  tf.dispose([param, gradient]);
  await disposeBackend();
});

Deno.test("an optimizer names a parameter without gradient", () => {
  for (const spec of SPECS) {
    const stem = tf.variable(tf.zeros([2])), optimizer = build("optimizer", OPTIMIZERS, spec)({ stem });
    assertThrows(() => optimizer.apply({}, { lr: 0.1, step: 1 }), Error, `"stem"`);
    optimizer.dispose();
    stem.dispose();
  }
});
