import { assert, assertEquals } from "@std/assert";
import type { Rng } from "../../../src/core/rng.ts";
import {
  activate,
  type Activation,
  adamStep,
  batchNorm,
  disposeBackend,
  globalAveragePool,
  scaleChannels,
  softmaxCrossEntropy,
} from "../../../src/tensor/mod.ts";
import * as tf from "../../../src/tensor/tf.ts";
import { assertNear, type Case, normals } from "../compare.ts";
import { between, printedRng } from "../../random.ts";
import { batchNormInDoubles } from "../doubles.ts";
import { assertOnGpu, gpuTest, useGpu, valuesOnGpu } from "./gpu.ts";

// What the operations promise: own kernels and compositions agree to 1e-4 of the largest value.
const TOLERANCE = 1e-4;

/** Not around zero: sums that cancel would be compared in what is left of them. */
const upstream = (y: tf.Tensor) => tf.reshape(tf.add(tf.sin(tf.range(0, y.size)), 0.3), y.shape);

/** A function of all inputs and its gradients by them. */
const withGradients = (f: (...inputs: tf.Tensor[]) => tf.Tensor) => (...inputs: tf.Tensor[]) => {
  const y = f(...inputs);
  return [y, ...tf.grads(f)(inputs, upstream(y))];
};

/** Images whose channels come in whole vectors of four, or ragged; some with rows enough to be split. */
function imageShape(rng: Rng, k: number): [number, number, number, number] {
  const C = between(rng, 1, 40),
    [H, W] = k % 3 === 2 ? [between(rng, 20, 30), 23] : [between(rng, 1, 9), between(rng, 1, 9)];
  return [between(rng, 1, 4), H!, W!, k % 2 === 0 ? 4 * C : C];
}

const ACTIVATIONS: readonly Activation[] = ["none", "relu", "leakyRelu", "silu", "hardSwish", "gelu"];

gpuTest("batchNorm() on WebGPU has the composed result, gradients and running statistics", async () => {
  const rng = printedRng();
  const cases = ACTIVATIONS.flatMap((activation) =>
    [true, false].flatMap((training) =>
      [0, 1, 2, 3].map((k): Case => {
        const [B, H, W, C] = imageShape(rng, k), shape = [B + 1, H, W, C]; // at least two values a channel
        return {
          name: `batchNorm of [${shape}], ${activation}, training ${training}`,
          shapes: [shape, [C], [C], [C], [C]],
          run: (x, gamma, beta, mean, wild) => {
            const running = tf.variable(mean, false) as tf.Variable<tf.Rank.R1>;
            const variance = tf.variable(tf.abs(wild), false) as tf.Variable<tf.Rank.R1>;
            const f = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
              batchNorm(
                x as tf.Tensor4D,
                { gamma: gamma as tf.Tensor1D, beta: beta as tf.Tensor1D, mean: running, variance },
                { training, activation, momentum: 0.2, epsilon: 1e-3 },
              );
            const y = f(x, gamma, beta), once = [tf.clone(running), tf.clone(variance)];
            const gradients = tf.grads(f)([x, gamma, beta], upstream(y));
            running.dispose(), variance.dispose();
            return activation === "hardSwish" ? [y, ...once] : [y, ...gradients, ...once]; // see cornerCases()
          },
        };
      })
    )
  );
  await assertOnGpu(cases, rng, TOLERANCE);
  await disposeBackend();
});

gpuTest(
  "globalAveragePool(), scaleChannels() and activate() on WebGPU have the composed results and gradients",
  async () => {
    const rng = printedRng();
    const cases = Array.from({ length: 6 }).flatMap((_, k): Case[] => {
      const shape = imageShape(rng, k), gate = [shape[0], 1, 1, shape[3]];
      return [
        { name: `pool of [${shape}]`, shapes: [shape], run: withGradients((x) => globalAveragePool(x as tf.Tensor4D)) },
        {
          name: `scale of [${shape}]`,
          shapes: [shape, gate],
          run: withGradients((x, gate) => scaleChannels(x as tf.Tensor4D, gate as tf.Tensor4D)),
        },
        { name: `silu of [${shape}]`, shapes: [shape], run: withGradients((x) => activate(x, "silu")) },
      ];
    });
    await assertOnGpu(cases, rng, TOLERANCE);
    await disposeBackend();
  },
);

