import { assert, assertEquals } from "@std/assert";
import { randomInt, type Rng, seededRng } from "../../src/core/rng.ts";
import {
  activate,
  type Activation,
  adamStep,
  batchNorm,
  conv2d,
  depthwiseConv2d,
  disposeBackend,
  globalAveragePool,
  initBackend,
  linear,
  scaleChannels,
} from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { assertCases, assertNear, type Case, normals } from "./compare.ts";
import { between, printedRng } from "../random.ts";
import { batchNormInDoubles } from "./doubles.ts";

// What the operations promise: own kernels and compositions agree to 1e-4 of the largest value.
const TOLERANCE = 1e-4;

const upstream = (y: tf.Tensor) => tf.reshape(tf.sin(tf.range(0, y.size)), y.shape);

/** A function of all inputs and its gradients by them. */
const withGradients = (f: (...inputs: tf.Tensor[]) => tf.Tensor) => (...inputs: tf.Tensor[]) => {
  const y = f(...inputs);
  return [y, ...tf.grads(f)(inputs, upstream(y))];
};

function imageShape(rng: Rng): [number, number, number, number] {
  return [between(rng, 1, 4), between(rng, 1, 9), between(rng, 1, 9), between(rng, 1, 40)];
}

const ACTIVATIONS: readonly Activation[] = ["none", "relu", "leakyRelu", "silu", "hardSwish", "gelu"];

