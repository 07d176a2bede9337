/**
 * Checkpoints: everything that a killed run needs to go on as if it had not been killed, in one file.
 *
 * @module
 */
import type { EpochRow } from "../core/records.ts";
import { readSafetensors, type StoredTensor, writeSafetensors } from "../io/mod.ts";
import type { Model } from "../models/mod.ts";
import { assignTensors, modelTensors } from "../models/weights.ts";
import type { Averager, Optimizer } from "../optim/mod.ts";
import * as tf from "../tensor/tf.ts";
import type { Variable } from "../tensor/types.ts";

/** What has a state between epochs. */
export interface CheckpointParts {
  /** The trained weights. */
  readonly model: Pick<Model, "name" | "input" | "params" | "buffers" | "layouts">;
  /** What trains them. */
  readonly optimizer: Pick<Optimizer, "slots">;
  /** Their average. */
  readonly averager?: Pick<Averager, "slots">;
}

/** Slots by their names in the file. */
function slotsOf({ optimizer, averager }: Omit<CheckpointParts, "model">): [string, Variable][] {
  const under = (prefix: string, slots: Readonly<Record<string, Variable>> = {}) =>
    Object.entries(slots).map(([name, slot]): [string, Variable] => [`${prefix}.${name}`, slot]);
  return [...under("optimizer", optimizer.slots), ...under("average", averager?.slots)];
}

/** Writes weights, optimizer slots and history, whole or not at all. */
export async function saveCheckpoint(
  path: string,
  { model, optimizer, averager }: CheckpointParts,
  history: readonly object[],
): Promise<void> {
  const tensors: Record<string, StoredTensor> = await modelTensors(model);
  for (const [name, slot] of slotsOf({ optimizer, averager })) {
    tensors[name] = { shape: slot.shape, data: await slot.data() as Float32Array };
  }
  const metadata = { model: model.name, input: JSON.stringify(model.input), history: JSON.stringify(history) };
  await writeSafetensors(path, { tensors, metadata });
}

/** Puts a checkpoint's weights and slots in place, and returns its history. */
export async function loadCheckpoint<Row = EpochRow>(
  path: string,
  { model, optimizer, averager }: CheckpointParts,
): Promise<readonly Row[]> {
  const { tensors, metadata } = await readSafetensors(path);
  const weights: Record<string, StoredTensor> = {}, slots = new Map(slotsOf({ optimizer, averager }));
  for (const [name, tensor] of Object.entries(tensors)) {
    const slot = slots.get(name);
    if (slot) tf.tidy(() => slot.assign(tf.tensor(tensor.data, [...tensor.shape])));
    else weights[name] = tensor;
  }
  assignTensors(model, weights, `"${path}"`);
  return JSON.parse(metadata.history ?? "[]");
}