gpuTest("batchNorm() on WebGPU keeps its precision where the mean is a thousand deviations away", async () => {
  const rng = printedRng(), shape: [number, number, number, number] = [4, 27, 29, 6];
  const [, , , C] = shape, size = tf.util.sizeFromShape(shape);
  // The mean also drifts from row to row, so that parts of rows differ; and the first row is far from all others.
  const values = normals(rng, size).map((value, i) => i < C ? 0 : 1000 + value + 2 * Math.sin(i / 700));
  const gradient = normals(rng, size), exact = batchNormInDoubles(values, gradient, C);
  await useGpu();
  const results = tf.tidy(() => {
    const x = tf.tensor4d(values, shape), gamma = tf.ones([C]) as tf.Tensor1D, beta = tf.zeros([C]) as tf.Tensor1D;
    const mean = tf.variable(beta, false), variance = tf.variable(gamma, false);
    const f = (x: tf.Tensor, gamma: tf.Tensor) =>
      batchNorm(x as tf.Tensor4D, { gamma: gamma as tf.Tensor1D, beta, mean, variance }, {
        training: true,
        epsilon: 0,
      });
    const results = [f(x, gamma), ...tf.grads(f)([x, gamma], tf.tensor4d(gradient, shape))];
    mean.dispose(), variance.dispose();
    return results;
  });
  const [y, dx, dGamma] = await valuesOnGpu(results);
  // The input itself has steps of 6e-5 at 1000; what is lost beyond that would be the kernel's doing.
  assertNear(y!, exact.y, 2e-4);
  assertNear(dx!, exact.dx, 2e-4);
  assertNear(dGamma!, exact.dGamma, 2e-4);
  await disposeBackend();
});

gpuTest("activate() on WebGPU is finite far out and lets NaN through", async () => {
  await useGpu();
  const silu = (x: tf.Tensor) => activate(x, "silu");
  const [y, dx] = await valuesOnGpu(tf.tidy(() => {
    const x = tf.tensor1d([-1e38, -1e30, -200, -88, 88, 200, 1e30, NaN]);
    return [silu(x), tf.grad(silu)(x)];
  }));
  assertNear(y!.subarray(0, 6), [0, 0, 0, 0, 88, 200], 1e-6);
  assertNear(dx!.subarray(0, 7), [0, 0, 0, 0, 1, 1, 1], 1e-5);
  assertEquals([y![6], y![7], dx![7]].map(String), [`${Math.fround(1e30)}`, "NaN", "NaN"]);
  await disposeBackend();
});

