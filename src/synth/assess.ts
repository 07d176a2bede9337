/**
 * What a GAN's run is worth: its generator judged, class by class, and each sample beside its nearest training images.
 *
 * @module
 */
import type { Dataset, ImageSet, Size } from "../core/records.ts";
import { seededRng } from "../core/rng.ts";
import { pixelSheet } from "../explore/mod.ts";
import { writeAtomic } from "../io/mod.ts";
import { GAN_FILES, type GanRun, loadGenerator } from "./gan_run.ts";
import { generateImages } from "./generate.ts";
import { type GanJudge, type GanQuality, spaced } from "./judge.ts";
import { type Nearness, nearness } from "./nearest.ts";

/** What is said of a run in `quality.json`. */
export interface GanAssessment {
  /** The epoch of the generator that is kept. */
  readonly epoch: number;
  /** How good its images are. */
  readonly quality: GanQuality;
  /** How good real images that were held out are, judged alike. */
  readonly heldOut: GanQuality | null;
  /** Training images that both are compared with. */
  readonly references: number;
  /** Whether its images are learned by heart, in the classifier's features and in pixels. */
  readonly nearest: { readonly samples: number; readonly features: Nearness; readonly pixels: Nearness };
}

/** Samples of a class, and real images of each kind at most, whose nearest training images are looked for. */
const OF_CLASS = 20, REAL = 400;

/**
 * Judges the generator that a run keeps, and writes `quality.json` and `nearest.png` into its folder. The sheet shows, of each
 * class, the sample that is nearest to a training image in features, that training image, and the nearest in pixels.
 *
 * @param run The run.
 * @param judge From `makeJudge`, of the run's data, fold and images.
 * @param options The data set that it was trained on, and its images.
 */
export async function assessGan(
  run: GanRun,
  judge: GanJudge,
  { dataset, images, signal }: {
    readonly dataset: Dataset;
    readonly images: ImageSet;
    readonly signal?: AbortSignal;
  },
): Promise<GanAssessment> {
  const { classes } = run.schema, rng = seededRng(run.config.seed).fork("assess");
  const labels = classes.flatMap((_, label) => Array<number>(OF_CLASS).fill(label));
  const generator = await loadGenerator(run);
  try {
    const quality = await judge.judge(generator, { rng: rng.fork("judge"), signal });
    const made = await generateImages(generator, labels, { classes: classes.length, rng: rng.fork("noise"), signal });
    const { train, unseen } = judge, known = dataset.samples.map(({ label }) => label);
    const groups = Array.from(train, (i) => dataset.samples[i]!.group);
    const some = spaced(Int32Array.from(train, (_, k) => k), Array.from(train, (i) => known[i]!), REAL);
    const others = spaced(unseen, known, REAL);

    const [ofMade, ofTrain, ofOthers] = [
      await judge.see(made, { signal }),
      await judge.see(train, { signal }),
      others.length === 0 ? undefined : await judge.see(others, { signal }),
    ];
    const { dims } = ofTrain;
    const features = nearness(ofMade.features, ofTrain.features, { dims, groups, some, heldOut: ofOthers?.features });
    const stride = images.size[0] * images.size[1] * 3;
    const [trainPixels, otherPixels] = [train, others].map((places) => {
      const pixels = new Uint8Array(places.length * stride);
      images.fillBatch(places, pixels);
      return pixels;
    });
    const pixels = nearness(made, trainPixels!, { dims: stride, groups, some, heldOut: otherPixels! });

    const nearestOnes = classes.map((_, label) =>
      labels.keys().filter((i) => labels[i] === label).reduce((a, b) =>
        features.nearest.distances[b]! < features.nearest.distances[a]! ? b : a
      )
    );
    const tiles = nearestOnes.flatMap((i): Tile[] => {
      const of = (what: string, from: Uint8Array, at: number, label: number) => ({
        image: from.subarray(at * stride, (at + 1) * stride),
        caption: `${what}: ${classes[label]}`,
      });
      const found = (what: string, { nearest }: typeof features) =>
        of(what, trainPixels!, nearest.places[i]!, known[train[nearest.places[i]!]!]!);
      return [of("made", made, i, labels[i]!), found("in features", features), found("in pixels", pixels)];
    });
    await writeAtomic(`${run.dir}/${GAN_FILES.nearest}`, await sheetOf(tiles, images.size));
    const bare = ({ threshold, share, heldOut }: Nearness): Nearness => ({ threshold, share, heldOut });
    const assessment: GanAssessment = {
      epoch: run.epoch,
      quality,
      heldOut: judge.heldOut,
      references: judge.references,
      nearest: { samples: labels.length, features: bare(features), pixels: bare(pixels) },
    };
    await writeAtomic(`${run.dir}/${GAN_FILES.quality}`, `${JSON.stringify(assessment, null, 2)}\n`);
    return assessment;
  } finally {
    generator.dispose();
  }
}

/** An image of the sheet, RGB 0..255. */
interface Tile {
  readonly image: Uint8Array;
  readonly caption: string;
}

/** Two samples in a row, each before its two training images. */
async function sheetOf(tiles: readonly Tile[], size: Size): Promise<Uint8Array> {
  const pixels = new Uint8Array(tiles.length * size[0] * size[1] * 3);
  tiles.forEach(({ image }, i) => pixels.set(image, i * image.length));
  return (await pixelSheet(pixels, { size, captions: tiles.map(({ caption }) => caption), columns: 6 })).png;
}
