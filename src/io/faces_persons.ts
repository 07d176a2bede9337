/**
 * The persons of the contest's training part: rows of `train/train.csv`, or without it the names of their folders, each
 * checked against the other.
 *
 * @module
 */
import { join } from "node:path";
import { list } from "../core/check.ts";
import type { Fault } from "../core/mod.ts";
import { statIfThere } from "./files.ts";
import { readRows } from "./validate.ts";

/** What a row or a folder's name says about a person, as text. */
interface Traits {
  readonly id: string;
  readonly gender: string;
  readonly race: string;
  readonly age: string;
}

/** A person with a folder. */
export interface Person extends Traits {
  /** The folder's name. */
  readonly folder: string;
  /** What is wrong with the person; photographs not counted. */
  readonly faults: readonly Fault[];
}

/** The table, as it is called in messages. */
const TABLE = "train/train.csv";

/** The folder of the persons' folders, relative to the data set's. */
export const TRAIN_IMAGES = "train/images";

const GENDERS = ["male", "female"];
const OLDEST = 120; // nobody was known to be much older; above it is a slip of the pen

/**
 * Finds the persons.
 *
 * @param dir The data set's folder.
 * @param folders Names of the folders in `train/images`.
 * @returns Those who have a folder, in the table's order or the folders', and what is wrong besides.
 */
export async function readPersons(
  dir: string,
  folders: readonly string[],
): Promise<{ persons: readonly Person[]; faults: readonly Fault[] }> {
  const checkId = idCheck();
  if (!await statIfThere(join(dir, TABLE))) {
    const persons = folders.map((folder): Person => {
      const path = `${TRAIN_IMAGES}/${folder}`;
      const traits = traitsOf(folder);
      if (!traits) return { id: folder, gender: "", race: "", age: "", folder, faults: [misnamed(folder)] };
      const place: Place = { subject: `The folder "${path}"`, path, id: traits.id };
      return { ...traits, folder, faults: [...checkId(place), ...checkTraits(traits, place)] };
    });
    return { persons, faults: [] };
  }
  const { rows, faults } = await readRows(join(dir, TABLE), TABLE, ["id", "gender", "race", "age", "path"]);
  const persons: Person[] = [];
  const [known, left, loose] = [new Set(folders), new Set(folders), [...faults]];
  for (const { row, values } of rows) {
    const { id, gender, race, age, path: folder } = values as Record<keyof Traits | "path", string>;
    const path = `${TRAIN_IMAGES}/${folder}`;
    const traits = { id, gender, race, age };
    const place: Place = { subject: `Row ${row} of ${TABLE}`, path, id, row };
    const wrong = [...checkId(place), ...checkTraits(traits, place)];
    if (known.has(folder)) {
      persons.push({ ...traits, folder, faults: [...wrong, ...compareTraits(traits, folder, place)] });
    } else {
      loose.push(fault("missing-folder", place, `names the folder "${path}", which is not there`), ...wrong);
    }
    left.delete(folder);
  }
  for (const folder of rows.length > 0 ? left : []) {
    const path = `${TRAIN_IMAGES}/${folder}`;
    loose.push(fault("disagreement", { subject: `The folder "${path}"`, path }, `has no row in ${TABLE}`));
  }
  return { persons, faults: loose };
}

/** What a message is about. */
interface Place {
  readonly subject: string;
  readonly path: string;
  readonly id?: string;
  readonly row?: number;
}

function fault(kind: Fault["kind"], { subject, ...place }: Place, rule: string): Fault {
  return { kind, message: `${subject} ${rule}.`, ...place };
}

/** A check that remembers the ids it has seen. */
function idCheck(): (place: Place) => Fault[] {
  const seen = new Map<string, string>();
  return (place) => {
    const { subject, id = "" } = place;
    const first = seen.get(id);
    if (first === undefined) seen.set(id, subject);
    if (first === undefined) return [];
    return [
      fault(
        "duplicate-id",
        place,
        `has the id "${id}", which ${first.charAt(0).toLowerCase()}${first.slice(1)} has already`,
      ),
    ];
  };
}

function checkTraits({ gender, age }: Traits, place: Place): Fault[] {
  const faults: Fault[] = [];
  if (!GENDERS.includes(gender)) {
    faults.push(fault("unknown-gender", place, `has the gender "${gender}" where one of ${list(GENDERS)} is expected`));
  }
  if (!/^\d{1,3}$/.test(age) || Number(age) > OLDEST) {
    faults.push(fault("bad-age", place, `has the age "${age}" where a whole number from 0 to ${OLDEST} is expected`));
  }
  return faults;
}

/** What a folder's name says; a race may hold underscores. */
function traitsOf(folder: string): Traits | undefined {
  const match = /^([^_]+)_([^_]+)_(.+)_([^_]+)$/.exec(folder);
  return match ? { id: match[1]!, gender: match[2]!, race: match[3]!, age: match[4]! } : undefined;
}

function misnamed(folder: string): Fault {
  const path = `${TRAIN_IMAGES}/${folder}`;
  return fault("disagreement", { subject: `The folder "${path}"`, path }, "is not named <id>_<gender>_<race>_<age>");
}

function compareTraits(traits: Traits, folder: string, place: Place): Fault[] {
  const named = traitsOf(folder);
  if (!named) return [misnamed(folder)];
  const differ = (["id", "gender", "race", "age"] as const).filter((name) => named[name] !== traits[name]);
  if (differ.length === 0) return [];
  const rule = differ.map((name) => `${name} "${traits[name]}" where it says "${named[name]}"`).join(" and ");
  return [fault("disagreement", place, `and its folder "${folder}" disagree: the row has ${rule}`)];
}
