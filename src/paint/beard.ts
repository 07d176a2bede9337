/**
 * Beards, from stubble to full.
 *
 * @module
 */
import { hex, mix } from "./colour.ts";
import { hairColour } from "./hair.ts";
import type { Tones } from "./head.ts";
import type { Projector } from "./pose.ts";
import { outline, path, type Point } from "./svg.ts";
import type { Person } from "./traits.ts";

/** A point of the head's left or right half, its depth that of the face's surface unless given. */
type HeadPoint = readonly [x: number, y: number, z?: number];

/** A run of points with its mirror image, from one side to the other. */
function across(half: readonly HeadPoint[], project: Projector): Point[] {
  const points = half.map(([x, y, z]) => project(x, y, z));
  return [...points, ...half.map(([x, y, z]) => project(-x, y, z)).toReversed()];
}

/**
 * Paints the beard, under mouth and mask.
 *
 * @param person Whose beard.
 * @param tones The skin's colours.
 * @param project The pose.
 */
export function paintBeard(person: Person, tones: Tones, project: Projector): string {
  const { beard: { kind, density }, face } = person;
  if (kind === "none") return "";
  const stubble = kind === "stubble";
  const ink = {
    fill: hex(mix(hairColour(person), tones.deep, 0.2)),
    opacity: stubble ? 0.16 + 0.2 * density : 0.7 + 0.28 * density,
    clip: stubble ? "face" : undefined,
  };
  const area = (outer: readonly HeadPoint[], inner: readonly HeadPoint[]) =>
    outline(across(outer, project), across(inner, project));
  const moustache = area([[-29, 76, 62], [-20, 66, 70], [-6, 60, 80]], [[27, 79, 62], [14, 70, 76], [3, 69, 80]]);
  if (kind === "moustache") return path(moustache, ink);
  const low = stubble ? 114 : 119 + 5 * density;
  if (kind === "goatee") {
    const tuft = area([[-23, 88, 50], [-25, 102, 40], [-15, low, 30]], [[17, 86, 56], [8, 91, 66]]);
    return path(moustache, ink) + path(tuft, ink);
  }
  const w = face.width;
  const jaw = (55 + 4.4 * face.jaw) * w + 4;
  const whole = area(
    [[-74 * w, 8, 0], [-71 * w, 50, 8], [-jaw, 88, 14], [-27, low - 2, 26], [-8, low + 2, 30]],
    [[67 * w, 10, 20], [60 * w, 46], [42, 66], [24, 60], [8, 58, 84]],
  );
  const lips = area([[-22, 74, 66], [-10, 70, 78]], [[20, 78, 66], [8, 88, 74]]); // skin around the mouth
  return path(whole, ink) + (stubble ? "" : path(lips, { fill: hex(tones.base), opacity: 0.9 }));
}
