/**
 * Hair: a cap between the skull's outline and the hairline or fringe, with what hangs beside the face.
 *
 * @module
 */
import { darker, hex, lighter, mix, type Rgb } from "./colour.ts";
import { fringeEdge } from "./fringe.ts";
import type { Tones } from "./head.ts";
import { paintLocks } from "./locks.ts";
import { depth, type Projector } from "./pose.ts";
import { clip, curve, linear, outline, path, type Point } from "./svg.ts";
import type { Person } from "./traits.ts";

/** The hair's colour with its grey. */
export function hairColour({ hair, ageing }: Person): Rgb {
  return mix(hair.colour, [214, 212, 208], 0.9 * ageing.grey);
}

/** How far down the hair hangs beside the face, in head units. */
function sideEnd({ hair, gender, ageing }: Person): number {
  if (hair.length === "crop") return gender === "male" ? 4 : -6;
  if (hair.length === "short" || hair.tie !== "loose") return gender === "male" ? 14 : 6;
  if (hair.length === "ears") return 36;
  if (hair.tucked) return 4;
  return hair.length === "chin" ? 98 - 8 * ageing.old : 176;
}

/** The outer edge over the top, from the left ear to the right one; curls make it wavy. */
function crown({ hair, face }: Person, project: Projector): Point[] {
  const { volume, wave, jitter, bald } = hair;
  const curly = wave > 0.55;
  const steps = curly ? 22 : 12;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = Math.PI * (1 + i / steps);
    const top = -Math.sin(angle);
    const bump = curly ? (i % 2 ? 3.6 : -1.5) * wave : 1.2 * jitter[i]!;
    const full = Math.max(2.5, volume) * (1 - 0.8 * bald * top ** 4) * (0.6 + 0.4 * top) + bump * (1 - bald);
    return project(Math.cos(angle) * (75.5 * face.width + full), -28 - top * (86 + full), -4);
  });
}

/** The outer and the inner edge of one side, each from the crown down. */
function sideRuns(person: Person, side: -1 | 1, project: Projector): [outer: Point[], inner: Point[]] {
  const { hair, face: { width } } = person;
  const end = sideEnd(person);
  const hanging = end > 20;
  const steps = hanging ? 6 : 2;
  const [outer, inner]: [Point[], Point[]] = [[], []];
  for (let k = 0; k <= steps; k++) {
    const y = -28 + (end + 28) * k / steps;
    const swing = hair.wave * 5 * Math.sin(y / 11 + 9 * hair.jitter[3]! * side);
    if (hanging) {
      const flare = 8 * Math.min(1, (y + 28) / 90) - (k === steps ? 5 : 0);
      const reach = (64 - 4 * Math.min(Math.max(0, (y - 20) / 60), 1)) * width + Math.max(0, y - 110) * 0.08;
      outer.push(project(side * (75 * width + hair.volume * 0.62 + flare + swing), y, 0));
      inner.push(project(side * (reach + 0.5 * swing), y, y > 60 ? 20 : depth(reach, y) * 0.7));
    } else {
      const body = Math.min(hair.volume * 0.62, 5) * (1 - k / 2);
      outer.push(project(side * (75 * width + body + swing), y, -8));
      inner.push(project(side * (69 * width + 0.5 * swing), y, depth(69 * width, y) * 0.7));
    }
  }
  return [outer, inner];
}

/**
 * Paints the cap, the fringe and what hangs beside the face.
 *
 * @param person Whose hair.
 * @param tones The skin's colours, for the shadow on the forehead.
 * @param side Where the light comes from, -1 left .. 1 right.
 * @param project The pose.
 */
export function paintHairFront(person: Person, tones: Tones, side: number, project: Projector): string {
  const { hair, face } = person;
  const colour = hairColour(person);
  const edge = fringeEdge(person).map(([x, y]) => project(x * face.width, y, depth(x, y) + 3));
  const [rightOuter, rightInner] = sideRuns(person, 1, project);
  const [leftOuter, leftInner] = sideRuns(person, -1, project);
  const d = outline(
    [...leftOuter.toReversed(), ...crown(person, project).slice(1, -1), ...rightOuter],
    [...rightInner.toReversed(), ...edge.slice(1, -1), ...leftInner],
  );
  const [from, to] = side < 0 ? [-90, 90] : [90, -90];
  const crop = hair.length === "crop";
  const shadow = { stroke: hex(tones.deep), width: crop ? 5 : 9, opacity: 0.3 * (1 - hair.bald), clip: "face" };
  return path(curve(edge), shadow) + clip("hair", d) +
    linear("lock", [from, -90], [to, 40], [
      [0, hex(lighter(colour, 0.14))],
      [0.4, hex(colour)],
      [1, hex(darker(colour, 0.34))],
    ]) +
    path(d, { fill: "url(#lock)", opacity: crop ? 0.82 : 1 }) +
    `<g clip-path="url(#hair)">${paintLocks(person, colour, edge, rightOuter.at(-1)![1], project)}</g>`;
}
