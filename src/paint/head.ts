/**
 * The head without its features: outline, ears, neck and the modelling of the skin.
 *
 * @module
 */
import { darker, hex, lighter, mix, type Rgb } from "./colour.ts";
import type { Projector } from "./pose.ts";
import type { Light } from "./shot.ts";
import { clip, curve, ellipse, type Ink, linear, loop, outline, path, type Point, radial, SIDES } from "./svg.ts";
import type { Person } from "./traits.ts";

/** Colours of a person's skin in a picture's light. */
export interface Tones {
  readonly base: Rgb;
  readonly lit: Rgb;
  readonly shade: Rgb;
  /** For lines and hollows. */
  readonly deep: Rgb;
  /** Blood near the surface: cheeks, lids, ears. */
  readonly bloom: Rgb;
}

/** The tones of a person's skin in a light. */
export function skinTones({ skin, ageing }: Person, { strength }: Light): Tones {
  return {
    base: skin,
    lit: lighter(skin, 0.08 + 0.14 * strength),
    shade: darker(skin, 0.1 + 0.24 * strength),
    deep: mix(darker(skin, 0.52), [120, 60, 48], 0.35),
    bloom: mix(skin, [222, 92, 84], 0.3 + 0.16 * ageing.youth),
  };
}

/**
 * The face's outline, from the top of the skull clockwise, in the units of the head's group.
 *
 * @param person Whose face.
 * @param project The pose.
 */
export function faceOutline({ face, ageing }: Person, project: Projector): Point[] {
  const { width: w, length: l, jaw, chin, cheeks } = face;
  const half: readonly (readonly [number, number, number])[] = [
    [39 * w, -104, 0],
    [61 * w, -79, 0],
    [72.5 * w, -44, 0],
    [75 * w, -10, 0],
    [74 * w, 20 * l, 4],
    [(69 + 2.2 * cheeks + ageing.sag) * w, 52 * l, 8],
    [(55 + 4.4 * jaw + 2 * cheeks + 4 * ageing.sag) * w, (84 + 1.2 * jaw + 4 * ageing.sag) * l, 14],
    [(27 + 3.6 * chin + 1.4 * cheeks) * w, (107 + 0.6 * chin) * l, 26],
  ];
  const right = half.map(([x, y, z]) => project(x, y, z));
  const left = half.map(([x, y, z]) => project(-x, y, z)).toReversed();
  return [project(0, -113, 0), ...right, project(0, 113 * l, 30), ...left];
}

/** Paints both ears. */
export function paintEars({ face, earrings }: Person, tones: Tones, project: Projector): string {
  const size = 1 + 0.06 * face.ears;
  return SIDES.map((side) => {
    const at = project(side * 77 * face.width, 14, -12);
    const inner: Point = [at[0] - side, at[1] - 2];
    return ellipse(at, 10 * size, 20 * size, { fill: hex(side < 0 ? tones.base : tones.shade) }, -side * 10) +
      ellipse(inner, 5 * size, 12 * size, { fill: hex(tones.deep), opacity: 0.35 }, -side * 10) +
      (earrings > 0
        ? ellipse([at[0] + side * 2, at[1] + 20 * size + earrings], earrings, earrings * 1.2, { fill: "#e8d9a0" })
        : "");
  }).join("");
}

/**
 * Paints the neck, in the units of the body's group, down to the collar.
 *
 * @param person Whose neck.
 * @param tones The skin's colours.
 * @param chin Where the chin is: its shadow falls on the neck.
 */
export function paintNeck({ neck, ageing }: Person, tones: Tones, [chin]: Point): string {
  const half = 34 + 4.6 * neck;
  const deep = hex(tones.deep);
  const shift = chin * 0.3;
  const d = outline(
    [[-half + shift, 50], [-half, 120], [-half - 16, 178]],
    [[0, 216]],
    [[half + 16, 178], [half, 120], [half + shift, 50]],
  );
  const cords = SIDES.map((s) => curve([[s * 15, 132], [s * 10, 152], [s * 4, 172]]));
  const rings = [[half - 6, 152], [half - 2, 166]].map(([x, y]) => curve([[-x!, y!], [0, y! + 8], [x!, y!]]));
  return linear("neck", [-half, 0], [half, 0], [
    [0, hex(darker(tones.base, 0.1))],
    [1, hex(darker(tones.shade, 0.12))],
  ]) + path(d, { fill: "url(#neck)" }) + clip("throat", d) +
    ellipse([chin * 0.7, 118], half + 12, 24, { fill: deep, opacity: 0.45, clip: "throat" }) +
    path(cords.join(""), { stroke: deep, width: 4, opacity: 0.3 * ageing.sag }) +
    path(rings.join(""), { stroke: deep, width: 2.4, opacity: 0.36 * ageing.sag });
}

/**
 * Paints the skin of the face. Defines the clip `face` and the gradient `soft`, which other parts use.
 *
 * @param person Whose face.
 * @param tones Its colours.
 * @param light The picture's light.
 * @param project The pose.
 */
export function paintFace(person: Person, tones: Tones, light: Light, project: Projector): string {
  const { youth, sag, bags } = person.ageing;
  const d = loop(faceOutline(person, project));
  const [from, to] = light.side < 0 ? [-80, 80] : [80, -80];
  const bend = 30 * (1 - Math.abs(light.side));
  const [deep, bloom] = [hex(tones.deep), hex(tones.bloom)];
  const pair = (x: number, y: number, rx: number, ry: number, ink: Ink, z?: number) =>
    SIDES.map((side) => ellipse(project(side * x, y, z), rx, ry, ink)).join("");
  return clip("face", d) +
    linear("skin", [from, -bend], [to, bend], [[0, hex(tones.lit)], [0.5, hex(tones.base)], [1, hex(tones.shade)]]) +
    radial("soft", [[0, deep, 1], [0.5, deep, 0.55], [1, deep, 0]]) +
    radial("bloom", [[0, bloom, 1], [1, bloom, 0]]) +
    path(d, { fill: "url(#skin)" }) +
    pair(40, 34, 27, 21, { fill: "url(#bloom)", opacity: 0.3 + 0.5 * youth }) +
    pair(33, 1, 27, 19, { fill: "url(#soft)", opacity: 0.22 + 0.14 * bags }) +
    pair(52, 50, 20, 34, { fill: "url(#soft)", opacity: 0.05 + 0.34 * (1 - youth), clip: "face" }) +
    pair(46, 92, 20, 14, { fill: "url(#soft)", opacity: 0.5 * sag, clip: "face" }, 16);
}
