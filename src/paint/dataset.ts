/**
 * A painted data set on disk, in the contest's layout: a stand-in for photographs that nobody may hand on. For
 * demonstrations and tests; the people on it do not exist.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { checkInteger, list, show } from "../core/check.ts";
import { FACE_SCHEMA } from "../core/mod.ts";
import { writeCsv } from "../io/csv.ts";
import { ensureDir, exists, writeAtomic } from "../io/files.ts";
import { inFlight } from "../io/in_flight.ts";
import { rasterize } from "../io/raster.ts";
import { alter, damaged } from "./alter.ts";
import type { FaultOptions, PlantedFault } from "./faults.ts";
import { beginFolder, settleTemporaries } from "./folder.ts";
import { GRAIN_TILE } from "./light.ts";
import { type Picture, type Plan, planFaces, type PlanOptions } from "./plan.ts";
import { CONTEST_SHARES, type Shares } from "./population.ts";
import { portrait } from "./portrait.ts";
import { drawShot } from "./shot.ts";

/** What is painted. */
export interface PaintOptions {
  /** People to train on, seven pictures each. */
  readonly people: number;
  /** Other people, whose pictures make the eval part; none unless given. */
  readonly evalPeople?: number;
  /** Equal seeds give equal bytes on one machine. */
  readonly seed: number | string;
  /** Height and width in pixels; 512 x 384 unless given, as in the contest. */
  readonly size?: readonly [height: number, width: number];
  /** Share of the people to train on whose recorded labels are wrong, 0..1; 0 unless given. The eval part has none. */
  readonly labelNoise?: number;
  /** Other faults to plant in the part to train on, of other people: so many of each kind; none unless given. */
  readonly faults?: FaultOptions;
  /**
   * How far pose, light and film stray from picture to picture, 0..1: 1, unless given, as in photographs, 0 as in a
   * passport's. Little variety can be learned in a few minutes.
   */
  readonly variety?: number;
  /** Weights of genders and age groups; the contest's imbalance unless given. */
  readonly shares?: Partial<Shares>;
  /** File format; "jpeg" unless given. */
  readonly format?: "jpeg" | "png";
  /** Ends the painting; the same call goes on with it. */
  readonly signal?: AbortSignal;
  /** Called after each picture with how many are done and how many there are, eval part included. */
  readonly onProgress?: (progress: { done: number; total: number }) => void;
}

/** What was painted. */
export interface PaintedFaces {
  /** The data set's folder. */
  readonly dir: string;
  /** Pictures to train on. */
  readonly pictures: number;
  /** Pictures of the eval part. */
  readonly evalPictures: number;
  /** Pictures to train on of each class of `FACE_SCHEMA`, by what they truly show. */
  readonly classCounts: readonly number[];
  /** What is wrong on purpose: wrong labels by person, then people under two ids, then copies and broken files. */
  readonly planted: readonly PlantedFault[];
}

/** Goes up when the same options give other pictures, so that no folder is completed with them. */
const STYLE = 1;

/**
 * Paints a data set of faces: `train/train.csv` and `train/images/<id>_<gender>_<race>_<age>/`, seven pictures a person, and
 * `eval/info.csv` and `eval/images/`. The true classes of the eval part are in the hidden file `eval/.answers.csv`, what is wrong
 * on purpose in `train/.planted.json`.
 *
 * Any number of people has the stated shares of genders and age groups, and more people leave the earlier ones as they
 * are. The same call goes on with a folder whose painting was stopped.
 *
 * @example
 * ```ts
 * import { loadFaces, paintFaces } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * const { pictures } = await paintFaces(dir, { people: 2, seed: 42, size: [64, 48] });
 * assertEquals(pictures, 14);
 * assertEquals((await loadFaces(dir)).samples.length, 14);
 * await Deno.remove(dir, { recursive: true });
 * ```
 *
 * @param dir The folder; it is made, or must be empty or of the same painting.
 * @param options How many people, the seed, and what differs from the defaults.
 * @returns Counts, and what was planted.
 * @throws {RangeError} If an option is out of range.
 * @throws {TypeError} If the folder holds something else, or a painting with other options.
 */
