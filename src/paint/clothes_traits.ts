/**
 * What a person wears below the face.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import type { Ageing } from "./ageing.ts";
import { hsl, type Rgb } from "./colour.ts";
import { chance, pick, uniform } from "./draw.ts";

/** A person's clothes. */
export interface Clothes {
  readonly kind: "tee" | "shirt" | "hoodie" | "suit" | "cardigan" | "knit" | "blouse" | "turtleneck";
  readonly colour: Rgb;
  readonly second: Rgb;
  readonly pattern: "plain" | "stripes" | "checks" | "dots";
  /** A scarf around the neck, up to the chin. */
  readonly scarf: boolean;
}

/**
 * Draws a person's clothes.
 *
 * @param rng The person's generator for clothes.
 * @param gender Blouses, light and warm colours are commoner with women, dark and cold ones with men.
 * @param ageing Hoodies are commoner with the young, cardigans and muted colours with the old.
 */
export function drawClothes(rng: Rng, gender: "male" | "female", { youth, old }: Ageing): Clothes {
  const woman = gender === "female" ? 1 : 0;
  const kind = pick(rng, {
    tee: 0.24 + 0.12 * youth - 0.14 * old,
    shirt: 0.2 + 0.08 * (1 - woman),
    hoodie: 0.05 + 0.26 * youth - 0.04 * old,
    suit: (0.16 - 0.08 * woman) * (1 - youth),
    cardigan: 0.1 + 0.24 * old,
    knit: 0.14,
    blouse: 0.26 * woman,
    turtleneck: 0.07,
  });
  const usual = woman ? uniform(rng, 290, 410) : uniform(rng, 170, 260); // reds and violets; blues and greens
  const hue = chance(rng, 0.6) ? usual % 360 : uniform(rng, 0, 360);
  const vivid = uniform(rng, 0.05, 0.36) + 0.2 * youth * rng() + 0.14 * woman;
  const light = kind === "suit" ? uniform(rng, 0.14, 0.3) : uniform(rng, 0.16, 0.56) + 0.26 * woman;
  return {
    kind,
    colour: hsl(hue, vivid, Math.min(light, 0.92)),
    second: hsl(hue + uniform(rng, -60, 180), uniform(rng, 0.05, 0.5), uniform(rng, 0.2, 0.88)),
    pattern: kind === "suit"
      ? "plain"
      : pick(rng, { plain: 0.62, stripes: 0.16, checks: 0.12, dots: 0.06 + 0.08 * old }),
    scarf: rng() < 0.06 + 0.04 * old,
  };
}
