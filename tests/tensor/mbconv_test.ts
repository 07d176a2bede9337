import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Rng, seededRng } from "../../src/core/rng.ts";
import { disposeBackend, initBackend, mbconv, type MbconvVariables, type Padding } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { assertCases, type Case, oneOf } from "./compare.ts";
import { between, printedRng } from "../random.ts";

// A chain of three norms and three convolutions in float32, by two orders of summation.
const TOLERANCE = 1e-4;

/** Sizes of a block. */
interface Sizes {
  readonly B: number;
  readonly H: number;
  readonly W: number;
  readonly I: number;
  readonly D: number;
  readonly S: number;
  readonly O: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: Padding;
  readonly expands: boolean;
  readonly residual: boolean;
  readonly dropPath: number;
}

/** Shapes of the trained tensors, in the order that `variablesOf` takes them. */
function shapesOf({ I, D, S, O, kernel, expands }: Sizes): number[][] {
  const norm = (C: number) => [[C], [C]];
  return [
    ...(expands ? [[1, 1, I, D], ...norm(D)] : []),
    ...[[kernel, kernel, D, 1], ...norm(D)],
    ...[[1, 1, D, S], [S], [1, 1, S, D], [D]],
    ...[[1, 1, D, O], ...norm(O)],
  ];
}

function variablesOf(tensors: readonly tf.Tensor[], { D, O, expands }: Sizes, running: tf.Variable[]): MbconvVariables {
  const left = [...tensors];
  const next = () => left.shift() as tf.Tensor4D;
  const statistic = (C: number, value: number) => {
    running.push(tf.tidy(() => tf.variable(tf.fill([C], value), false)));
    return running.at(-1) as tf.Variable<tf.Rank.R1>;
  };
  const convolution = (C: number) => ({
    filter: next(),
    norm: {
      gamma: next() as unknown as tf.Tensor1D,
      beta: next() as unknown as tf.Tensor1D,
      mean: statistic(C, 0.5),
      variance: statistic(C, 2),
    },
  });
  const small = () => ({ filter: next(), bias: next() as unknown as tf.Tensor1D });
  const expand = expands ? convolution(D) : undefined;
  const depthwise = convolution(D), reduce = small(), restore = small();
  return { ...(expand && { expand }), depthwise, reduce, restore, project: convolution(O) };
}

/** Runs a block, and gives the result, all gradients and the running statistics. */
function blockCase(name: string, sizes: Sizes, training = true): Case {
  const { B, H, W, I, stride, padding, residual, dropPath } = sizes;
  return {
    name: `${name}: ${JSON.stringify(sizes)}`,
    shapes: [[B, H, W, I], ...shapesOf(sizes)],
    run: (x, ...tensors) => {
      const running: tf.Variable[] = [];
      const f = (x: tf.Tensor, ...tensors: tf.Tensor[]) =>
        mbconv(x as tf.Tensor4D, variablesOf(tensors, sizes, running), {
          ...{ stride, padding, residual, dropPath, training, momentum: 0.3, epsilon: 1e-3 },
          rng: seededRng("paths"),
        });
      const y = f(x, ...tensors), once = running.map((variable) => tf.clone(variable));
      // Not around zero, or the sum that is the last shift's gradient would cancel to nothing but rounding.
      const upstream = tf.reshape(tf.add(tf.sin(tf.range(0, y.size)), 0.5), y.shape);
      const gradients = tf.grads(f)([x, ...tensors], upstream);
      running.forEach((variable) => variable.dispose());
      return [y, ...once, ...gradients];
    },
  };
}

function randomSizes(rng: Rng, given: Partial<Sizes>): Sizes {
  const residual = given.residual ?? rng() < 0.5;
  const stride = residual ? 1 : oneOf(rng, [1, 2]), kernel = oneOf(rng, [3, 5]), expands = given.expands ?? rng() < 0.7;
  const I = between(rng, 3, 20);
  return {
    B: between(rng, 2, 5),
    H: between(rng, 5, 12),
    W: between(rng, 5, 12),
    I,
    D: expands ? between(rng, 5, 40) : I,
    S: between(rng, 1, 7),
    O: residual ? I : between(rng, 1, 21),
    kernel,
    stride,
    padding: (kernel - 1) / 2,
    expands,
    residual,
    dropPath: 0,
    ...given,
  };
}

Deno.test("mbconv() has one result and gradient, fused or composed, and updates the same statistics", async () => {
  const rng = printedRng();
  const cases = [true, false].flatMap((expands) =>
    [true, false].flatMap((residual) =>
      [0, 0.4].map((dropPath) => blockCase("block", randomSizes(rng, { expands, residual, dropPath })))
    )
  );
  // Few channels squeezed out of few: some gradients of scales are sums that cancel, and one seed in twenty needs twice.
  await assertCases(cases, rng, 5 * TOLERANCE);
  await disposeBackend();
});