Deno.test("batchNorm() has one result and gradient, fused or composed, and updates the same statistics", async () => {
  const rng = printedRng();
  const cases = ACTIVATIONS.flatMap((activation) =>
    [true, false].flatMap((training) =>
      [0, 1, 2, 3].map((k): Case => {
        const [B, H, W, C] = imageShape(rng), D = k === 0 ? 4 * C : C; // whole vectors of channels, and ragged ones
        const shape = [B + 1, H, W, D]; // at least two values a channel
        return {
          name: `batchNorm of [${shape}], ${activation}, training ${training}`,
          shapes: [shape, [D], [D], [D], [D]],
          run: (x, gamma, beta, mean, wild) => {
            const running = tf.variable(mean, false) as tf.Variable<tf.Rank.R1>;
            const variance = tf.variable(tf.abs(wild), false) as tf.Variable<tf.Rank.R1>;
            const options = { training, activation, momentum: 0.2, epsilon: 1e-3 };
            const f = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
              batchNorm(
                x as tf.Tensor4D,
                { gamma: gamma as tf.Tensor1D, beta: beta as tf.Tensor1D, mean: running, variance },
                options,
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
  await assertCases(cases, rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("batchNorm() keeps its precision where the mean is a thousand deviations away", async () => {
  const rng = printedRng(), shape: [number, number, number, number] = [4, 27, 29, 6];
  const C = shape[3], size = tf.util.sizeFromShape(shape);
  // The mean also drifts from row to row, so that blocks of rows differ; and the first row is far from all others.
  const values = normals(rng, size).map((value, i) => i < C ? 0 : 1000 + value + 2 * Math.sin(i / 700));
  const gradient = normals(rng, size);
  const exact = batchNormInDoubles(values, gradient, C);
  await initBackend({ need: "train", prefer: "wasm" });
  const [y, dx, dGamma] = tf.tidy(() => {
    const x = tf.tensor4d(values, shape),
      gamma = tf.ones([C]) as tf.Tensor1D,
      beta = tf.zeros([C]) as tf.Tensor1D;
    const mean = tf.variable(beta, false), variance = tf.variable(gamma, false);
    const f = (x: tf.Tensor, gamma: tf.Tensor) =>
      batchNorm(x as tf.Tensor4D, { gamma: gamma as tf.Tensor1D, beta, mean, variance }, {
        training: true,
        epsilon: 0,
      });
    const results = [f(x, gamma), ...tf.grads(f)([x, gamma], tf.tensor4d(gradient, shape))];
    mean.dispose(), variance.dispose();
    return results.map((result) => result.dataSync());
  });
  // The input itself has steps of 6e-5 at 1000; what is lost beyond that would be the kernel's doing.
  assertNear(y!, exact.y, 2e-4);
  assertNear(dx!, exact.dx, 2e-4);
  assertNear(dGamma!, exact.dGamma, 2e-4);
  await disposeBackend();
});

Deno.test("globalAveragePool(), scaleChannels() and activate() have one result and gradient, fused or composed", async () => {
  const rng = printedRng();
  const cases = Array.from({ length: 6 }).flatMap((): Case[] => {
    const shape = imageShape(rng), gate = [shape[0], 1, 1, shape[3]];
    return [
      { name: `pool of [${shape}]`, shapes: [shape], run: withGradients((x) => globalAveragePool(x as tf.Tensor4D)) },
      {
        name: `scale of [${shape}]`,
        shapes: [shape, gate],
        run: withGradients((x, gate) => scaleChannels(x as tf.Tensor4D, gate as tf.Tensor4D)),
      },
      ...ACTIVATIONS.map((activation) => ({
        name: `${activation} of [${shape}]`,
        shapes: [shape],
        run: withGradients((x) => tf.mul(1, activate(x, activation))),
      })),
    ];
  });
  await assertCases(cases, rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("conv2d() and depthwiseConv2d() pad alike on both backends", async () => {
  const rng = printedRng();
  const cases = [0, 1, 2, 3].flatMap((padding): Case[] => {
    const [B, H, W, C] = [2, between(rng, 7, 12), between(rng, 7, 12), between(rng, 1, 9)], stride = 1 + padding % 2;
    return [
      {
        name: `conv2d pad ${padding}`,
        shapes: [[B, H, W, C], [5, 5, C, 6]],
        run: withGradients((x, w) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, { stride, padding })),
      },
      {
        name: `depthwiseConv2d pad ${padding}`,
        shapes: [[B, H, W, C], [5, 5, C, 1]],
        run: withGradients((x, w) => depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, { stride, padding })),
      },
    ];
  });
  await assertCases(cases, rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("adamStep() takes the same steps in place as composed", async () => {
  const rng = printedRng();
  const cases = [[1], [between(rng, 2, 60)], [3, 50_000]].map((shape): Case => ({
    name: `adam on [${shape}]`,
    shapes: [shape, shape],
    run: (start, gradient) => {
      const [param, mean, square] = [start, tf.zeros(shape), tf.zeros(shape)].map((t) => tf.variable(t));
      for (let step = 1; step <= 3; step++) {
        const options = { lr: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step };
        const update = { param: param!, gradient: tf.mul(gradient, step), mean: mean!, square: square!, decay: 0.1 };
        adamStep([update], options);
      }
      const results = [param!, mean!, square!].map((variable) => tf.add(variable, 0));
      tf.dispose([param!, mean!, square!]);
      return results;
    },
  }));
  await assertCases(cases, rng, 1e-6);
  await disposeBackend();
});

/** A small network with one of everything; its inputs are pixels and all weights. */
const NETWORK: Case = {
  name: "a small network",
  shapes: [
    [5, 11, 9, 3],
    [3, 3, 3, 10],
    [10],
    [10],
    [5, 5, 10, 1],
    [10],
    [10],
    [1, 1, 10, 3],
    [1, 1, 3, 10],
    [1, 1, 10, 10],
    [10],
    [10],
    [10, 4],
    [4],
  ],
  run: (...inputs) => {
    const targets = tf.oneHot(tf.tensor1d([0, 1, 2, 3, 0], "int32"), 4);
    const loss = (...tensors: tf.Tensor[]) => {
      const [x, stem, g1, b1, dw, g2, b2, reduce, restore, project, g3, b3, weight, bias] = tensors as tf.Tensor4D[];
      const norm = (x: tf.Tensor4D, gamma: tf.Tensor, beta: tf.Tensor, activation: Activation) => {
        const [mean, variance] = [tf.variable(tf.zerosLike(gamma), false), tf.variable(tf.onesLike(gamma), false)];
        const variables = { gamma, beta, mean, variance } as unknown as Parameters<typeof batchNorm>[1];
        const y = batchNorm(x, variables, { training: true, activation });
        tf.dispose([mean, variance]);
        return y;
      };
      const y = norm(conv2d(x!, stem!, { stride: 2, padding: 1 }), g1!, b1!, "silu");
      const mixed = norm(depthwiseConv2d(y, dw!, { padding: 2 }), g2!, b2!, "relu");
      const squeezed = activate(conv2d(globalAveragePool(mixed), reduce!), "silu");
      const scaled = scaleChannels(mixed, tf.sigmoid(conv2d(squeezed, restore!)));
      const out = tf.add(norm(conv2d(scaled, project!), g3!, b3!, "none"), y) as tf.Tensor4D;
      const features = tf.reshape(globalAveragePool(out), [5, 10]) as tf.Tensor2D;
      const logits = linear(features, weight as unknown as tf.Tensor2D, bias as unknown as tf.Tensor1D);
      return tf.mean(tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), targets), -1)));
    };
    const { value, grads } = tf.valueAndGrads(loss)(inputs);
    return [value, ...grads];
  },
};

Deno.test("a small network has one loss and gradients, fused or composed", async () => {
  // Seven layers add up their rounding.
  await assertCases([NETWORK], printedRng(), 5e-4);
  await disposeBackend();
});

Deno.test("training on wasm holds no more memory after 200 steps of changing batch sizes than after 40", async () => {
  await initBackend({ need: "train", prefer: "wasm", threads: 2 });
  const rng = seededRng(1), filter = tf.variable(tf.randomNormal([3, 3, 3, 8])), gamma = tf.variable(tf.ones([8]));
  const slots = { mean: tf.variable(tf.zeros(filter.shape)), square: tf.variable(tf.zeros(filter.shape)) };
  const running = [tf.variable(tf.zeros([8]), false), tf.variable(tf.ones([8]), false)];
  const memory = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.buffer.byteLength;
  let settled = [0, 0];
  for (let step = 1; step <= 200; step++) {
    const { value, grads } = tf.variableGrads(() => {
      const x = tf.randomNormal([1 + randomInt(rng, 8), 16, 16, 3]) as tf.Tensor4D, beta = tf.zeros([8]) as tf.Tensor1D;
      const variables = { gamma, beta, mean: running[0], variance: running[1] } as Parameters<typeof batchNorm>[1];
      const y = batchNorm(conv2d(x, filter as tf.Tensor4D, { padding: 1 }), variables, {
        training: true,
        activation: "silu",
      });
      return tf.mean(tf.square(y)) as tf.Scalar;
    });
    adamStep([{ param: filter, gradient: grads[filter.name]!, ...slots, decay: 0 }], {
      lr: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      step,
    });
    tf.dispose([value, grads]);
    if (step === 40) settled = [tf.memory().numTensors, memory()];
  }
  assertEquals([tf.memory().numTensors, memory()], settled);
  tf.dispose([filter, gamma, slots.mean, slots.square, ...running]);
  await disposeBackend();
});

Deno.test("batchNorm() and scaleChannels() leave nothing behind when only some gradients are asked for", async () => {
  await initBackend({ need: "train", prefer: "wasm" });
  const x = tf.randomNormal([2, 3, 3, 5]) as tf.Tensor4D, gate = tf.randomNormal([2, 1, 1, 5]) as tf.Tensor4D;
  const gamma = tf.ones([5]) as tf.Tensor1D, beta = tf.zeros([5]) as tf.Tensor1D;
  const mean = tf.variable(beta, false), variance = tf.variable(gamma, false);
  const before = tf.memory().numTensors;
  const options = { training: true, activation: "silu" } as const;
  const functions: [(t: tf.Tensor) => tf.Tensor, tf.Tensor][] = [
    [(x) => batchNorm(x as tf.Tensor4D, { gamma, beta, mean, variance }, options), x],
    [(gamma) => batchNorm(x, { gamma: gamma as tf.Tensor1D, beta, mean, variance }, options), gamma],
    [(beta) => batchNorm(x, { gamma, beta: beta as tf.Tensor1D, mean, variance }, options), beta],
    [(x) => scaleChannels(x as tf.Tensor4D, gate), x],
    [(gate) => scaleChannels(x, gate as tf.Tensor4D), gate],
  ];
  for (const [f, input] of functions) {
    tf.grad(f)(input).dispose();
    f(input).dispose(); // no backward at all
  }
  assertEquals(tf.memory().numTensors, before);
  tf.dispose([x, gate, gamma, beta, mean, variance]);
  await disposeBackend();
});

Deno.test("adamStep() and batchNorm() change the variable alone, not its clones", async () => {
  await initBackend({ need: "train", prefer: "wasm" });
  const param = tf.variable(tf.ones([4])), mean = tf.variable(tf.zeros([4])), square = tf.variable(tf.zeros([4]));
  const clone = tf.clone(param);
  adamStep([{ param, gradient: tf.ones([4]), mean, square, decay: 0 }], {
    lr: 0.5,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    step: 1,
  });
  assertEquals([...clone.dataSync()], [1, 1, 1, 1]);
  assertNear(param.dataSync(), [0.5, 0.5, 0.5, 0.5], 1e-6);

  const running = tf.variable(tf.ones([4]), false), snapshot = tf.clone(running);
  const variables = { gamma: clone as tf.Tensor1D, beta: clone as tf.Tensor1D, mean: running, variance: running };
  batchNorm(tf.ones([2, 2, 2, 4]), variables as Parameters<typeof batchNorm>[1], { training: true }).dispose();
  assertEquals([...snapshot.dataSync()], [1, 1, 1, 1]);
  assert(running.dataSync()[0]! < 1);
  tf.dispose([param, mean, square, clone, running, snapshot]);
  await disposeBackend();
});

Deno.test("adamStep() changes the variable alone, too, when it comes with its clones from another backend", async () => {
  await initBackend({ need: "train", prefer: "cpu" });
  const [param, mean, square] = [tf.ones([4]), tf.zeros([4]), tf.zeros([4])].map((start) => tf.variable(start));
  const clone = tf.clone(param!);
  await initBackend({ need: "train", prefer: "wasm" });
  const options = { lr: 0.5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 1 };
  adamStep([{ param: param!, gradient: tf.ones([4]), mean: mean!, square: square!, decay: 0 }], options);
  assertNear(param!.dataSync(), [0.5, 0.5, 0.5, 0.5], 1e-6);
  assertEquals([...clone.dataSync()], [1, 1, 1, 1]);
  tf.dispose([param!, mean!, square!, clone]);
  await disposeBackend();
});

Deno.test("stock kernels see the weights that adamStep() changed in place", async () => {
  await initBackend({ need: "train", prefer: "wasm" });
  const shape: [number, number, number, number] = [1, 1, 3, 2];
  const [weight, mean, square] = [tf.ones(shape), tf.zeros(shape), tf.zeros(shape)].map((start) => tf.variable(start));
  const x = tf.ones([1, 2, 2, 3]) as tf.Tensor4D, filter = weight as unknown as tf.Tensor4D;
  const stock = () => tf.tidy(() => tf.fused.conv2d({ x, filter, strides: 1, pad: "valid" }).dataSync()[0]!);
  const step = (step: number) => {
    const options = { lr: 0.5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step };
    adamStep([{ param: weight!, gradient: tf.ones(shape), mean: mean!, square: square!, decay: 0 }], options);
  };
  step(1); // gives the variable values of its own
  assertNear([stock()], [1.5], 1e-6);
  step(2);
  assertNear([stock()], [0], 1e-5); // XNNPACK would have answered with the weights that it had packed
  tf.dispose([weight!, mean!, square!, x]);
  await disposeBackend();
});

Deno.test("activate() is finite far out and lets NaN through", async () => {
  await initBackend({ need: "train", prefer: "wasm" });
  const x = tf.tensor1d([-1e30, -200, -88, 88, 200, 1e30, NaN]);
  const silu = (x: tf.Tensor) => activate(x, "silu"), y = silu(x).dataSync(), dx = tf.grad(silu)(x).dataSync();
  assertNear(y.subarray(0, 5), [0, 0, 0, 88, 200], 1e-6);
  assertNear(dx.subarray(0, 6), [0, 0, 0, 1, 1, 1], 1e-5);
  assertEquals([y[5], y[6], dx[6]].map(String), [`${Math.fround(1e30)}`, "NaN", "NaN"]);
  await disposeBackend();
});