const ADAM = { lr: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

gpuTest("adamStep() on WebGPU takes the same steps as composed, in a few programs for many parameters", async () => {
  const rng = printedRng();
  const shapes = [[1], [2048], [2049], [3, 5001], ...Array.from({ length: 26 }, () => [between(rng, 1, 90), 3])];
  const cases: Case[] = [{
    name: `adam on ${shapes.length} parameters`,
    shapes: [...shapes, ...shapes],
    run: (...tensors) => {
      const variables = shapes.map((shape, i) =>
        [tensors[i]!, tf.zeros(shape), tf.zeros(shape)].map((t) => tf.variable(t))
      );
      for (let step = 1; step <= 3; step++) {
        const updates = variables.map(([param, mean, square], i) => {
          const gradient = tf.mul(tensors[shapes.length + i]!, step);
          return { param: param!, gradient, mean: mean!, square: square!, decay: i % 2 === 0 ? 0.1 : 0 };
        });
        adamStep(updates, { ...ADAM, lr: ADAM.lr / step, step });
      }
      const results = variables.flat().map((variable) => tf.add(variable, 0));
      tf.dispose(variables);
      return results;
    },
  }];
  await assertOnGpu(cases, rng, 1e-5);
  await disposeBackend();
});

gpuTest(
  "batchNorm() and scaleChannels() on WebGPU leave nothing behind when only some gradients are asked for",
  async () => {
    await useGpu();
    const x = tf.randomNormal([2, 3, 3, 5]) as tf.Tensor4D, gate = tf.randomNormal([2, 1, 1, 5]) as tf.Tensor4D;
    const gamma = tf.ones([5]) as tf.Tensor1D, beta = tf.zeros([5]) as tf.Tensor1D;
    const mean = tf.variable(beta, false), variance = tf.variable(gamma, false);
    const options = { training: true, activation: "silu" } as const;
    const functions: [(t: tf.Tensor) => tf.Tensor, tf.Tensor][] = [
      [(x) => batchNorm(x as tf.Tensor4D, { gamma, beta, mean, variance }, options), x],
      [(gamma) => batchNorm(x, { gamma: gamma as tf.Tensor1D, beta, mean, variance }, options), gamma],
      [(beta) => batchNorm(x, { gamma, beta: beta as tf.Tensor1D, mean, variance }, options), beta],
      [(x) => scaleChannels(x as tf.Tensor4D, gate), x],
      [(gate) => scaleChannels(x, gate as tf.Tensor4D), gate],
    ];
    const used = async () => {
      await mean.data(); // submits, which frees what tensors were uploaded through
      return [tf.memory().numTensors, (tf.memory() as unknown as { numBytesInGPU: number }).numBytesInGPU];
    };
    let before: number[] = [];
    for (let round = 0; round < 2; round++) { // the first brings the inputs to the GPU
      for (const [f, input] of functions) {
        tf.grad(f)(input).dispose();
        f(input).dispose(); // no backward at all
      }
      if (round === 0) before = await used();
    }
    assertEquals(await used(), before);
    tf.dispose([x, gate, gamma, beta, mean, variance]);
    await disposeBackend();
  },
);

gpuTest("adamStep() and batchNorm() on WebGPU change the variable alone, not its clones", async () => {
  await useGpu();
  const [param, mean, square, running, spread] = Array.from({ length: 5 }, () => tf.variable(tf.ones([4]), false));
  const clones = [tf.clone(param!), tf.clone(running!)], late = param!.data();
  const step = (step: number) =>
    adamStep([{ param: param!, gradient: tf.ones([4]), mean: mean!, square: square!, decay: 0 }], { ...ADAM, step });
  step(1);
  const variables = { gamma: clones[0], beta: clones[0], mean: running, variance: spread };
  batchNorm(tf.ones([2, 2, 2, 4]), variables as Parameters<typeof batchNorm>[1], { training: true }).dispose();
  const first = (await param!.data())[0]!;
  const pending = param!.data();
  step(2); // while values are being read
  await pending;
  assert((await param!.data())[0]! < first, "values that were read before the step came back");
  assertEquals([...await late], [1, 1, 1, 1]);
  assertEquals([...await running!.data()], [1, 1, 1, 1]);
  assert((await spread!.data())[0]! < 1);
  for (const values of await valuesOnGpu(clones)) assertEquals([...values], [1, 1, 1, 1]);
  tf.dispose([param!, mean!, square!, running!, spread!]);
  await disposeBackend();
});

gpuTest("tf.sum() on WebGPU has the same sums over leading axes, which are ours, and over others", async () => {
  const rng = printedRng();
  const cases = [[0], [0, 1], [1, 0, 2], [1], [2, 3], [0, 1, 2, 3]].flatMap((axes, k): Case[] => {
    const shape = imageShape(rng, k);
    return [true, false].map((keepDims) => ({
      name: `sum of [${shape}] over [${axes}], keepDims ${keepDims}`,
      shapes: [shape],
      run: (x) => [tf.sum(tf.add(x, 0.5), axes, keepDims)],
    }));
  });
  await assertOnGpu(cases, rng, TOLERANCE);
  await disposeBackend();
});

gpuTest("softmaxCrossEntropy() on WebGPU has the composed losses and gradients, far out too", async () => {
  const rng = printedRng();
  const cases = [[1, 1], [3, 18], [between(rng, 2, 9), between(rng, 60, 200)]].flatMap((shape) =>
    [1, 60].map((scale): Case => ({
      name: `softmaxCrossEntropy of [${shape}], logits times ${scale}`,
      shapes: [shape, shape],
      run: withGradients((logits, targets) =>
        softmaxCrossEntropy(tf.mul(logits, scale) as tf.Tensor2D, tf.abs(targets) as tf.Tensor2D)
      ),
    }))
  );
  await assertOnGpu(cases, rng, TOLERANCE);
  await disposeBackend();
});

gpuTest("our programs read whole numbers that were cast, on the GPU or before they came there", async () => {
  await useGpu();
  const results = tf.tidy(() => {
    const here = tf.tensor4d([1, 2, 3, 4], [1, 2, 1, 2], "int32"), there = tf.add(here, here) as tf.Tensor4D;
    const yes = tf.greater(there, 5);
    return [here, there, yes].map((x) => globalAveragePool(tf.cast(x, "float32") as tf.Tensor4D));
  });
  assertEquals((await valuesOnGpu(results)).map((values) => [...values]), [[2, 3], [4, 6], [0.5, 0.5]]);
  await disposeBackend();
});
