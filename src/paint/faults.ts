/**
 * Faults planted on purpose beside a share of wrong labels: so many of each kind, each known by its ids, so that what
 * looks for faults can be judged. No picture has two.
 *
 * @module
 */
import { show } from "../core/check.ts";
import { type Rng, shuffled } from "../core/rng.ts";
import type { Change, Damage } from "./alter.ts";
import { chance, oneOf, uniform } from "./draw.ts";
import type { WrongLabel } from "./planting.ts";

/**
 * How many of each fault: a whole number of them, or a share below 1 of the people (wrong labels, people under two ids) or of
 * the pictures (all others). None unless given.
 */
export interface FaultOptions {
  /** People recorded with the other gender. */
  readonly wrongGenders?: number;
  /** People recorded in another age group. */
  readonly wrongAges?: number;
  /** People whose pictures of the incorrect mask and of the bare face are swapped. */
  readonly swappedMasks?: number;
  /** Pictures replaced by another picture of the same person, byte by byte. */
  readonly copiesWithin?: number;
  /** Pictures replaced by one of another person, byte by byte. */
  readonly copiesAcross?: number;
  /** Pictures replaced by another one, of the same person or not, encoded as JPEG of another quality. */
  readonly reencoded?: number;
  /** The same, scaled by a few per cent. */
  readonly resized?: number;
  /** The same, a little brighter or darker. */
  readonly brightened?: number;
  /** The same, less 1 to 2 % of each side. */
  readonly cropped?: number;
  /** Ids added at the end, each with seven other pictures of an earlier person. */
  readonly samePeople?: number;
  /** Ids added at the end, each with seven pictures of an earlier person, three of them that person's own files. */
  readonly copiedPeople?: number;
  /** Files cut off in the middle. */
  readonly truncated?: number;
  /** Files without a byte. */
  readonly empty?: number;
  /** Files that hold no image. */
  readonly notImages?: number;
}

/** A fault that was planted: what is recorded, and what is true. */
export type PlantedFault =
  | WrongLabel
  /** The person's file shows what another file does. */
  | {
    readonly id: string;
    readonly kind: "copy";
    readonly file: string;
    readonly source: { readonly id: string; readonly file: string };
    readonly change: Change;
  }
  /** The id is the same person as another id; the named files are that person's own. */
  | { readonly id: string; readonly kind: "person"; readonly source: string; readonly copied: readonly string[] }
  /** The person's file holds no image that can be decoded. */
  | { readonly id: string; readonly kind: "broken"; readonly file: string; readonly damage: Damage };

/** Faults of whole people. */
const OF_PEOPLE = ["wrongGenders", "wrongAges", "swappedMasks", "samePeople", "copiedPeople"] as const;

/** Faults of single pictures. */
const OF_PICTURES = [
  "copiesWithin",
  "copiesAcross",
  "reencoded",
  "resized",
  "brightened",
  "cropped",
  "truncated",
  "empty",
  "notImages",
] as const;

/** Every fault's name, in the order of planting. */
export const FAULTS: readonly (keyof FaultOptions)[] = [...OF_PEOPLE, ...OF_PICTURES];

/**
 * Checks numbers of faults and turns shares into numbers.
 *
 * @param options Numbers or shares.
 * @param people How many people there are.
 * @param photos Pictures of each.
 * @throws {RangeError} If a fault is unknown, or its number neither whole nor a share.
 */
export function faultCounts(options: FaultOptions, people: number, photos: number): Record<keyof FaultOptions, number> {
  const counts = Object.fromEntries(FAULTS.map((name) => [name, 0])) as Record<keyof FaultOptions, number>;
  for (const [name, value] of Object.entries(options) as [keyof FaultOptions, number | undefined][]) {
    const isShare = value !== undefined && value > 0 && value < 1;
    if (!FAULTS.includes(name)) {
      throw new RangeError(`Cannot paint faces as faults must be among ${FAULTS.join(", ")}: current one is ${name}`);
    }
    if (value === undefined) continue;
    if (!isShare && !(Number.isInteger(value) && value >= 0)) {
      throw new RangeError(
        `Cannot paint faces as faults.${name} must be a whole number or a share below 1: current value is ${
          show(value)
        }`,
      );
    }
    const all = (OF_PEOPLE as readonly string[]).includes(name) ? people : people * photos;
    counts[name] = isShare ? Math.round(value * all) : value;
  }
  return counts;
}

/** A picture that may be replaced, as far as planting is concerned. */
export interface Slot {
  readonly id: string;
  readonly file: string;
  readonly state: string;
}

/** What becomes of one picture. */
export type PictureFault = Extract<PlantedFault, { kind: "copy" | "broken" }>;

/**
 * Draws which pictures are replaced or broken.
 *
 * @param rng The generator for these faults.
 * @param slots The pictures that may be used, each at most once: as a copy, as an original or as a broken file.
 * @param counts How many of each.
 * @throws {RangeError} If there are too few pictures.
 */
export function plantInPictures(
  rng: Rng,
  slots: readonly Slot[],
  counts: Readonly<Record<keyof FaultOptions, number>>,
): PictureFault[] {
  const left = new Set(shuffled(slots, rng.fork("order")));
  const take = (name: typeof OF_PICTURES[number], place: Slot | undefined): Slot => {
    if (place) {
      left.delete(place);
      return place;
    }
    throw new RangeError(
      `Cannot paint faces as faults.${name} must leave enough pictures for the others, no two faults on one: current ` +
        `value is ${counts[name]}`,
    );
  };
  return OF_PICTURES.flatMap((name) =>
    Array.from({ length: counts[name] }, (_, k): PictureFault => {
      const own = rng.fork(`${name} ${k}`);
      const damage = drawDamage(own, name);
      if (damage) {
        const { id, file } = take(name, [...left.values().take(1)][0]);
        return { id, kind: "broken", file, damage };
      }
      const within = name === "copiesWithin" || (name !== "copiesAcross" && chance(own, 0.5));
      const sourceOf = (slot: Slot) =>
        left.values().find((other) =>
          other !== slot && other.state === slot.state && (other.id === slot.id) === within
        );
      const target = take(name, left.values().find((slot) => sourceOf(slot) !== undefined));
      const source = take(name, sourceOf(target));
      return {
        id: target.id,
        kind: "copy",
        file: target.file,
        source: { id: source.id, file: source.file },
        change: drawChange(own, name),
      };
    })
  );
}

function drawDamage(rng: Rng, name: typeof OF_PICTURES[number]): Damage | undefined {
  if (name === "truncated") return { kind: "truncated", share: uniform(rng, 0.3, 0.8) };
  if (name === "empty") return { kind: "empty" };
  return name === "notImages" ? { kind: "text" } : undefined;
}

function drawChange(rng: Rng, name: typeof OF_PICTURES[number]): Change {
  const away = (least: number, most: number) => 1 + oneOf(rng, [-1, 1]) * uniform(rng, least, most);
  switch (name) {
    case "reencoded":
      return { kind: "quality", quality: Math.round(uniform(rng, 45, 75)) };
    case "resized":
      return { kind: "size", factor: away(0.02, 0.05) };
    case "brightened":
      return { kind: "brightness", factor: away(0.03, 0.07) };
    case "cropped":
      return { kind: "crop", share: uniform(rng, 0.01, 0.02), place: [rng(), rng()] };
    default:
      return { kind: "none" };
  }
}
