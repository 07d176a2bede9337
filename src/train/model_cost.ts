/**
 * What it costs to predict with trained models: numbers, bytes and time.
 *
 * @module
 */
import type { Dataset } from "../core/records.ts";
import { statIfThere } from "../io/mod.ts";
import { predict } from "../predict/mod.ts";
import { packDataset } from "./pack_dataset.ts";
import { FILES, loadModel, type Run } from "./run.ts";

/** What models cost together. */
export interface ModelCost {
  /** Trained numbers. */
  readonly parameters: number;
  /** Bytes of the weight files. */
  readonly bytes: number;
  /** Milliseconds an image, all views of each model's config included: the fastest of several passes. */
  readonly milliseconds: number;
}

/** How time is measured. */
export interface MeasureModelsOptions {
  /** Passes over the images, of which the fastest counts; 5 by default. One more before them is not counted. */
  readonly passes?: number;
  /** Images at a time; 32 by default. */
  readonly batchSize?: number;
  /** Folder of packed and preprocessed images; needed where a config preprocesses. */
  readonly cacheDir?: string;
  /** Stops the work. */
  readonly signal?: AbortSignal;
}

/**
 * Measures the models whose predictions are averaged together, on the backend as it is. Decoding and resizing are not counted.
 *
 * @param runs Finished runs: the members of an ensemble, or one.
 * @param dataset The images that are predicted; a few dozen will do.
 * @param options How often.
 * @returns The sums over the runs.
 */
export async function measureModels(
  runs: readonly Run[],
  dataset: Dataset,
  { passes = 5, batchSize = 32, cacheDir, signal }: MeasureModelsOptions = {},
): Promise<ModelCost> {
  let parameters = 0, bytes = 0, milliseconds = 0;
  for (const run of runs) {
    bytes += (await statIfThere(`${run.dir}/${FILES.best}`))!.size;
    const images = await packDataset(dataset, run.config, { cacheDir, signal }), model = await loadModel(run);
    try {
      parameters += Object.values(model.params).reduce((sum, { size }) => sum + size, 0);
      const { views, viewAverage: average } = run.config;
      let fastest = Infinity;
      for (let pass = 0; pass <= passes; pass++) {
        const started = performance.now();
        await predict(model, images, { views, average, batchSize, signal });
        if (pass > 0) fastest = Math.min(fastest, performance.now() - started);
      }
      milliseconds += fastest / images.ids.length;
    } finally {
      model.dispose();
      images.close();
    }
  }
  return { parameters, bytes, milliseconds };
}
