/**
 * The model as training begins.
 *
 * @module
 */
import { show } from "../core/check.ts";
import type { Dataset } from "../core/records.ts";
import type { DownloadProgress } from "../io/mod.ts";
import { findWeights, type LoadedWeights, loadWeights, type Model } from "../models/mod.ts";
import type { TrainConfig } from "./config.ts";
import { makeModel } from "./run.ts";

/** Who hears of the weights. */
export interface StartOptions {
  /** Ends a download. */
  readonly signal?: AbortSignal;
  /** Called while weights are downloaded. */
  readonly onDownload?: (progress: DownloadProgress) => void;
  /** Called once they are loaded. */
  readonly onWeights?: (weights: LoadedWeights) => void;
}

/** The model as training begins: with the weights that the config names, or those that a checkpoint is going to bring. */
export async function startModel(
  { schema }: Dataset,
  config: TrainConfig,
  { signal, onDownload, onWeights }: StartOptions,
  checkpoint: string | undefined,
): Promise<{ readonly model: Model; readonly weights?: LoadedWeights }> {
  if (checkpoint) return { model: await makeModel(config, schema, (await findWeights(checkpoint)).input) };
  const { weights: where } = config.model;
  if (typeof where !== "string") return { model: await makeModel(config, schema) };
  const found = await findWeights(where, { signal, onProgress: onDownload });
  const model = await makeModel(config, schema, found.input);
  try {
    const weights = await loadWeights(model, found);
    onWeights?.(weights);
    return { model, weights };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** An attribute's numbers, NaN where it is none; the model learns them beside the class. */
export function numbersOf({ samples }: Dataset, attribute: string): Float32Array {
  const values = Float32Array.from(samples, ({ attributes }) => {
    const value = attributes[attribute];
    return typeof value === "number" ? value : NaN;
  });
  if (values.some((value) => !Number.isNaN(value))) return values;
  throw new TypeError(
    `Cannot train as no sample has a number as its attribute ${show(attribute)}, which the head learns`,
  );
}
