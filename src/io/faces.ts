/**
 * The contest's layout: `train/train.csv` and `train/images/<id>_<gender>_<race>_<age>/`, a folder of seven photographs for
 * each person, and `eval/info.csv` with `eval/images/`.
 *
 * @module
 */
import { join, parse } from "node:path";
import { list, show } from "../core/check.ts";
import {
  type Dataset,
  encodeLabel,
  FACE_PHOTOS,
  FACE_SCHEMA,
  type Fault,
  isSynthetic,
  type Schema,
} from "../core/mod.ts";
import { readFaceEval } from "./faces_eval.ts";
import { type Person, readPersons, TRAIN_IMAGES } from "./faces_persons.ts";
import { statIfThere } from "./files.ts";
import { inFlight } from "./in_flight.ts";
import { isImageName, listFiles, listFolders } from "./listing.ts";
import { type Candidate, type CheckOptions, type Finding, settle } from "./validate.ts";

/** How faces are loaded. */
export interface LoadFacesOptions extends CheckOptions {
  /** "train" (unless given) reads `train/`, "eval" reads `eval/`. */
  readonly part?: "train" | "eval";
  /** Classes from the attributes mask, gender, age, race and photo; {@linkcode FACE_SCHEMA} unless given. */
  readonly schema?: Schema;
  /** For the part "eval": a CSV file of ImageID and ans, the class number; without it labels are unknown. */
  readonly answers?: string;
}

const EXTENSIONS = [".jpg", ".jpeg", ".png"];

const ATTRIBUTES = ["mask", "gender", "age", "race", "photo"];

/**
 * Loads the contest's data set of masked faces.
 *
 * A training sample's id is `<folder>/<photo>`, its group the person's id, and its attributes are mask, gender, age (a
 * number), race and photo. Without `train/train.csv` the folders' names tell all. An eval sample's id and group are its
 * ImageID. Hidden files are passed over. Checked are, besides the files themselves: folders and rows that lack each
 * other or disagree, the seven photographs (a generated person, as {@linkcode isSynthetic} tells, may have fewer), ages (0 to 120), genders, and ids that two persons share (the first keeps it).
 *
 * @example
 * ```ts
 * import { loadFaces } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * const folder = `${dir}/train/images/000001_female_Asian_45`;
 * await Deno.mkdir(folder, { recursive: true });
 * for (const photo of ["mask1", "mask2", "mask3", "mask4", "mask5", "incorrect_mask", "normal"]) {
 *   await Deno.writeTextFile(`${folder}/${photo}.jpg`, "pixels"); // images are looked into only with decode: true
 * }
 * const { samples, schema } = await loadFaces(dir);
 * assertEquals(samples.length, 7);
 * assertEquals(samples[0]!.group, "000001");
 * assertEquals(schema.classes[samples[0]!.label], "wear female middle");
 * ```
 *
 * @param dir The folder that holds `train` and `eval`.
 * @param options Which part, its classes, and how it is checked.
 * @returns The data set, in the table's order.
 * @throws {AggregateError} With all faults, strictly if there are any, leniently if no photograph is left; see
 * {@linkcode faultsOf}.
 * @throws {RangeError} If an option is out of range.
 */
export async function loadFaces(
  dir: string,
  { part = "train", schema = FACE_SCHEMA, answers, ...options }: LoadFacesOptions = {},
): Promise<Dataset> {
  const names = schema.attributes.map(({ name }) => name);
  if (!names.every((name) => ATTRIBUTES.includes(name))) {
    throw new RangeError(
      `Cannot load faces as the schema's attributes must be among ${list(ATTRIBUTES)}: current ones are ${list(names)}`,
    );
  }
  if (part !== "train" && part !== "eval") {
    throw new RangeError(`Cannot load faces as part must be one of "train", "eval": current value is ${show(part)}`);
  }
  if (part === "eval") return await settle(await readFaceEval(dir, schema, answers), options);
  if (answers === undefined) return await settle(await readTrain(dir, schema), options);
  throw new RangeError(`Cannot load faces as answers belong to the part "eval": current value is ${show(answers)}`);
}

