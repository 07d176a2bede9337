/**
 * Weights on disk: safetensors under timm's names and in PyTorch's layout, so that timm loads what maskfold saves.
 *
 * @module
 */
import { list } from "../core/check.ts";
import { readSafetensors, type StoredTensor, writeSafetensors } from "../io/safetensors.ts";
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

/** A model's parameters and buffers as they stand on disk. */
export async function modelTensors(model: Model): Promise<Record<string, StoredTensor>> {
  const tensors: Record<string, StoredTensor> = {};
  for (const [name, variable] of variables(model)) {
    const turned = tf.transpose(variable, [...TO_PYTORCH[model.layouts[name] ?? "vector"]]);
    tensors[name] = { shape: turned.shape, data: await turned.data() as Float32Array };
    turned.dispose();
  }
  return tensors;
}

/** Puts tensors as they stand on disk into a model; `source` names them in errors. */
export function assignTensors(model: Model, tensors: Readonly<Record<string, StoredTensor>>, source: string): void {
  const wanted = variables(model);
  const missing = wanted.filter(([name]) => !Object.hasOwn(tensors, name)).map(([name]) => name);
  const known = new Set(wanted.map(([name]) => name));
  const extra = Object.keys(tensors).filter((name) => !known.has(name) && !name.endsWith(".num_batches_tracked"));
  if (missing.length + extra.length > 0) {
    const some = (names: string[]) => `${names.length} (${list(names.slice(0, 5))}${names.length > 5 ? ", ..." : ""})`;
    throw new TypeError(
      `Cannot load ${source} into ${model.name} as the tensors must be the same: missing ${some(missing)}, left over ${
        some(extra)
      }`,
    );
  }
  tf.tidy(() => {
    for (const [name, variable] of wanted) {
      const { shape, data } = tensors[name]!;
      const turned = tf.transpose(tf.tensor(data, [...shape]), [...FROM_PYTORCH[model.layouts[name] ?? "vector"]]);
      if (turned.shape.join() !== variable.shape.join()) {
        throw new TypeError(
          `Cannot load ${source} into ${model.name} as "${name}" has another shape: file [${shape}], model [${variable.shape}] (in the model's order of axes)`,
        );
      }
      variable.assign(turned);
    }
  });
}

function variables({ params, buffers }: Model): [string, Variable][] {
  return [...Object.entries(params), ...Object.entries(buffers)];
}

/**
 * Saves a model's weights.
 *
 * @param model The model.
 * @param path The safetensors file; written whole or not at all.
 * @param metadata Texts for the file's header.
 */
export async function saveWeights(
  model: Model,
  path: string,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeSafetensors(path, { tensors: await modelTensors(model), metadata });
}

/**
 * Loads weights into a model.
 *
 * @param model The model; its variables are set.
 * @param path A safetensors file with the same tensors.
 * @throws {TypeError} If tensors are missing, left over or of another shape.
 * @throws {SyntaxError} If the file is broken.
 */
export async function loadWeights(model: Model, path: string): Promise<void> {
  assignTensors(model, (await readSafetensors(path)).tensors, `"${path}"`);
}
