/**
 * Holds a network against what tests/reference/zoo_record.py recorded of the same network in PyTorch: the weights come through
 * a file under that network's names, so that names and layouts are tested too.
 */
import { assert, assertEquals } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { seededRng } from "../../src/core/rng.ts";
import { readSafetensors, type StoredTensor, writeSafetensors } from "../../src/io/safetensors.ts";
import { LOSSES } from "../../src/losses/mod.ts";
import { modelPart } from "../../src/models/architecture.ts";
import { type Architecture, loadWeights, type Model } from "../../src/models/mod.ts";
import { storedShape } from "../../src/models/weights.ts";
import { OPTIMIZERS, type OptimizerSpec } from "../../src/optim/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import type { Tensor, Variable } from "../../src/tensor/types.ts";
import { uniform } from "../train/lcg.ts";

const CLASSES = 5, BATCH = 4;

/** What a script recorded. */
export interface ZooRecord {
  /** Logits, gradients and the rest by name. */
  readonly tensors: Readonly<{ [name: string]: StoredTensor }>;
  /** Shapes of the network's tensors under its own names, in its order. */
  readonly shapes: Readonly<{ [name: string]: readonly number[] }>;
  /** Names of its parameters, in its order. */
  readonly parameters: readonly string[];
  /** Side of its images in pixels. */
  readonly size: number;
}

/** Reads what `record(name, ...)` wrote, by its name or its path. */
export async function readRecord(name: string): Promise<ZooRecord> {
  const own = new URL(`../reference/zoo/${name}.safetensors`, import.meta.url).pathname;
  const path = name.endsWith(".safetensors") ? name : own;
  const { tensors, metadata } = await readSafetensors(path);
  return {
    tensors,
    shapes: JSON.parse(metadata.tensors!),
    parameters: JSON.parse(metadata.parameters!),
    size: Number(metadata.size),
  };
}

/** The numbers that the script filled the network with, by its names. */
export function recordedWeights({ shapes, parameters }: ZooRecord): { [name: string]: StoredTensor } {
  const filled: { [name: string]: Float32Array } = {};
  parameters.forEach((name, k) => {
    const shape = shapes[name]!, count = shape.reduce((product, n) => product * n, 1);
    const isWeight = name.endsWith("weight") || name.endsWith("gamma");
    const scale = Math.fround(shape.length > 1 ? Math.sqrt(3 / (count / shape[0]!)) : isWeight ? 0.2 : 0.1);
    const shift = shape.length === 1 && isWeight ? 1 : 0;
    filled[name] = uniform(count, k + 1).map((value) => shift + scale * value);
  });
  let k = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    if (filled[name]) continue;
    const isVariance = name.endsWith("running_var");
    const values = uniform(shape.reduce((product, n) => product * n, 1), 5000 + k++);
    filled[name] = values.map((value) => isVariance ? 1 + Math.fround(0.2) * value : Math.fround(0.1) * value);
  }
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape, data: filled[name]! }]));
}