export async function paintFaces(dir: string, options: PaintOptions): Promise<PaintedFaces> {
  const { signal, onProgress, size, variety, ...what } = checked(options);
  const plan = planFaces(what);
  const begun = await beginFolder(dir, { style: STYLE, size, variety, ...what });
  const pictures = [...plan.train, ...plan.eval];
  const folders = new Set([...pictures.map(({ path }) => dirname(path)), "eval/images"]);
  for (const folder of folders) await ensureDir(join(dir, folder));
  const stale = begun ? await settleTemporaries(dir) : new Set<string>();
  const grain = `data:image/png;base64,${(await rasterize(GRAIN_TILE)).toBase64()}`;
  await inFlight(pictures.length, async (i) => {
    const picture = pictures[i]!;
    const path = join(dir, picture.path);
    if (begun && !stale.has(path) && await exists(path)) return;
    await writeAtomic(path, await paint(picture, { size, grain, variety, format: what.format }));
  }, { signal, onProgress });
  await writeTables(dir, plan);
  const classCounts = FACE_SCHEMA.classes.map(() => 0);
  for (const { label } of plan.train) classCounts[label]!++;
  return { dir, pictures: plan.train.length, evalPictures: plan.eval.length, classCounts, planted: plan.planted };
}

type Checked =
  & PlanOptions
  & Pick<PaintOptions, "signal" | "onProgress">
  & Required<Pick<PaintOptions, "size" | "variety">>;

function checked({ signal, onProgress, ...options }: PaintOptions): Checked {
  const { people, evalPeople = 0, seed, size = [512, 384], labelNoise = 0, variety = 1, format = "jpeg", faults } =
    options;
  const shares = {
    gender: weightsOf("gender", options.shares?.gender ?? CONTEST_SHARES.gender),
    age: weightsOf("age", options.shares?.age ?? CONTEST_SHARES.age),
  };
  const attempt = "paint faces";
  checkInteger(attempt, "people", people, { min: 1, max: 999_999 });
  checkInteger(attempt, "evalPeople", evalPeople, { min: 0, max: 999_999 });
  checkInteger(attempt, "height", size[0], { min: 16, max: 4096 });
  checkInteger(attempt, "width", size[1], { min: 16, max: 4096 });
  for (const [name, share] of Object.entries({ labelNoise, variety })) {
    if (share >= 0 && share <= 1) continue;
    throw new RangeError(`Cannot ${attempt} as ${name} must be a share from 0 to 1: current value is ${share}`);
  }
  if (format !== "jpeg" && format !== "png") {
    throw new RangeError(`Cannot ${attempt} as format must be one of "jpeg", "png": current value is ${show(format)}`);
  }
  return { people, evalPeople, seed, size, labelNoise, variety, shares, format, faults, signal, onProgress };
}

/** Weights in the order of the contest's, as a different order would deal differently. */
function weightsOf<K extends keyof Shares>(name: K, weights: Shares[K]): Shares[K] {
  const known = Object.keys(CONTEST_SHARES[name]);
  const entries = known.map((key) => [key, (weights as Readonly<Record<string, number>>)[key]] as const);
  const fits = Object.keys(weights).length === known.length &&
    entries.every(([, weight]) => weight !== undefined && weight >= 0 && weight < Infinity) &&
    entries.some(([, weight]) => weight! > 0);
  if (fits) return Object.fromEntries(entries) as unknown as Shares[K];
  throw new RangeError(
    `Cannot paint faces as shares.${name} must give ${list(known)} weights from 0 up, not all 0: current value is ${
      show(weights)
    }`,
  );
}

async function paint(
  { person, state, rng, change, damage }: Picture,
  { size, grain, variety, format }: {
    size: readonly [number, number];
    grain: string;
    variety: number;
    format: "jpeg" | "png";
  },
): Promise<Uint8Array> {
  const shot = drawShot(rng, state, variety);
  const file = await rasterize(portrait(person, shot, { size, grain }), { format, quality: shot.quality });
  const changed = change ? await alter(file, change, { size, format, quality: shot.quality }) : file;
  return damage ? damaged(changed, damage) : changed;
}

/** Writes the tables, after all pictures, so that a folder with tables is whole. */
async function writeTables(dir: string, { rows, planted, eval: pictures }: Plan): Promise<void> {
  const sorted = pictures.toSorted((a, b) => a.id < b.id ? -1 : 1); // names are random, and so is their order
  await writeAtomic(join(dir, "train/.planted.json"), `${JSON.stringify(planted, null, 1)}\n`);
  await writeCsv(
    join(dir, "eval/.answers.csv"),
    ["ImageID", "ans"],
    sorted.map(({ id, label }) => ({ ImageID: id, ans: label })),
  );
  await writeCsv(join(dir, "eval/info.csv"), ["ImageID", "ans"], sorted.map(({ id }) => ({ ImageID: id, ans: 0 })));
  await writeCsv(join(dir, "train/train.csv"), ["id", "gender", "race", "age", "path"], rows);
}
