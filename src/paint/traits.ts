/**
 * A person: everything that stays the same over the seven pictures. Each cue of gender is drawn from two overlapping
 * distributions, so that none decides alone and all together nearly always do.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import { type Ageing, drawAgeing } from "./ageing.ts";
import { along, mix, type Rgb } from "./colour.ts";
import { chance, clamp, normal, pick, uniform } from "./draw.ts";
import { type Beard, drawBeard, drawHair, type Hair } from "./hair_traits.ts";
import { type Clothes, drawClothes } from "./clothes_traits.ts";

/** Gender as in the data set's schema. */
export type Gender = "male" | "female";

/** Gender and age of a person to draw. */
export interface Kind {
  /** The gender. */
  readonly gender: Gender;
  /** Age in years, not rounded. */
  readonly age: number;
}

/** A person's traits. Numbers without a unit are standard scores: 0 is the mean of all people. */
export interface Person extends Kind {
  readonly ageing: Ageing;
  readonly skin: Rgb;
  readonly face: {
    readonly width: number;
    readonly length: number;
    readonly jaw: number;
    readonly chin: number;
    readonly cheeks: number;
    readonly ears: number;
  };
  readonly eyes: {
    readonly size: number;
    readonly spacing: number;
    readonly tilt: number;
    readonly crease: number;
    readonly lashes: number;
    readonly iris: Rgb;
    readonly shadow: number;
  };
  readonly brows: { readonly weight: number; readonly arch: number; readonly gap: number; readonly slope: number };
  readonly nose: { readonly width: number; readonly length: number; readonly bridge: number };
  readonly lips: {
    readonly fullness: number;
    readonly width: number;
    readonly paint: number;
    readonly tint: Rgb;
  };
  readonly hair: Hair;
  readonly beard: Beard;
  readonly glasses: {
    readonly shape: "none" | "round" | "square" | "half";
    readonly colour: Rgb;
    readonly rim: number;
  };
  readonly earrings: number;
  readonly neck: number;
  readonly shoulders: number;
  readonly clothes: Clothes;
}

/** Distance between the genders' means in deviations; positive where women have more. */
const GENDER_CUES = {
  jaw: -2.2,
  chin: -1.2,
  eyeSize: 1.2,
  lashes: 2,
  browWeight: -2.5,
  browGap: 0.4,
  noseWidth: -0.5,
  lipFullness: 1.4,
  neck: -2.4,
  shoulders: -2.6,
} as const;

const SKINS: readonly Rgb[] = [[252, 226, 205], [243, 208, 178], [229, 184, 146], [203, 150, 110], [160, 108, 76]];
const IRISES: readonly Rgb[] = [[48, 30, 22], [84, 54, 34], [110, 84, 48], [92, 108, 84], [92, 120, 146]];
const RIMS: readonly Rgb[] = [[24, 24, 28], [92, 60, 40], [150, 120, 70], [130, 134, 142]];

/**
 * Draws a person.
 *
 * @param rng The person's own generator.
 * @param kind Gender and age.
 */
export function drawPerson(rng: Rng, { gender, age }: Kind): Person {
  const side = gender === "female" ? 0.5 : -0.5;
  const cue = (name: keyof typeof GENDER_CUES) => normal(rng.fork(name)) + side * GENDER_CUES[name];
  const ageing = drawAgeing(rng.fork("ageing"), age, gender);
  const face = rng.fork("face");
  const eyes = rng.fork("eyes");
  const extras = rng.fork("extras");
  const tone = clamp(normal(rng.fork("skin"), 0.34, 0.2));
  const makeup = gender === "female" && chance(extras, 0.55) ? uniform(extras, 0.3, 1) : 0;
  return {
    gender,
    age,
    ageing,
    skin: mix(along(SKINS, tone), [206, 184, 152], 0.26 * ageing.old + 0.18 * (1 - ageing.youth)),
    face: {
      width: 1 + normal(face, 0, 0.035) + 0.015 * ageing.youth,
      length: 1 + normal(face, 0, 0.03) - 0.02 * ageing.youth,
      jaw: cue("jaw"),
      chin: cue("chin"),
      cheeks: normal(face, 0, 0.5) + 0.9 * ageing.youth - 0.4 * ageing.old,
      ears: normal(face) + 1.2 * ageing.old,
    },
    eyes: {
      size: cue("eyeSize") + 0.4 * ageing.youth - 0.5 * ageing.old,
      spacing: normal(eyes),
      tilt: normal(eyes),
      crease: uniform(eyes, 0, 1),
      lashes: cue("lashes") + 0.5 * makeup,
      iris: along(IRISES, clamp(normal(eyes, 0.16, 0.2))),
      shadow: makeup * uniform(eyes, 0, 0.8),
    },
    brows: {
      weight: cue("browWeight") - 0.5 * ageing.old,
      arch: normal(eyes) + side,
      gap: cue("browGap"),
      slope: normal(eyes),
    },
    nose: { width: cue("noseWidth") + 0.4 * ageing.old, length: normal(face), bridge: normal(face) },
    lips: {
      fullness: cue("lipFullness") + 0.3 * ageing.youth - 0.9 * ageing.old,
      width: normal(face),
      paint: makeup,
      tint: [uniform(extras, 165, 215), uniform(extras, 50, 95), uniform(extras, 70, 110)],
    },
    hair: drawHair(rng.fork("hair"), gender, ageing),
    beard: drawBeard(rng.fork("beard"), gender, ageing),
    glasses: {
      shape: chance(extras, 0.2 + 0.12 * (1 - ageing.youth) + 0.22 * ageing.old)
        ? pick(extras, { round: 1, square: 1, half: 0.6 })
        : "none",
      colour: along(RIMS, extras()),
      rim: uniform(extras, 1.6, 4),
    },
    earrings: chance(extras, gender === "female" ? 0.4 : 0.04) ? uniform(extras, 2.2, 5.5) : 0,
    neck: cue("neck"),
    shoulders: cue("shoulders"),
    clothes: drawClothes(rng.fork("clothes"), gender, ageing),
  };
}
