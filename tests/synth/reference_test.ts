import { assert, assertEquals } from "@std/assert";
import { seededRng } from "../../src/core/rng.ts";
import { OPTIMIZERS } from "../../src/optim/mod.ts";
import { build } from "../../src/core/mod.ts";
import { ADVERSARIAL, type AdversarialSpec } from "../../src/synth/adversarial.ts";
import { readGanSteps, takeGanStep } from "../../src/synth/gan_step.ts";
import type { Generator } from "../../src/synth/generator.ts";
import { gradientsOf } from "../../src/synth/gradients.ts";
import { none, r1 } from "../../src/synth/penalties.ts";
import { type BackendName, disposeBackend, initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { assertNear } from "../tensor/compare.ts";
import { HAS_GPU } from "../tensor/webgpu/gpu.ts";
import {
  BATCH,
  reference,
  referenceDiscriminator,
  referenceGenerator,
  referenceImages,
  referenceNoise,
  referenceTargets,
  stored,
  uniform,
} from "./reference.ts";

// Float32 through some layers, forward and back: the port of a classifier has as much.
const TOLERANCE = 5e-5;
const NORMS = ["batch", "spectral", "none"] as const;

/** Asserts that tensors by name are the reference's. */
function assertRecord(
  actual: Readonly<Record<string, Float32Array>>,
  expected: Readonly<Record<string, readonly number[]>>,
  tolerance: number,
): void {
  assertEquals(Object.keys(actual).sort(), Object.keys(expected).sort());
  for (const [name, values] of Object.entries(expected)) assertNear(actual[name]!, values, tolerance, name);
}

function onBackends(name: string, run: () => Promise<void>, backends: readonly BackendName[]): void {
  for (const backend of backends) {
    Deno.test({
      name: `${name} on ${backend}`,
      ignore: backend === "webgpu" && !HAS_GPU,
      fn: async () => {
        await initBackend({ need: "train", prefer: backend });
        await run();
        await disposeBackend();
      },
    });
  }
}

onBackends("the generator has PyTorch's images, gradients and statistics", async () => {
  const generator = await referenceGenerator(), noise = referenceNoise(50), targets = referenceTargets();
  const expected = reference.generator;
  const image = generator.forward(noise, targets, { training: true });
  assertNear(await image.data(), expected.image, TOLERANCE);
  const statistics = await stored({ ...generator, params: {} });
  for (const [name, values] of Object.entries(expected.buffers)) assertNear(statistics[name]!, values, TOLERANCE, name);
  const still = generator.forward(noise, targets, { training: false });
  assertNear((await still.data()).slice(0, expected.evaluated.length), expected.evaluated, TOLERANCE);
  const upstream = tf.tensor(uniform(image.size, 99), image.shape);
  const { value, gradients } = gradientsOf(
    generator.params,
    () => tf.sum(tf.mul(generator.forward(noise, targets, { training: true }), upstream)),
  );
  assertRecord(await stored(generator, gradients), expected.gradients, TOLERANCE);
  tf.dispose([noise, targets, still, image, upstream, value, gradients]);
  generator.dispose();
}, ["cpu", "wasm", "webgpu"]);

for (const norm of NORMS) {
  onBackends(`the discriminator with norm ${norm} has PyTorch's scores, gradients and buffers`, async () => {
    const discriminator = await referenceDiscriminator(norm), x = referenceImages(60), targets = referenceTargets();
    const expected = reference.discriminators[norm], upstream = tf.tensor1d(uniform(BATCH, 99));
    const run = (x: tf.Tensor, update: boolean) =>
      discriminator.forward(x as tf.Tensor4D, targets, { training: true, update });
    const scores = run(x, true); // the pass that moves the vectors on; the others see them as they then are
    assertNear(await scores.data(), expected.scores, TOLERANCE);
    const buffers = await stored({ ...discriminator, params: {} });
    assertRecord(buffers, expected.buffers as Record<string, number[]>, TOLERANCE);
    const slope = tf.tidy(() => tf.grad((x: tf.Tensor) => run(x, false))(x, upstream));
    assertNear((await slope.data()).slice(0, expected.slope.length), expected.slope, TOLERANCE);
    const { value, gradients } = gradientsOf(discriminator.params, () => tf.sum(tf.mul(run(x, false), upstream)));
    assertRecord(await stored(discriminator, gradients), expected.gradients, TOLERANCE);
    assertRecord(
      await stored({ ...discriminator, params: {} }),
      Object.fromEntries(Object.entries(buffers).map(([name, values]) => [name, [...values]])),
      0,
    );
    tf.dispose([x, targets, upstream, scores, slope, value, gradients]);
    discriminator.dispose();
  }, ["cpu", "wasm", "webgpu"]);
}

for (const norm of NORMS) {
  onBackends(`r1() with norm ${norm} has the gradients of PyTorch's double backward pass`, async () => {
    const discriminator = await referenceDiscriminator(norm), x = referenceImages(60), targets = referenceTargets();
    const { penalty, gradients } = reference.discriminators[norm].r1;
    discriminator.forward(x, targets, { training: true }).dispose(); // moves vectors on
    const found = r1({ weight: 10, every: 1 }).gradients(discriminator, x, targets);
    assertNear(await found.value.data(), [penalty], TOLERANCE);
    const actual = await stored(discriminator, found.gradients);
    assertRecord(actual, gradients as Record<string, number[]>, TOLERANCE);
    tf.dispose([x, targets, found.value, found.gradients]);
    discriminator.dispose();
  }, ["cpu", "wasm"]);
}

for (const step of reference.steps) {
  onBackends(`takeGanStep() with ${step.loss} and norm ${step.norm} takes PyTorch's step`, async () => {
    const discriminator = await referenceDiscriminator(step.norm as typeof NORMS[number]);
    const inner = await referenceGenerator(), noises = [referenceNoise(51), referenceNoise(52)];
    const generator: Generator = {
      ...inner,
      forward: (_, targets, how) => inner.forward(noises.shift()!, targets, how),
    };
    const optimizer = build("optimizer", OPTIMIZERS, { name: "adam", beta1: 0.5 });
    const optimizers = { generator: optimizer(generator.params), discriminator: optimizer(discriminator.params) };
    const x = referenceImages(60), targets = referenceTargets();
    const kept = [...noises], before = tf.memory().numTensors;
    const figures = takeGanStep(
      {
        generator,
        discriminator,
        optimizers,
        loss: build("loss", ADVERSARIAL, { name: step.loss } as AdversarialSpec),
        penalty: none(),
        augment: (x) => x,
      },
      { x, targets },
      { lr: 2e-4, state: { step: 1, stepsPerEpoch: 1, epochs: 1, history: [] }, rng: seededRng(1) },
    );
    assertEquals(tf.memory().numTensors, before + 1, "a step leaves its figures alone");
    const [found] = await readGanSteps([figures]);
    assertNear([found!.discriminatorLoss, found!.generatorLoss], step.losses, TOLERANCE);
    assertNear([found!.realScore, found!.fakeScore], step.scores, TOLERANCE);
    for (const [network, expected] of [[inner, step.generator], [discriminator, step.discriminator]] as const) {
      const actual = await stored(network);
      assertEquals(Object.keys(actual).sort(), Object.keys(expected).sort());
      for (const [name, values] of Object.entries(expected as Record<string, number[]>)) {
        if (!(name in network.params)) assertNear(actual[name]!, values, TOLERANCE, name);
        else assertStep(actual[name]!, values, name);
      }
    }
    tf.dispose([x, targets, ...kept]);
    Object.values(optimizers).forEach((each) => each.dispose());
    inner.dispose();
    discriminator.dispose();
  }, ["cpu", "wasm"]);
}

/**
 * Asserts that parameters took the same step. Adam's first step is the learning rate times the gradient's sign, so that where
 * a gradient is nothing but rounding the step may be another one: one in two hundred at most.
 */
function assertStep(actual: Float32Array, expected: readonly number[], name: string): void {
  const off = expected.map((value, i) => Math.abs(value - actual[i]!));
  const wrong = off.filter((difference) => !(difference <= 5e-6)).length;
  assert(wrong <= 1 + expected.length / 200, `${wrong} of ${expected.length} values of ${name} took another step`);
  assert(Math.max(...off) <= 4.1e-4, `${name} is off by ${Math.max(...off)}`);
}
