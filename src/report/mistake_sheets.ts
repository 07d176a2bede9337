/**
 * The worst mistakes as pictures: the photographs, and where the network looked for the class it predicted and for the true
 * one, by Grad-CAM. Selvaraju et al., 2017, https://arxiv.org/abs/1610.02391
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import type { Dataset, Sample } from "../core/records.ts";
import { contactSheet, findMistakes, pixelSheet, type ReportPicture } from "../explore/mod.ts";
import { gradCam, joinFolds, overlayHeat } from "../predict/mod.ts";
import { packDataset, type PackDatasetOptions } from "../train/pack_dataset.ts";
import { loadModel, type Run } from "../train/run.ts";

/** Which mistakes are drawn, and how their images are read. */
export interface MistakeSheetsOptions extends Omit<PackDatasetOptions, "cacheDir"> {
  /** Mistakes on the sheets, the most confident first; 24 by default. */
  readonly count?: number;
  /** Told of each image that is done, of how many. */
  readonly onImage?: (done: number, total: number) => void;
}

/** What is read of a row of mistakes. */
interface Mistake {
  readonly id: string;
  readonly true: string;
  readonly predicted: string;
  readonly confidence: number;
  readonly margin: number;
  readonly wrong: string;
}

/** Photographs in a row. */
const COLUMNS = 6;

/**
 * Draws the mistakes of which runs are the surest. Each image is looked at by the fold that did not train on its person.
 *
 * @param runs The finished run, or the folds of a cross-validation, of models on a backend started for training, as gradients
 *   are taken.
 * @param dataset The data set that they were trained on.
 * @param options How many, signal and progress.
 * @returns A sheet of photographs and one of heat maps; none where nothing is predicted wrong.
 * @throws {RangeError} If an image predicted is not in the data set, or `count` is below 1.
 * @throws {TypeError} If the data set's classes are not the runs'.
 */
export async function mistakeSheets(
  runs: readonly Run[],
  dataset: Dataset,
  { count = 24, onImage, ...packing }: MistakeSheetsOptions = {},
): Promise<readonly ReportPicture[]> {
  checkInteger("draw mistakes", "count", count, { min: 1 });
  const mistakes = await findMistakes(joinFolds(runs.map(({ valid }) => valid)), dataset);
  if (mistakes.height === 0) return [];
  const worst = mistakes.head(count).toRecords() as unknown as Mistake[];
  const samples = new Map(dataset.samples.map((sample) => [sample.id, sample]));
  const shown = worst.map(({ id }) => samples.get(id)!);
  const label = (_: Sample, k: number) =>
    `${worst[k]!.true} as ${worst[k]!.predicted} ${worst[k]!.confidence.toFixed(2)}`;
  const photographs = await contactSheet(dataset, shown, { columns: COLUMNS, label });
  const { size, tiles } = await heatTiles(runs, { ...dataset, samples: shown }, worst, { onImage, ...packing });
  const captions = worst.flatMap(({ id, wrong, predicted, confidence, true: given, margin }) => [
    `${id}\n${wrong} wrong`,
    `${predicted}\npredicted ${confidence.toFixed(2)}`,
    `${given}\ntrue ${(confidence - margin).toFixed(2)}`,
  ]);
  return [
    { title: "The surest mistakes: true class, predicted class, its probability", name: "worst", picture: photographs },
    {
      title: "As the network saw them, and where it looked (Grad-CAM) for the predicted and for the true class",
      name: "grad_cam",
      picture: await pixelSheet(tiles, { size, captions, columns: COLUMNS, colors: 256 }),
    },
  ];
}

/** Each image as the networks see it, beside its heat maps for the predicted and the true class: `[3 N, H, W, 3]`. */
async function heatTiles(
  runs: readonly Run[],
  dataset: Dataset,
  worst: readonly Mistake[],
  { onImage, ...packing }: Omit<MistakeSheetsOptions, "count">,
): Promise<{ readonly size: readonly [height: number, width: number]; readonly tiles: Uint8Array<ArrayBuffer> }> {
  const { samples, schema: { classes } } = dataset, indices = [...samples.keys()];
  const images = await packDataset(dataset, runs[0]!.config, packing);
  const { size } = images, stride = size[0] * size[1] * 3;
  const pixels = new Uint8Array(samples.length * stride), tiles = new Uint8Array(3 * pixels.length);
  images.fillBatch(indices, pixels);
  images.close();
  let done = 0;
  for (const run of runs) {
    const seen = new Set(run.valid.ids), own = indices.filter((k) => seen.has(samples[k]!.id));
    if (own.length === 0) continue;
    const model = await loadModel(run);
    try {
      for (const k of own) {
        packing.signal?.throwIfAborted();
        const image = pixels.subarray(k * stride, (k + 1) * stride);
        tiles.set(image, 3 * k * stride);
        for (const [place, name] of [worst[k]!.predicted, worst[k]!.true].entries()) {
          const heat = await gradCam(model, image, { classIndex: classes.indexOf(name) });
          tiles.set(overlayHeat(image, heat, { size }), (3 * k + 1 + place) * stride);
        }
        onImage?.(++done, samples.length);
      }
    } finally {
      model.dispose();
    }
  }
  return { size, tiles };
}
