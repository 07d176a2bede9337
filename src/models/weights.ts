/**
 * A model's tensors as they stand on disk: under timm's names and in PyTorch's layout, so that timm loads what maskfold saves.
 *
 * @module
 */
import { list } from "../core/check.ts";
import { type StoredTensor, writeSafetensors } from "../io/safetensors.ts";
import * as tf from "../tensor/tf.ts";
import type { Variable } from "../tensor/types.ts";
import type { Layout, Model } from "./model.ts";

/** Axes of ours in PyTorch's order, and back: [K, K, D, E] and [E, D, K, K]; [K, K, D, 1] and [D, 1, K, K]; [D, E] and [E, D]. */
const TO_PYTORCH: Readonly<Record<Layout, readonly number[]>> = {
  conv: [3, 2, 0, 1],
  depthwise: [2, 3, 0, 1],
  linear: [1, 0],
  vector: [0],
};
const FROM_PYTORCH: Readonly<Record<Layout, readonly number[]>> = {
  conv: [2, 3, 1, 0],
  depthwise: [2, 3, 0, 1],
  linear: [1, 0],
  vector: [0],
};

/** A model's parameters and buffers by name. */
export function modelVariables({ params, buffers }: Pick<Model, "params" | "buffers">): [string, Variable][] {
  return [...Object.entries(params), ...Object.entries(buffers)];
}

/** The shape that a model's variable has on disk. */
export function storedShape({ layouts }: Pick<Model, "layouts">, name: string, variable: Variable): number[] {
  return TO_PYTORCH[layouts[name] ?? "vector"].map((axis) => variable.shape[axis]!);
}

/** A model's parameters and buffers as they stand on disk. */
export async function modelTensors(
  model: Pick<Model, "params" | "buffers" | "layouts">,
): Promise<Record<string, StoredTensor>> {
  const tensors: Record<string, StoredTensor> = {};
  for (const [name, variable] of modelVariables(model)) {
    const turned = tf.transpose(variable, [...TO_PYTORCH[model.layouts[name] ?? "vector"]]);
    tensors[name] = { shape: turned.shape, data: await turned.data() as Float32Array };
    turned.dispose();
  }
  return tensors;
}

/** Sets a variable from a tensor as it stands on disk, whose shape is {@linkcode storedShape}. */
export function assignStored(
  { layouts }: Pick<Model, "layouts">,
  name: string,
  variable: Variable,
  { shape, data }: StoredTensor,
): void {
  tf.tidy(() => {
    variable.assign(tf.transpose(tf.tensor(data, [...shape]), [...FROM_PYTORCH[layouts[name] ?? "vector"]]));
  });
}

/**
 * Puts tensors as they stand on disk into a model: all of them, and no others.
 *
 * @param source What they come from, for messages.
 * @throws {TypeError} If tensors are missing, left over or of another shape; the model is as it was.
 */
export function assignTensors(
  model: Pick<Model, "name" | "params" | "buffers" | "layouts">,
  tensors: Readonly<Record<string, StoredTensor>>,
  source: string,
): void {
  const wanted = modelVariables(model);
  const missing = wanted.filter(([name]) => !Object.hasOwn(tensors, name)).map(([name]) => name);
  const known = new Set(wanted.map(([name]) => name));
  const extra = Object.keys(tensors).filter((name) => !known.has(name) && !isCounter(name));
  if (missing.length + extra.length > 0) {
    throw new TypeError(
      `Cannot load ${source} into ${model.name} as the tensors must be the same: missing ${some(missing)}, left over ${
        some(extra)
      }`,
    );
  }
  for (const [name, variable] of wanted) checkShape(model, name, variable, tensors[name]!.shape, source);
  for (const [name, variable] of wanted) assignStored(model, name, variable, tensors[name]!);
}

/** Refuses a tensor whose shape is not the variable's. */
export function checkShape(
  model: Pick<Model, "name" | "layouts">,
  name: string,
  variable: Variable,
  shape: readonly number[],
  source: string,
): void {
  const expected = storedShape(model, name, variable);
  if (expected.join() === shape.join()) return;
  throw new TypeError(
    `Cannot load ${source} into ${model.name} as "${name}" must have the shape [${expected}]: current shape is [${shape}]`,
  );
}

/** Whether a tensor only counts batches, as PyTorch's norms do. */
export function isCounter(name: string): boolean {
  return name.endsWith(".num_batches_tracked");
}

/** A few names, and how many there are. */
export function some(names: readonly string[]): string {
  return `${names.length} (${list(names.slice(0, 5))}${names.length > 5 ? ", ..." : ""})`;
}

/** How weights are saved. */
export interface SaveOptions {
  /** Texts for the file's header. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Type of the numbers on disk; F16 halves the file and keeps three digits. */
  readonly dtype?: "F32" | "F16";
}

/**
 * Saves a model's weights as safetensors that timm reads: its names, PyTorch's layout. The header tells the model's name, its
 * classes and how its images are prepared.
 *
 * @param model The model.
 * @param path The file; written whole or not at all.
 * @throws {RangeError} If a number is too large for `dtype`.
 */
export async function saveWeights(
  model: Model,
  path: string,
  { metadata, dtype = "F32" }: SaveOptions = {},
): Promise<void> {
  const header = {
    format: "pt",
    model: model.name,
    classes: JSON.stringify(model.classes),
    input: JSON.stringify(model.input),
    ...metadata,
  };
  await writeSafetensors(path, { tensors: await modelTensors(model), metadata: header }, { dtype });
}
