/**
 * The plan of a painted data set: who is on which picture, under which path and with which labels. No files yet.
 *
 * @module
 */
import { encodeLabel, FACE_PHOTOS, FACE_SCHEMA, type Rng, seededRng, shuffled } from "../core/mod.ts";
import { type PlantedFault, plantFault, recordedAge } from "./planting.ts";
import { dealPeople, type Shares } from "./population.ts";
import type { MaskState } from "./shot.ts";
import { drawPerson, type Gender, type Person } from "./traits.ts";

/** Written in the column for race: these people have none. */
const RACE = "Painted";

/** Everything that the pictures' bytes and the tables depend on. */
export interface PlanOptions {
  readonly people: number;
  readonly evalPeople: number;
  readonly seed: number | string;
  readonly labelNoise: number;
  readonly shares: Shares;
  readonly format: "jpeg" | "png";
}

/** One picture to paint. */
export interface Picture {
  /** The file, relative to the data set's folder. */
  readonly path: string;
  readonly person: Person;
  readonly state: MaskState;
  /** The picture's own generator. */
  readonly rng: Rng;
  /** The true class. */
  readonly label: number;
}

/** A row of `train/train.csv`. */
export interface PersonRow extends Record<string, string | number> {
  readonly id: string;
  readonly gender: Gender;
  readonly race: string;
  readonly age: number;
  readonly path: string;
}

/** A planned data set. */
export interface Plan {
  readonly rows: readonly PersonRow[];
  readonly train: readonly Picture[];
  readonly eval: readonly (Picture & { readonly id: string })[];
  readonly planted: readonly PlantedFault[];
}

/** A person's seven pictures by file name; everything in them depends on the person's generator alone. */
function album(rng: Rng, person: Person): Readonly<Record<string, Omit<Picture, "path">>> {
  const pictures = Object.entries(FACE_PHOTOS).map(([name, state]) => {
    const label = encodeLabel(FACE_SCHEMA, { mask: state, gender: person.gender, age: person.age });
    return [name, { person, state, label, rng: rng.fork(name) }] as const;
  });
  return Object.fromEntries(pictures);
}

/** An eval picture's name: forty hexadecimal digits that tell nothing. */
function opaqueName(rng: Rng): string {
  return Array.from({ length: 5 }, () => Math.floor(rng() * 2 ** 32).toString(16).padStart(8, "0")).join("");
}

function planTrain(rng: Rng, { people, labelNoise, shares }: PlanOptions, extension: string): Omit<Plan, "eval"> {
  const rows: PersonRow[] = [];
  const train: Picture[] = [];
  const planted: PlantedFault[] = [];
  dealPeople(rng.fork("people"), people, shares).forEach((kind, i) => {
    const id = `${i + 1}`.padStart(6, "0");
    const own = rng.fork(id);
    const pictures = album(own, drawPerson(own.fork("traits"), kind));
    const fault = plantFault(rng.fork("planting"), i, id, kind, labelNoise);
    if (fault) planted.push(fault);
    const gender = fault?.kind === "gender" ? fault.recorded : kind.gender;
    const age = fault?.kind === "age" ? fault.recorded : recordedAge(kind.age);
    const path = `${id}_${gender}_${RACE}_${age}`;
    rows.push({ id, gender, race: RACE, age, path });
    const swapped = fault?.kind === "swap"
      ? { [fault.files[0]]: fault.files[1], [fault.files[1]]: fault.files[0] }
      : {};
    for (const [name, picture] of Object.entries(pictures)) {
      train.push({ ...picture, path: `train/images/${path}/${swapped[name] ?? name}${extension}` });
    }
  });
  return { rows, train, planted };
}

function planEval(rng: Rng, { evalPeople, shares }: PlanOptions, extension: string): Plan["eval"] {
  return dealPeople(rng.fork("people"), evalPeople, shares).flatMap((kind, i) => {
    const own = rng.fork(i);
    const pictures = Object.values(album(own, drawPerson(own.fork("traits"), kind)));
    return shuffled(pictures, own.fork("order")).map((picture, k) => {
      const id = `${opaqueName(own.fork(`name ${k}`))}${extension}`;
      return { ...picture, id, path: `eval/images/${id}` };
    });
  });
}

/**
 * Plans a data set. The first people's part of it is the same however many people follow.
 *
 * @param options What is painted.
 */
export function planFaces(options: PlanOptions): Plan {
  const rng = seededRng(options.seed);
  const extension = options.format === "png" ? ".png" : ".jpg";
  return { ...planTrain(rng.fork("train"), options, extension), eval: planEval(rng.fork("eval"), options, extension) };
}
