/**
 * One photograph's own circumstances: pose, light, backdrop, expression, mask and whatever else differs between the seven
 * pictures of a person.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import { type Backdrop, drawBackdrop } from "./backdrop.ts";
import { hsl, type Rgb } from "./colour.ts";
import { chance, normal, oneOf, pick, uniform } from "./draw.ts";
import type { Pose } from "./pose.ts";

/** How the mask is worn, as in the data set's schema. */
export type MaskState = "wear" | "incorrect" | "not wear";

/** A mask and how it sits. */
export interface Mask {
  readonly style: "surgical" | "cloth" | "boat" | "duckbill" | "cup";
  /** Right, under the nose, under the chin, over the nose only, or hanging from one ear. */
  readonly worn: "right" | "nose out" | "chin" | "mouth out" | "ear";
  readonly colour: Rgb;
  /** The print's colour. */
  readonly second: Rgb;
  readonly pattern: "plain" | "dots" | "stripes" | "checks" | "flowers";
  /** How far it sits above its usual place, in head units. */
  readonly lift: number;
  /** Slant in head units from one side to the other. */
  readonly slant: number;
  /** -1 left or 1 right: the ear it hangs from. */
  readonly side: -1 | 1;
}

/** The light of a picture. */
export interface Light {
  /** From which side it comes: -1 left .. 1 right. */
  readonly side: number;
  /** How strong the shadows are, 0..1. */
  readonly strength: number;
  /** -1 cool .. 1 warm. */
  readonly warmth: number;
  /** -1 dark .. 1 bright. */
  readonly level: number;
}

/** A face's expression. */
export interface Expression {
  /** From -1, the corners of the mouth down, to 1 and above. */
  readonly smile: number;
  /** How far the mouth is open, 0..1. */
  readonly open: number;
  /** How far the eyes are open; 1 is usual. */
  readonly lids: number;
  /** Where the eyes look, to the right and down, some -2..2. */
  readonly gaze: readonly [number, number];
  /** How far the brows are raised, in head units. */
  readonly brows: number;
}

/** Everything that belongs to one picture. */
export interface Shot {
  readonly pose: Pose;
  readonly light: Light;
  readonly backdrop: Backdrop;
  readonly expression: Expression;
  readonly mask: Mask | undefined;
  /** A hand at the chin, from the left or the right. */
  readonly hand: -1 | 0 | 1;
  /** A collar or scarf pulled up to the chin in this picture. */
  readonly collar: boolean;
  /** Spread of the blur in canvas units; 0 for none. */
  readonly blur: number;
  /** Strength of the grain, 0..1. */
  readonly grain: number;
  /** Where the grain's pattern starts, 0..1 each. */
  readonly grainAt: readonly [number, number];
  /** JPEG quality, 1..100. */
  readonly quality: number;
}

const [PALE, BLUE, GREEN, PINK]: readonly Rgb[] = [[238, 242, 244], [150, 196, 222], [158, 208, 186], [238, 188, 200]];
const [BLACK, BEIGE, GREY]: readonly Rgb[] = [[36, 36, 39], [198, 186, 170], [128, 130, 136]];
/** Colours of masks that are bought, as often as they are seen; cloth has any. */
const SURGICAL = [PALE, PALE, BLUE, BLUE, GREEN, BLACK, PINK] as readonly Rgb[];
const MOULDED = [PALE, PALE, BLACK, BLACK, BEIGE, GREY] as readonly Rgb[];

function drawMask(rng: Rng, state: MaskState): Mask | undefined {
  if (state === "not wear") return undefined;
  const style = pick(rng, { surgical: 0.36, cloth: 0.26, boat: 0.24, duckbill: 0.08, cup: 0.06 });
  const own = hsl(uniform(rng, 0, 360), uniform(rng, 0.05, 0.6), uniform(rng, 0.14, 0.86));
  const colours = style === "surgical" ? SURGICAL : style === "cloth" ? [own] : MOULDED;
  const contrast = uniform(rng, 0.55, 0.92);
  const second = hsl(
    uniform(rng, 0, 360),
    uniform(rng, 0.1, 0.6),
    own[0] + own[1] + own[2] > 380 ? 1 - contrast : contrast,
  );
  const worn = state === "wear" ? "right" : pick(rng, { "nose out": 0.52, chin: 0.35, "mouth out": 0.06, ear: 0.07 });
  return {
    style,
    worn,
    colour: oneOf(rng, colours),
    second,
    pattern: style === "cloth"
      ? pick(rng, { plain: 0.46, dots: 0.14, stripes: 0.14, checks: 0.12, flowers: 0.14 })
      : "plain",
    lift: normal(rng, 0, 2.6),
    slant: normal(rng, 0, worn === "right" ? 1.6 : 3),
    side: chance(rng, 0.5) ? 1 : -1,
  };
}

/**
 * Draws a picture's circumstances.
 *
 * @param rng The picture's own generator.
 * @param state How the mask is worn.
 * @param variety How far pose, light and film stray: 1 as in photographs, 0 as in a passport's.
 */
export function drawShot(rng: Rng, state: MaskState, variety: number): Shot {
  const [pose, light, face, film] = [rng.fork("pose"), rng.fork("light"), rng.fork("expression"), rng.fork("film")];
  const scale = 1.28 + uniform(pose, -0.14, 0.14) * variety;
  const mask = drawMask(rng.fork("mask"), state);
  const distractions = rng.fork("distractions");
  const free = !mask || mask.worn === "right";
  return {
    pose: {
      yaw: normal(pose, 0, 0.15 * variety),
      pitch: normal(pose, 0, 0.075 * variety),
      roll: normal(pose, 0, 4.2 * variety),
      scale,
      centre: [192 + normal(pose, 0, 13 * variety), 226 + normal(pose, 0, 13 * variety)],
      lean: normal(pose, 0, 5 * variety),
    },
    light: {
      side: uniform(light, -1, 1),
      strength: uniform(light, 0.15, 1) * variety,
      warmth: normal(light, 0.05, 0.4) * variety,
      level: normal(light, 0, 0.38) * variety,
    },
    backdrop: drawBackdrop(rng.fork("backdrop")),
    expression: {
      smile: uniform(face, -0.2, 1.3),
      open: chance(face, 0.22) ? uniform(face, 0.3, 1) : 0,
      lids: chance(face, 0.04 * variety) ? 0.08 : uniform(face, 0.72, 1.06),
      gaze: [normal(face, 0, 0.9), normal(face, 0, 0.6)],
      brows: normal(face, 0, 1.4),
    },
    mask,
    hand: free && chance(distractions, (mask ? 0.04 : 0.12) * variety) ? (chance(distractions, 0.5) ? 1 : -1) : 0,
    collar: chance(distractions, (mask ? 0.03 : 0.07) * variety),
    blur: chance(film, 0.2 * variety) ? uniform(film, 0.8, 2.2) : 0,
    grain: uniform(film, 0.2, 1) * variety,
    grainAt: [film(), film()],
    quality: Math.round(uniform(film, 78, 93)),
  };
}
