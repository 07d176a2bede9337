/**
 * Generated images as a data set of faces on disk, in the contest's layout.
 *
 * @module
 */
import { join } from "node:path";
import { checkInteger, list, show } from "../core/check.ts";
import { FACE_PHOTOS } from "../core/mod.ts";
import { type Rng, seededRng } from "../core/rng.ts";
import { type Attribute, decodeLabel, type Schema } from "../core/schema.ts";
import { SYNTHETIC_PREFIX } from "../core/synthetic.ts";
import { encodePng } from "../io/encode.ts";
import { ensureDir, exists, writeAtomic, writeCsv } from "../io/mod.ts";
import { SOURCE_FILE, type SyntheticSource } from "../train/mod.ts";
import { type GanRun, loadGenerator } from "./gan_run.ts";
import { generateImages } from "./generate.ts";

/** How images are made. */
export interface SynthesizeOptions {
  /** Images of each class, by class number; see {@linkcode syntheticCounts}. */
  readonly counts: readonly number[];
  /** Equal seeds give equal images on one backend. */
  readonly seed: number | string;
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
  /** Called as images are made. */
  readonly onProgress?: (state: { readonly done: number; readonly total: number }) => void;
}

/** Images that are made before they are written. */
const AT_ONCE = 128;

/** The race of generated persons, who have none. */
const RACE = "synthetic";

/**
 * Makes images of classes and writes them as `loadFaces` reads them: `train/train.csv` and
 * `train/images/synthetic-000001_<gender>_synthetic_<age>/`. Each image is another person's, so that it stands in a folder of
 * its own, under the name of a photograph that shows its level of mask. Ages are drawn evenly from the class's group; that above
 * all cuts has its cut, as in the contest.
 *
 * Ids begin with {@linkcode SYNTHETIC_PREFIX}: such samples are trained on in every fold, and validated on in none.
 * {@linkcode SOURCE_FILE} beside them tells which images the generator was not trained on, so that `ablate` can refuse to score
 * others.
 *
 * @param run A GAN's run whose classes are of mask, gender and age.
 * @param dir The folder; it must have no `train` in it.
 * @returns How many images were written.
 * @throws {TypeError} If the run's attributes are others, or the folder is taken.
 * @throws {RangeError} If no image is asked for, or the counts are not one for each class.
 */
export async function synthesizeFaces(
  run: GanRun,
  dir: string,
  { counts, seed, signal, onProgress }: SynthesizeOptions,
): Promise<number> {
  const { schema } = run, labels = labelsOf(schema, counts);
  const names = schema.attributes.map(({ name }) => name);
  if (names.toSorted().join() !== "age,gender,mask") {
    throw new TypeError(
      `Cannot write faces of ${show(run.dir)} as its attributes must be "mask", "gender", "age": they are ${
        list(names)
      }`,
    );
  }
  if (await exists(join(dir, "train"))) {
    throw new TypeError(`Cannot write faces to ${show(dir)} as it must have no data set in it: it has train`);
  }
  const rng = seededRng(seed), generator = await loadGenerator(run), rows: Record<string, string>[] = [];
  try {
    const stride = generator.size[0] * generator.size[1] * 3;
    for (let first = 0; first < labels.length; first += AT_ONCE) {
      const some = labels.slice(first, first + AT_ONCE);
      const pixels = await generateImages(generator, some, {
        classes: schema.classes.length,
        rng: rng.fork("noise"),
        first,
        signal,
        onProgress: ({ done }) => onProgress?.({ done: first + done, total: labels.length }),
      });
      for (const [i, label] of some.entries()) {
        const { gender, age, photo } = personOf(schema, label, rng.fork("person").fork(first + i));
        const id = `${SYNTHETIC_PREFIX}${`${first + i + 1}`.padStart(6, "0")}`;
        const path = `${id}_${gender}_${RACE}_${age}`, folder = join(dir, "train/images", path);
        await ensureDir(folder);
        const file = await encodePng(pixels.subarray(i * stride, (i + 1) * stride), generator.size);
        await writeAtomic(join(folder, `${photo}.png`), file);
        rows.push({ id, gender, race: RACE, age: `${age}`, path });
      }
    }
  } finally {
    generator.dispose();
  }
  const source: SyntheticSource = { heldOut: run.heldOut };
  await writeAtomic(join(dir, SOURCE_FILE), `${JSON.stringify(source)}\n`);
  await writeCsv(join(dir, "train/train.csv"), ["id", "gender", "race", "age", "path"], rows);
  return rows.length;
}

/** The classes of the images, one after the other. */
function labelsOf({ classes }: Schema, counts: readonly number[]): number[] {
  if (counts.length !== classes.length) {
    throw new RangeError(
      `Cannot generate images as there must be a count for each of ${classes.length} classes: there are ${counts.length}`,
    );
  }
  counts.forEach((count, label) => checkInteger("generate images", `count of "${classes[label]}"`, count, { min: 0 }));
  const labels = counts.flatMap((count, label) => Array<number>(count).fill(label));
  if (labels.length > 0) return labels;
  throw new RangeError("Cannot generate images as at least one must be asked for: all counts are 0");
}

/** Who is on an image of a class, and as which photograph it passes. */
function personOf(schema: Schema, label: number, rng: Rng) {
  const { attributes } = schema, levels = decodeLabel(schema, label);
  const level = (name: string) => attributes.findIndex((attribute) => attribute.name === name);
  const nameOf = (name: string) => attributes[level(name)]!.levels[levels[level(name)]!]!;
  const photos = Object.keys(FACE_PHOTOS).filter((photo) => FACE_PHOTOS[photo] === nameOf("mask"));
  return {
    gender: nameOf("gender"),
    age: ageIn(attributes[level("age")]!, levels[level("age")]!, rng),
    photo: photos[Math.floor(rng() * photos.length)],
  };
}

/** Years before the first cut that the youngest have. */
const YOUNGEST = 12;

/** An age of a level, in years. */
function ageIn({ cuts = [] }: Attribute, level: number, rng: Rng): number {
  if (level === cuts.length) return Math.ceil(cuts.at(-1) ?? 0);
  const least = level === 0 ? Math.max(0, Math.ceil(cuts[0]!) - YOUNGEST) : Math.ceil(cuts[level - 1]!);
  return least + Math.floor(rng() * (Math.ceil(cuts[level]!) - least));
}
