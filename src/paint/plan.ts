/**
 * The plan of a painted data set: who is on which picture, under which path and with which labels. No files yet.
 *
 * @module
 */
import { encodeLabel, FACE_PHOTOS, FACE_SCHEMA, type Rng, seededRng, shuffled } from "../core/mod.ts";
import type { Change, Damage } from "./alter.ts";
import { faultCounts, type FaultOptions, type PlantedFault, plantInPictures } from "./faults.ts";
import { idOf, plantShare, recordedAge, type WrongLabel, wrongLabel } from "./planting.ts";
import { dealPeople, type Shares } from "./population.ts";
import type { MaskState } from "./shot.ts";
import { drawPerson, type Gender, type Kind, type Person } from "./traits.ts";

/** Written in the column for race: these people have none. */
const RACE = "Painted";

/** Everything that the pictures' bytes and the tables depend on. */
export interface PlanOptions {
  readonly people: number;
  readonly evalPeople: number;
  readonly seed: number | string;
  readonly labelNoise: number;
  readonly faults?: FaultOptions;
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
  /** What is done to the picture once it is painted. */
  readonly change?: Change;
  /** How its file is broken in the end. */
  readonly damage?: Damage;
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

/** Who is recorded under an id. */
interface Entry {
  readonly id: string;
  readonly person: Person;
  readonly pictures: ReturnType<typeof album>;
  readonly wrong?: WrongLabel;
}

function planTrain(rng: Rng, options: PlanOptions, extension: string): Omit<Plan, "eval"> {
  const { people, labelNoise, faults = {}, shares } = options;
  const counts = faultCounts(faults, people, Object.keys(FACE_PHOTOS).length);
  const kinds = dealPeople(rng.fork("people"), people, shares);
  const wrong = plantShare(rng.fork("planting"), kinds, labelNoise);
  const draw = rng.fork("faults");
  const free = shuffled([...kinds.keys()].filter((i) => !wrong.has(i)), draw.fork("people"));
  const take = takerOf(free, people);
  plantWrongLabels(draw.fork("labels"), kinds, counts, take, wrong);

  const entries: Entry[] = kinds.map((kind, i) => {
    const id = idOf(i), own = rng.fork(id), person = drawPerson(own.fork("traits"), kind);
    return { id, person, pictures: album(own, person), wrong: wrong.get(i) };
  });
  const twins = [...Array(counts.samePeople).fill(0), ...Array(counts.copiedPeople).fill(3)].map((copied, k) =>
    planTwin(rng.fork(idOf(people + k)), idOf(people + k), entries[take("samePeople and faults.copiedPeople")]!, copied)
  );
  const paths = new Map<string, string>(), rows: PersonRow[] = [], train: Picture[] = [];
  for (const { id, person, pictures, wrong } of [...entries, ...twins.map(({ entry }) => entry)]) {
    const gender = wrong?.kind === "gender" ? wrong.recorded : person.gender;
    const age = wrong?.kind === "age" ? wrong.recorded : recordedAge(person.age);
    const path = `${id}_${gender}_${RACE}_${age}`;
    rows.push({ id, gender, race: RACE, age, path });
    const swapped = wrong?.kind === "swap"
      ? { [wrong.files[0]]: wrong.files[1], [wrong.files[1]]: wrong.files[0] }
      : {};
    for (const [name, picture] of Object.entries(pictures)) {
      const file = swapped[name] ?? name;
      paths.set(`${id}/${file}`, `train/images/${path}/${file}${extension}`);
      train.push({ ...picture, path: paths.get(`${id}/${file}`)! });
    }
  }
  const slots = free.toSorted((a, b) => a - b).flatMap((i) =>
    Object.entries(FACE_PHOTOS).map(([file, state]) => ({ id: idOf(i), file, state }))
  );
  const inPictures = plantInPictures(draw.fork("pictures"), slots, counts);
  const byPath = new Map(train.map((picture) => [picture.path, picture]));
  const replaced = new Map(inPictures.map((fault): [string, Picture] => {
    const path = paths.get(`${fault.id}/${fault.file}`)!, picture = byPath.get(path)!;
    if (fault.kind === "broken") return [path, { ...picture, damage: fault.damage }];
    return [path, {
      ...byPath.get(paths.get(`${fault.source.id}/${fault.source.file}`)!)!,
      path,
      change: fault.change,
    }];
  }));
  return {
    rows,
    train: train.map((picture) => replaced.get(picture.path) ?? picture),
    planted: [
      ...[...wrong].toSorted(([a], [b]) => a - b).map(([, fault]) => fault),
      ...twins.map(({ fault }) => fault),
      ...inPictures,
    ],
  };
}

/** Takes people without a fault, one at a time, for faults of whole people. */
function takerOf(free: number[], people: number): (name: string) => number {
  return (name) => {
    const index = free.pop();
    if (index !== undefined) return index;
    throw new RangeError(
      `Cannot paint faces as faults.${name} must leave enough people for the others, no two faults on one: current ` +
        `number of people is ${people}`,
    );
  };
}

/** Draws so many wrong labels of each kind, of people who have none yet; adds them to `wrong`. */
function plantWrongLabels(
  rng: Rng,
  kinds: readonly Kind[],
  counts: Readonly<Record<keyof FaultOptions, number>>,
  take: (name: string) => number,
  wrong: Map<number, WrongLabel>,
): void {
  for (const [name, kind] of [["wrongGenders", "gender"], ["wrongAges", "age"], ["swappedMasks", "swap"]] as const) {
    for (let k = 0; k < counts[name]; k++) {
      const index = take(name);
      wrong.set(index, wrongLabel(rng.fork(`person ${index}`), index, kinds[index]!, kind));
    }
  }
}

/** The same person under another id: other pictures, but for so many that are the person's own. */
function planTwin(
  rng: Rng,
  id: string,
  { id: source, person, pictures }: Entry,
  copied: number,
): { entry: Entry; fault: PlantedFault } {
  const files = shuffled(Object.keys(pictures), rng.fork("copied")).slice(0, copied).toSorted();
  const own = Object.entries(pictures).filter(([name]) => files.includes(name));
  const entry = { id, person, pictures: { ...album(rng, person), ...Object.fromEntries(own) } };
  return { entry, fault: { id, kind: "person", source, copied: files } };
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