Deno.test("mbconv() agrees where it divides the work otherwise, and with whole vectors of channels", async () => {
  const rng = printedRng();
  const whole = { B: 3, I: 8, D: 48, S: 4, O: 16, expands: true, residual: false } as const;
  const cases = [
    blockCase("many pixels", randomSizes(rng, { ...whole, H: 16, W: 17, kernel: 3, padding: 1, stride: 1 })),
    blockCase("stride 2", randomSizes(rng, { ...whole, H: 23, W: 28, kernel: 5, padding: 2, stride: 2 })),
    blockCase("wide", randomSizes(rng, { ...whole, D: 420, H: 6, W: 6, kernel: 3, padding: 1, stride: 1 })),
  ];
  await assertCases(cases, rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("mbconv() agrees where products over all pixels are summed in parts, beside others that read the same", async () => {
  const rng = printedRng(), size = { B: 2, H: 50, W: 47, S: 2 };
  const cases = [
    blockCase("expanding", randomSizes(rng, { ...size, I: 3, D: 7, O: 3, expands: true, residual: true })),
    blockCase("plain", randomSizes(rng, { ...size, I: 5, D: 5, O: 4, expands: false, residual: false })),
  ];
  // The shifts' gradients are sums of sines over 4,700 pixels that cancel all but a thousandth.
  await assertCases(cases, rng, 10 * TOLERANCE);
  await disposeBackend();
});

Deno.test("mbconv() takes any kernel, stride and padding", async () => {
  const rng = printedRng();
  const caseOf = ([kernel, stride, padding]: number[]) => {
    const given = { kernel: kernel!, stride: stride!, padding: padding!, residual: false };
    return blockCase("block", randomSizes(rng, { ...given, expands: rng() < 0.5 }));
  };
  const cases = [[3, 3, 1], [4, 2, 1], [7, 1, 3], [3, 1, 0], [3, 2, 3], [5, 1, 4], [2, 3, 0]].map(caseOf);
  await assertCases(cases, rng, TOLERANCE);
  // One tap is a scale, which the norm takes away again: its gradient is a sum that cancels but for epsilon's share.
  await assertCases([caseOf([1, 1, 0])], rng, 10 * TOLERANCE);
  await disposeBackend();
});

Deno.test('mbconv() pads by "same", in training and in inference', async () => {
  const rng = printedRng();
  const cases = [[3, 2], [5, 2], [3, 1], [5, 3]].flatMap(([kernel, stride]) =>
    [true, false].map((training) => {
      const given = { kernel: kernel!, stride: stride!, padding: "same", residual: false } as const;
      return blockCase(
        training ? "block" : "inference",
        randomSizes(rng, { ...given, expands: rng() < 0.5 }),
        training,
      );
    })
  );
  await assertCases(cases, rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("mbconv() works with running statistics too, and then has gradients", async () => {
  const rng = printedRng();
  const cases = [true, false].map((expands) => blockCase("inference", randomSizes(rng, { expands }), false));
  await assertCases(cases, rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("mbconv() keeps a channel's precision where its mean is far greater than its deviation", async () => {
  const rng = printedRng(),
    sizes = randomSizes(rng, { B: 4, H: 8, W: 8, I: 4, D: 8, O: 4, expands: true, residual: false });
  const far = blockCase("shifted", sizes);
  // Filters of one sign and inputs near 50 give expanded channels far from zero; float32 then leaves three digits.
  const shifted: Case = {
    ...far,
    run: (x, filter, ...rest) => far.run(tf.add(tf.mul(x, 0.1), 50), tf.abs(filter!), ...rest).slice(0, 1),
  };
  await assertCases([shifted], rng, 3e-3);
  await disposeBackend();
});

Deno.test("mbconv() leaves nothing behind, with or without a backward pass", async () => {
  await initBackend({ need: "train", prefer: "wasm" });
  const sizes = randomSizes(seededRng(1), { expands: true, residual: true, dropPath: 0.5 });
  const { run, shapes } = blockCase("block", sizes);
  const inputs = shapes.map((shape) => tf.randomNormal(shape));
  const before = tf.memory().numTensors;
  tf.dispose(tf.tidy(() => run(...inputs)));
  assertEquals(tf.memory().numTensors, before);
  const running: tf.Variable[] = [], variables = variablesOf(inputs.slice(1), sizes, running);
  const f = (x: tf.Tensor) =>
    mbconv(x as tf.Tensor4D, variables, { stride: sizes.stride, residual: true, training: true });
  f(inputs[0]!).dispose();
  assertEquals(tf.memory().numTensors, before + running.length);
  tf.grad((x: tf.Tensor) => (f(x), tf.sum(tf.mul(x, 2))) as tf.Tensor)(inputs[0]!).dispose(); // not on the way to the sum
  assertEquals(tf.memory().numTensors, before + running.length);
  tf.dispose([inputs, running]);
  await disposeBackend();
});

Deno.test("mbconv() says what it needs for drop path", async () => {
  await initBackend({ need: "train", prefer: "cpu" });
  const sizes = randomSizes(seededRng(1), { expands: false, residual: true });
  const inputs = [[sizes.B, sizes.H, sizes.W, sizes.I], ...shapesOf(sizes)].map((shape) => tf.zeros(shape));
  const running: tf.Variable[] = [], variables = variablesOf(inputs.slice(1), sizes, running);
  const options = { stride: 1, residual: true, dropPath: 0.1, training: true };
  assertThrows(() => mbconv(inputs[0] as tf.Tensor4D, variables, options), RangeError, "rng is missing");
  assert(running.length === 4);
  tf.dispose([inputs, running]);
});
