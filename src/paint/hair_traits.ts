/**
 * Which hair and beard a person has.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import type { Ageing } from "./ageing.ts";
import { hsl, mix, type Rgb } from "./colour.ts";
import { chance, normal, pick, uniform } from "./draw.ts";

/** How long hair is: cropped, short, over the ears, to the chin, to the shoulders and below. */
export type HairLength = "crop" | "short" | "ears" | "chin" | "long";

/** How hair falls on the forehead. */
export type Fringe = "up" | "full" | "swept" | "curtain" | "messy";

/** A person's hair. */
export interface Hair {
  readonly length: HairLength;
  readonly fringe: Fringe;
  /** Tied at the back, in a bun on top, or loose. */
  readonly tie: "loose" | "tail" | "bun";
  /** Without grey. */
  readonly colour: Rgb;
  /** 0 straight .. 1 curly. */
  readonly wave: number;
  /** Head units beyond the skull. */
  readonly volume: number;
  /** Which side the parting is on, and how far out, in head units. */
  readonly part: number;
  /** Where the hairline lies at the middle of the forehead, in head units. */
  readonly line: number;
  /** 0 full .. 1 bald on top. */
  readonly bald: number;
  /** Behind the ears instead of over them, where it is long enough. */
  readonly tucked: boolean;
  /** Small irregularities of this head, 24 numbers in -1..1. */
  readonly jitter: readonly number[];
}

/** A man's beard, or none. */
export interface Beard {
  readonly kind: "none" | "stubble" | "moustache" | "goatee" | "full";
  readonly density: number;
}

function drawColour(rng: Rng, youth: number): Rgb {
  const kind = pick(rng, { black: 0.46, brown: 0.34, auburn: 0.08, blond: 0.06, dyed: 0.14 * youth });
  const shift = normal(rng);
  if (kind === "black") return hsl(20 + 10 * shift, 0.14, 0.1 + 0.015 * shift);
  if (kind === "brown") return hsl(24 + 4 * shift, 0.36, 0.19 + 0.035 * shift);
  if (kind === "auburn") return hsl(16 + 4 * shift, 0.55, 0.25 + 0.03 * shift);
  if (kind === "blond") return hsl(36 + 4 * shift, 0.5, 0.44 + 0.05 * shift);
  return mix(hsl(uniform(rng, 0, 360), 0.4, 0.42), hsl(28, 0.5, 0.38), uniform(rng, 0.3, 1));
}

/**
 * Draws a person's hair.
 *
 * @param rng The person's generator for hair.
 * @param gender Lengths and ties differ by gender, and overlap.
 * @param ageing Fringes and dyes belong to the young more often; hairlines go back.
 */
export function drawHair(rng: Rng, gender: "male" | "female", { youth, old, receding }: Ageing): Hair {
  const man = gender === "male";
  const length = pick<HairLength>(
    rng.fork("length"),
    man
      ? { crop: 0.2 + 0.1 * old, short: 0.7, ears: 0.05 * (1 - old), chin: 0.02, long: 0.03 * (1 - old) }
      : { crop: 0.005, short: 0.035 + 0.06 * old, ears: 0.06 + 0.1 * old, chin: 0.36, long: 0.54 * (1 - 0.6 * old) },
  );
  const fringes = man
    ? {
      up: 0.3 + 0.3 * (1 - youth),
      full: 0.26 * youth + 0.03,
      swept: 0.34,
      curtain: 0.12 * youth + 0.03,
      messy: 0.3 * youth,
    }
    : { up: 0.16 + 0.2 * (1 - youth), full: 0.34 * youth + 0.05, swept: 0.3, curtain: 0.26, messy: 0.06 * youth };
  const looks = rng.fork("looks");
  const permed = chance(looks, man ? 0.08 + 0.04 * old : 0.12 + 0.4 * old);
  const tie = pick(looks, man ? { loose: 0.6, tail: 0.25, bun: 0.15 } : { loose: 0.66, tail: 0.26, bun: 0.08 });
  return {
    length,
    fringe: length === "crop" ? "up" : pick(looks, fringes),
    tie: length === "long" ? tie : "loose",
    colour: drawColour(rng.fork("colour"), youth),
    wave: permed ? uniform(looks, 0.6, 1) : uniform(looks, 0, 0.45),
    volume: length === "crop" ? uniform(looks, 1, 4) : uniform(looks, 7, 17) - 3 * old + (permed ? 4 : 0),
    part: (chance(looks, 0.5) ? 1 : -1) * uniform(looks, 10, 36),
    line: -78 + normal(looks, 0, 3.5),
    bald: man ? Math.max(0, receding * 1.5 - uniform(looks, 0.25, 0.95)) : Math.max(0, receding - 0.12),
    tucked: chance(looks, 0.35),
    jitter: Array.from({ length: 24 }, () => uniform(rng, -1, 1)),
  };
}

/**
 * Draws a person's beard.
 *
 * @param rng The person's generator for beards.
 * @param gender Women have none, and so do most men.
 * @param ageing The young have fewer.
 */
export function drawBeard(rng: Rng, gender: "male" | "female", { youth }: Ageing): Beard {
  const weights = { none: 0.42 + 0.16 * youth, stubble: 0.3, moustache: 0.05, goatee: 0.07, full: 0.16 - 0.07 * youth };
  return { kind: gender === "male" ? pick(rng, weights) : "none", density: uniform(rng, 0.45, 1) };
}