/** A network of a family at the record's widths, with the record's weights; and our name of each recorded tensor. */
export async function recordedModel(
  record: ZooRecord,
  name: string,
  architecture: Architecture,
  weights: { readonly [name: string]: StoredTensor } = recordedWeights(record),
): Promise<{ readonly model: Model; readonly ours: (theirs: string) => string }> {
  const head = { name: "plain", dropout: 0 } as const;
  const model = build("model", { [name]: modelPart(name, architecture) }, { name, head, ...noPaths(architecture) })
    .make({ classes: CLASSES, seed: 1, size: [record.size, record.size] });
  const dir = await Deno.makeTempDir();
  try {
    await writeSafetensors(`${dir}/w.safetensors`, { tensors: weights, metadata: {} });
    const { headReplaced, loaded } = await loadWeights(model, `${dir}/w.safetensors`, { head: "exact" });
    assertEquals([headReplaced, loaded], [false, Object.keys(record.shapes).length]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  return { model, ours: (theirs) => architecture.fromTorchvision?.(theirs) ?? theirs };
}

function noPaths({ dropPath }: Architecture) {
  return dropPath === undefined ? {} : { dropPath: 0 };
}

/** How far a network is from the record; each figure a relative error, and the parameter or statistic that is worst. */
export interface Distances {
  /** Logits in evaluation, against the largest. */
  readonly evalLogits: number;
  /** Whether each image has the same class. */
  readonly sameClasses: boolean;
  /** Logits in training. */
  readonly trainLogits: number;
  /** Loss. */
  readonly loss: number;
  /** Gradients. */
  readonly gradients: { readonly worst: number; readonly name: string };
  /** Running statistics after a step. */
  readonly running: { readonly worst: number; readonly name: string };
  /** A step of each optimizer, of each parameter's change. */
  readonly steps: {
    readonly [optimizer in "adam" | "adamw" | "sgd"]: { readonly worst: number; readonly name: string };
  };
}

const STEPS: { readonly [name in keyof Distances["steps"]]: readonly [spec: OptimizerSpec, lr: number] } = {
  adam: [{ name: "adam", epsilon: 1e-2 }, 1e-3],
  adamw: [{ name: "adam", epsilon: 1e-2, weightDecay: 0.05 }, 1e-3],
  sgd: [{ name: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0.05 }, 0.1],
};

/** Runs a model as the script ran the network. */
export async function compareWithRecord(
  record: ZooRecord,
  model: Model,
  ours: (theirs: string) => string,
): Promise<Distances> {
  await initBackend({ need: "train" });
  const { tensors, size, parameters } = record;
  const pixels = tf.tensor4d(uniform(BATCH * 3 * size * size, 999), [BATCH, 3, size, size]);
  const x = tf.transpose(pixels, [0, 2, 3, 1]) as tf.Tensor4D;
  const targets = tf.oneHot(tf.range(0, BATCH, 1, "int32"), CLASSES).toFloat() as tf.Tensor2D;
  const evaluated = await model.forward(x, { training: false }).logits.data();

  const loss = build("loss", LOSSES, { name: "crossEntropy" });
  let logits: Tensor | undefined;
  const { value, grads } = tf.variableGrads(() => {
    const output = model.forward(x, { training: true, rng: seededRng(1) });
    logits = tf.keep(output.logits.clone());
    return tf.mean(loss(output.logits, targets)) as tf.Scalar;
  }, Object.values(model.params));
  const gradientOf = (theirs: string) => grads[model.params[ours(theirs)]!.name]!;

  // Gradients that are zero but for rounding, as of a shift before a norm, count against the usual size of a gradient.
  const countOf = (name: string) => tensors[`gradient.${name}`]!.data.length;
  const usual = median(parameters.map((name) => rms(tensors[`gradient.${name}`]!.data)));
  const gradients = await worstOf(
    parameters,
    async (name) =>
      relative(await stored(model, ours(name), gradientOf(name)), tensors[`gradient.${name}`]!.data, 0.1 * usual),
  );
  const statistics = Object.keys(record.shapes).filter((name) => !parameters.includes(name));
  const running = await worstOf(
    statistics,
    async (name) => relative(await model.buffers[ours(name)]!.data(), tensors[`running.${name}`]!.data, 1e-3),
  );

  const steps = {} as Record<keyof Distances["steps"], { worst: number; name: string }>;
  for (const kind of Object.keys(STEPS) as (keyof Distances["steps"])[]) {
    const [spec, lr] = STEPS[kind];
    const before = Object.values(model.params).map((variable) => variable.clone());
    const optimizer = build("optimizer", OPTIMIZERS, spec)(model.params);
    optimizer.apply(Object.fromEntries(parameters.map((name) => [ours(name), gradientOf(name)])), { lr, step: 1 });
    const names = Object.keys(model.params);
    const usualStep = median(parameters.map((name, i) => tensors[kind]!.data[5 * i]! / Math.sqrt(countOf(name))));
    steps[kind] = await worstOf(parameters, async (name) => {
      const variable = model.params[ours(name)]!, old = before[names.indexOf(ours(name))]!;
      const change = await stored(model, ours(name), tf.sub(variable, old));
      const [norm, ...products] = tensors[kind]!.data.subarray(5 * parameters.indexOf(name)).subarray(0, 5);
      return Math.max(...products.map((product, i) => {
        const direction = uniform(change.length, 100 + i);
        const found = change.reduce((sum, value, k) => sum + value * direction[k]!, 0);
        // Weights near 1 are rounded by 6e-8, which is a thousandth of this.
        return Math.abs(found - product) /
          (Math.max(norm!, 0.1 * usualStep * Math.sqrt(change.length)) + 6e-5 * Math.sqrt(change.length));
      }));
    });
    Object.values(model.params).forEach((variable, i) => variable.assign(before[i]!));
    optimizer.dispose();
  }
  return {
    evalLogits: relative(evaluated, tensors.eval_logits!.data),
    sameClasses: sameArgmax(evaluated, tensors.eval_logits!.data),
    trainLogits: relative(await logits!.data(), tensors.train_logits!.data),
    loss: relative(await value.data(), tensors.loss!.data),
    gradients,
    running,
    steps,
  };
}

/** Asserts what holds of every family. */
export function assertClose(found: Distances): void {
  const text = JSON.stringify(found, null, 1);
  assert(found.evalLogits < 1e-4 && found.sameClasses, text);
  assert(found.trainLogits < 1e-3 && found.loss < 1e-3, text);
  assert(found.gradients.worst < 1e-3 && found.running.worst < 1e-3, text);
  assert(Object.values(found.steps).every(({ worst }) => worst < 1e-3), text);
}

/** The whole of it: a family's network at a record's widths against the record. */
export async function checkAgainstRecord(file: string, name: string, architecture: Architecture): Promise<Distances> {
  await initBackend({ need: "train" });
  const record = await readRecord(file);
  const { model, ours } = await recordedModel(record, name, architecture);
  try {
    return await compareWithRecord(record, model, ours);
  } finally {
    model.dispose();
  }
}

/** A parameter's tensor in the layout on disk. */
async function stored(model: Model, name: string, tensor: Tensor): Promise<Float32Array> {
  const axes = { conv: [3, 2, 0, 1], depthwise: [2, 3, 0, 1], linear: [1, 0], vector: [0] }[model.layouts[name]!];
  const turned = tf.transpose(tensor, axes);
  assertEquals(turned.shape, storedShape(model, name, tensor as Variable));
  return await turned.data() as Float32Array;
}

async function worstOf(names: readonly string[], distance: (name: string) => Promise<number>) {
  let worst = { worst: 0, name: "" };
  for (const name of names) {
    const found = await distance(name);
    if (!(found <= worst.worst)) worst = { worst: found, name };
  }
  return worst;
}

/** The largest difference, against the largest value. */
function relative(values: ArrayLike<number>, expected: Float32Array, floor = 0): number {
  assertEquals(values.length, expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), floor);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(values[i]! - value)), 0) / scale;
}

function rms(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function sameArgmax(values: ArrayLike<number>, expected: ArrayLike<number>): boolean {
  const argmax = (scores: ArrayLike<number>, row: number) => {
    const own = Array.from(scores).slice(row * CLASSES, (row + 1) * CLASSES);
    return own.indexOf(Math.max(...own));
  };
  return Array.from({ length: BATCH }, (_, row) => row).every((row) => argmax(values, row) === argmax(expected, row));
}
