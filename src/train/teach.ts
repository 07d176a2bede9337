/**
 * What teachers say of a student's training images, kept on disk.
 *
 * @module
 */
import type { Dataset, ImageSet, Predictions } from "../core/records.ts";
import { loadPredictions, savePredictions } from "../frame/mod.ts";
import { ensureDir, exists, fileDigest, sha256 } from "../io/mod.ts";
import { ensemble, predict } from "../predict/mod.ts";
import { splitDataset, type SplitDatasetOptions } from "../split/mod.ts";
import { predictionBatch } from "./memory.ts";
import { packDataset, type PackDatasetOptions } from "./pack_dataset.ts";
import { FILES, loadModel, type Run } from "./run.ts";

/** Where what they say is kept, and who hears of it. */
export interface TeachOptions extends Omit<PackDatasetOptions, "onProgress"> {
  /** Its folder: a file a fold, named after the weights, so that other teachers are not taken for these. */
  readonly dir: string;
  /** Called as images are preprocessed, packed or predicted. */
  readonly onProgress?: (
    state: { readonly stage: "preprocess" | "pack" | "predict"; readonly done: number; readonly total: number },
  ) => void;
}

/**
 * Predicts each fold's training images by the mean of its teachers, each with the images and the views of its own config.
 *
 * @param dataset The student's samples.
 * @param config What says how they are split.
 * @param members The teachers of each fold.
 * @param options Where predictions are kept.
 * @returns Predictions of each fold's training images, in their order.
 */
export async function teach(
  dataset: Dataset,
  config: SplitDatasetOptions,
  members: readonly (readonly Run[])[],
  { dir, onProgress, ...packing }: TeachOptions,
): Promise<Predictions[]> {
  await ensureDir(dir);
  const folds = splitDataset(dataset, config), found: Predictions[] = [];
  const labels = dataset.samples.map(({ label }) => label);
  let packed: { readonly key: string; readonly images: ImageSet } | undefined;
  const imagesOf = async ({ config }: Run): Promise<ImageSet> => {
    const { preprocess, resize, crop, interpolation } = config;
    const key = JSON.stringify([preprocess, resize, crop, interpolation]);
    if (packed?.key === key) return packed.images;
    packed?.images.close();
    packed = { key, images: await packDataset(dataset, config, { ...packing, onProgress }) };
    return packed.images;
  };
  try {
    for (const [k, { train }] of folds.entries()) {
      const said: Predictions[] = [];
      for (const run of members[k]!) {
        const images = await imagesOf(run), { views, viewAverage: average } = run.config;
        const digest = await fileDigest(`${run.dir}/${FILES.best}`);
        const key = await sha256(JSON.stringify([digest, images.digest, views, average, [...train]]));
        const path = `${dir}/fold-${k}-${key.slice(0, 16)}.parquet`;
        if (await exists(path)) {
          said.push(await loadPredictions(path));
          continue;
        }
        const model = await loadModel(run);
        try {
          const predictions = await predict(model, images, {
            indices: train,
            labels,
            views,
            average,
            batchSize: predictionBatch(model, run.config),
            signal: packing.signal,
            onProgress: (state) => onProgress?.({ stage: "predict", ...state }),
          });
          await savePredictions(predictions, path);
          said.push(predictions);
        } finally {
          model.dispose();
        }
      }
      found.push(ensemble(said));
    }
    return found;
  } finally {
    packed?.images.close();
  }
}