async function readTrain(root: string, schema: Schema): Promise<Finding> {
  if (!(await statIfThere(join(root, TRAIN_IMAGES)))?.isDirectory) {
    const message = `The folder "${TRAIN_IMAGES}" is not there.`;
    return { root, schema, candidates: [], faults: [{ kind: "missing-folder", message, path: TRAIN_IMAGES }] };
  }
  const { persons, faults } = await readPersons(root, await listFolders(join(root, TRAIN_IMAGES)));
  const candidates: Candidate[][] = persons.map(() => []);
  const wrong: Fault[][] = persons.map(() => []);
  await inFlight(persons.length, async (i) => {
    const person = persons[i]!;
    const photos = checkPhotos(person, await listFiles(join(root, TRAIN_IMAGES, person.folder)));
    wrong[i] = [...person.faults, ...photos.faults];
    if (person.faults.length > 0) return;
    try {
      candidates[i] = photos.names.map((name) => ({ sample: sampleOf(person, name, schema) }));
    } catch (error) { // a level that the schema does not have
      const path = `${TRAIN_IMAGES}/${person.folder}`;
      const message = `The folder "${path}" belongs to no class: ${(error as Error).message}.`;
      wrong[i].push({ kind: "unknown-value", message, path, id: person.id });
    }
  });
  return { root, schema, candidates: candidates.flat(), faults: [...faults, ...wrong.flat()] };
}

/** Which of a folder's files are the person's photographs, in the order of {@linkcode FACE_PHOTOS}. */
function checkPhotos({ id, folder }: Person, files: readonly string[]): { names: string[]; faults: Fault[] } {
  const faults: Fault[] = [];
  const found = new Map<string, string>();
  for (const name of files) {
    const path = `${TRAIN_IMAGES}/${folder}/${name}`;
    const photo = photoOf(name);
    const first = photo && found.get(photo);
    if (!photo) {
      const rule = `is none of ${list(Object.keys(FACE_PHOTOS))} ending in ${list(EXTENSIONS)}`;
      faults.push({ kind: "unknown-file", message: `The file "${path}" ${rule}.`, path, id });
    } else if (first) {
      const message = `The file "${path}" shows the same photograph as "${first}".`;
      faults.push({ kind: "duplicate-id", message, path, id: `${folder}/${photo}` });
    } else {
      found.set(photo, name);
    }
  }
  const count = files.filter(isImageName).length;
  const missing = Object.keys(FACE_PHOTOS).filter((photo) => !found.has(photo));
  if (isSynthetic(id) ? count === 0 : count !== 7 || missing.length > 0) {
    const path = `${TRAIN_IMAGES}/${folder}`;
    const lack = missing.length > 0 ? ` and lacks ${list(missing)}` : "";
    const message = `The folder "${path}" must hold seven photographs, ${
      list(Object.keys(FACE_PHOTOS))
    }: it holds ${count}${lack}.`;
    faults.push({ kind: "photo-count", message, path, id });
  }
  return { names: Object.keys(FACE_PHOTOS).flatMap((photo) => found.get(photo) ?? []), faults };
}

function photoOf(name: string): string | undefined {
  const { name: stem, ext } = parse(name);
  return EXTENSIONS.includes(ext.toLowerCase()) && Object.hasOwn(FACE_PHOTOS, stem) ? stem : undefined;
}

function sampleOf({ id, gender, race, age, folder }: Person, name: string, schema: Schema): Candidate["sample"] {
  const photo = photoOf(name)!;
  const attributes = { mask: FACE_PHOTOS[photo]!, gender, age: Number(age), race, photo };
  const label = encodeLabel(schema, attributes);
  return { id: `${folder}/${photo}`, path: `${TRAIN_IMAGES}/${folder}/${name}`, group: id, label, attributes };
}
