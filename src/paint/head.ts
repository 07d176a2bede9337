/**
 * The head without its features: outline, ears, neck and the modelling of the skin.
 *
 * @module
 */
import { darker, hex, lighter, mix, type Rgb } from "./colour.ts";
import type { Projector } from "./pose.ts";
import type { Light } from "./shot.ts";
import { clip, curve, ellipse, linear, loop, path, type Point, radial } from "./svg.ts";
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
  return [-1, 1].map((side) => {
    const at = project(side * 77 * face.width, 14, -12);
    const inner: Point = [at[0] - side * 1, at[1] - 2];
    return ellipse(at, 10 * size, 20 * size, { fill: hex(side < 0 ? tones.base : tones.shade) }, -side * 10) +
      ellipse(inner, 5 * size, 12 * size, { fill: hex(tones.deep), opacity: 0.35 }, -side * 10) +
      (earrings > 0
        ? ellipse([at[0] + side * 2, at[1] + 20 * size + earrings], earrings, earrings * 1.2, { fill: "#e8d9a0" })
        : "");
  }).join("");
}

/** Paints the neck, in the units of the body's group, down to the collar. */
export function paintNeck({ neck, ageing }: Person, tones: Tones, chin: Point): string {
  const half = 34 + 4.6 * neck;
  const [x] = chin;
  const d = `M${-half + x * 0.3} 50C${-half} 110 ${-half - 2} 140 ${-half - 16} 178L0 216L${half + 16} 178C${
    half + 2
  } 140 ${half} 110 ${half + x * 0.3} 50Z`;
  const cords = ageing.sag;
  return linear("neck", [-half, 0], [half, 0], [[0, hex(darker(tones.base, 0.1))], [
    1,
    hex(darker(tones.shade, 0.12)),
  ]]) +
    path(d, { fill: "url(#neck)" }) +
    clip("throat", d) +
    ellipse([x * 0.7, 118], half + 12, 24, { fill: hex(tones.deep), opacity: 0.45, clip: "throat" }) +
    path(curve([[-15, 132], [-10, 152], [-4, 172]]) + curve([[15, 132], [10, 152], [4, 172]]), {
      stroke: hex(tones.deep),
      width: 4,
      opacity: 0.3 * cords,
    }) +
    path(curve([[-half + 6, 152], [0, 160], [half - 6, 152]]) + curve([[-half + 2, 166], [0, 175], [half - 2, 166]]), {
      stroke: hex(tones.deep),
      width: 2.4,
      opacity: 0.36 * cords,
    });
}

/**
 * Paints the skin of the face and defines the clip `face`.
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
  const hollow = (side: number) => project(side * 52, 50);
  const cheek = (side: number) => project(side * 40, 34);
  const deep = hex(tones.deep);
  const both = (paint: (side: number) => string) => paint(-1) + paint(1);
  return clip("face", d) +
    linear("skin", [from, -bend], [to, bend], [[0, hex(tones.lit)], [0.5, hex(tones.base)], [1, hex(tones.shade)]]) +
    radial("soft", [[0, deep, 1], [0.5, deep, 0.55], [1, deep, 0]]) +
    radial("bloom", [[0, hex(tones.bloom), 1], [1, hex(tones.bloom), 0]]) +
    path(d, { fill: "url(#skin)" }) +
    both((side) => ellipse(cheek(side), 27, 21, { fill: "url(#bloom)", opacity: 0.3 + 0.5 * youth })) +
    both((side) => ellipse(project(side * 33, 1), 27, 19, { fill: "url(#soft)", opacity: 0.22 + 0.14 * bags })) +
    both((side) =>
      ellipse(hollow(side), 20, 34, { fill: "url(#soft)", opacity: 0.06 + 0.26 * (1 - youth), clip: "face" })
    ) +
    both((side) =>
      ellipse(project(side * 46, 92, 16), 20, 14, { fill: "url(#soft)", opacity: 0.36 * sag, clip: "face" })
    );
}
