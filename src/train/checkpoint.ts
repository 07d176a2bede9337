/**
 * Checkpoints: everything that a killed run needs to go on as if it had not been killed, in one file.
 *
 * @module
 */
import type { EpochRow } from "../core/records.ts";
import { readSafetensors, type StoredTensor, writeSafetensors } from "../io/mod.ts";
import type { Model } from "../models/mod.ts";
import { assignTensors, modelTensors } from "../models/weights.ts";
import type { Optimizer } from "../optim/mod.ts";
import * as tf from "../tensor/tf.ts";

const SLOT = "optimizer.";

/** Writes weights, optimizer slots and history, whole or not at all. */
export async function saveCheckpoint(
  path: string,
  { model, optimizer }: { readonly model: Model; readonly optimizer: Optimizer },
  history: readonly EpochRow[],
): Promise<void> {
  const tensors: Record<string, StoredTensor> = await modelTensors(model);
  for (const [name, slot] of Object.entries(optimizer.slots)) {
    tensors[SLOT + name] = { shape: slot.shape, data: await slot.data() as Float32Array };
  }
  const metadata = { model: model.name, input: JSON.stringify(model.input), history: JSON.stringify(history) };
  await writeSafetensors(path, { tensors, metadata });
}

/** Puts a checkpoint's weights and slots in place, and returns its history. */
export async function loadCheckpoint(
  path: string,
  { model, optimizer }: { readonly model: Model; readonly optimizer: Optimizer },
): Promise<readonly EpochRow[]> {
  const { tensors, metadata } = await readSafetensors(path);
  const weights: Record<string, StoredTensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    const slot = name.startsWith(SLOT) ? optimizer.slots[name.slice(SLOT.length)] : undefined;
    if (slot) tf.tidy(() => slot.assign(tf.tensor(tensor.data, [...tensor.shape])));
    else weights[name] = tensor;
  }
  assignTensors(model, weights, `"${path}"`);
  return JSON.parse(metadata.history ?? "[]");
}
