/**
 * What finished runs say of images, view by view, kept on disk: each image is predicted once by each model and view.
 *
 * @module
 */
import { join } from "node:path";
import { show } from "../core/check.ts";
import { type Dataset, type ImageSet, UNKNOWN_LABEL } from "../core/records.ts";
import {
  type DetailedPredictions,
  loadDetailedPredictions,
  saveDetailedPredictions,
  type ViewPredictions,
} from "../frame/mod.ts";
import { ensureDir, exists, fileDigest, readJson, writeAtomic } from "../io/mod.ts";
import type { Model } from "../models/mod.ts";
import { alignPredictions, buildViews, predict, type ViewSpec } from "../predict/mod.ts";
import { predictionBatch } from "./memory.ts";
import { FILES, loadModel, type Run } from "./run.ts";

/** Which images are predicted, how, and where that is kept. */
export interface MemberViewsOptions {
  /** The data set that the images are of. */
  readonly dataset: Dataset;
  /** Its images, as the run's config has them. */
  readonly images: ImageSet;
  /** Which of them, by id; all by default. */
  readonly ids?: readonly string[];
  /** The views. */
  readonly views: readonly ViewSpec[];
  /** Folder of the kept predictions. */
  readonly dir: string;
  /** What the images are called in the file's name, such as "valid". */
  readonly part: string;
  /** Stops the work; what is predicted stays. */
  readonly signal?: AbortSignal;
  /** Called as images are predicted by a view, or found. */
  readonly onProgress?: (state: { readonly view: number; readonly done: number; readonly total: number }) => void;
}

/** What a run says of images. */
export interface MemberViews {
  /** Each view apart; the probabilities are the mean of all views. */
  readonly predictions: DetailedPredictions;
  /** Milliseconds that an image took, by view. */
  readonly cost: Readonly<Record<string, number>>;
  /** Digest of the run's weights. */
  readonly weights: string;
}

/** What stands beside kept predictions. */
interface Note {
  readonly run: string;
  readonly weights: string;
  readonly images: string;
  readonly cost: Readonly<Record<string, number>>;
}

/**
 * Predicts images with a run, view by view. Predictions are kept in a Parquet file by the digests of the run's weights and of the
 * images, and only views that it lacks are predicted.
 *
 * @param run A finished run.
 * @param options Images, views, and where predictions are kept.
 * @returns The views' predictions, labels as the data set has them.
 * @throws {TypeError} If an id has no image.
 */
export async function memberViews(run: Run, options: MemberViewsOptions): Promise<MemberViews> {
  const { dataset, images, ids = images.ids, views, dir, part, signal, onProgress } = options;
  const weights = await fileDigest(join(run.dir, FILES.best));
  const path = join(dir, `${weights.slice(0, 16)}-${images.digest.slice(0, 16)}-${part}`);
  const places = new Map(images.ids.map((id, i) => [id, i]));
  const indices = Int32Array.from(ids, (id) => {
    const place = places.get(id);
    if (place !== undefined) return place;
    throw new TypeError(`Cannot predict with ${show(run.dir)} as the data has no image ${show(id)}, which it knows`);
  });
  const labels = dataset.samples.map(({ label }) => label);
  const kept = await openKept(path, ids), found = new Map(kept.views.map((view) => [view.name, view]));
  const cost: Record<string, number> = { ...kept.cost };
  let model: Model | undefined;
  try {
    for (const [k, spec] of views.entries()) {
      const names = buildViews([spec]).map(({ name }) => name);
      const report = (done: number) => onProgress?.({ view: k, done, total: ids.length });
      if (!names.every((name) => found.has(name))) {
        model ??= await loadModel(run);
        const batchSize = predictionBatch(model, run.config), started = performance.now();
        const made = await predict(model, images, {
          ...{ indices, views: [spec], viewsApart: true, batchSize, signal },
          onProgress: ({ done }) => report(done),
        });
        const took = (performance.now() - started) / (ids.length * names.length);
        for (const view of made.views!) {
          found.set(view.name, view);
          cost[view.name] = took;
        }
        await keep([...found.values()]);
      } else report(ids.length);
    }
  } finally {
    model?.dispose();
  }
  const wanted = views.flatMap((spec) => buildViews([spec]).map(({ name }) => found.get(name)!));
  return { predictions: withMean(wanted), cost, weights };

  /** Writes what there is by now, so that nothing is predicted twice. */
  async function keep(views: readonly ViewPredictions[]): Promise<void> {
    await ensureDir(dir);
    await saveDetailedPredictions(withMean(views), `${path}.parquet`);
    const note: Note = { run: run.dir, weights, images: images.digest, cost };
    await writeAtomic(`${path}.json`, `${JSON.stringify(note, null, 2)}\n`);
  }

  function withMean(views: readonly ViewPredictions[]): DetailedPredictions {
    const probabilities = new Float32Array(views[0]!.probabilities.length);
    for (const view of views) {
      for (let i = 0; i < probabilities.length; i++) probabilities[i]! += view.probabilities[i]! / views.length;
    }
    return {
      ids,
      classes: run.schema.classes,
      probabilities,
      labels: Int32Array.from(indices, (i) => labels[i] ?? UNKNOWN_LABEL),
      views,
    };
  }
}

/** Predictions kept of the same images, in the order asked for. */
async function openKept(
  path: string,
  ids: readonly string[],
): Promise<{ readonly views: readonly ViewPredictions[]; readonly cost: Readonly<Record<string, number>> }> {
  if (!await exists(`${path}.parquet`)) return { views: [], cost: {} };
  const kept = await loadDetailedPredictions(`${path}.parquet`), known = new Set(kept.ids);
  if (!ids.every((id) => known.has(id))) return { views: [], cost: {} }; // of another part of the data
  const { cost } = await exists(`${path}.json`) ? await readJson(`${path}.json`) as Note : { cost: {} };
  const views = (kept.views ?? []).map(({ name, probabilities }) => ({
    name,
    probabilities: alignPredictions({ ...kept, probabilities }, ids).probabilities,
  }));
  return { views, cost };
}
