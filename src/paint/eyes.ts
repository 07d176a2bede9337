/**
 * Eyes and brows.
 *
 * @module
 */
import { hex, mix, type Rgb, WHITE } from "./colour.ts";
import type { Tones } from "./head.ts";
import type { Projector } from "./pose.ts";
import type { Expression } from "./shot.ts";
import { clip, curve, ellipse, outline, path, type Point, SIDES } from "./svg.ts";
import type { Person } from "./traits.ts";

/** Distance of the eyes from the middle, in head units. */
export function eyeDistance({ eyes, face }: Person): number {
  return (31.5 + 1.1 * eyes.spacing) * face.width;
}

/** An eye's lids, in the units of the head's group. */
interface Lids {
  /** From the inner corner to the outer one. */
  readonly upper: readonly Point[];
  /** And back. */
  readonly lower: readonly Point[];
  /** How far the lash at the corner reaches. */
  readonly wing: Point;
  /** The fold that hangs over an old eye. */
  readonly droop: readonly Point[];
}

function lidsOf(person: Person, { lids, smile }: Expression, project: Projector, side: -1 | 1): Lids {
  const { eyes, ageing: { sag } } = person;
  const x = eyeDistance(person);
  const half = 14.2 + 1.1 * eyes.size;
  const squint = (1 - 0.14 * Math.max(smile, 0)) * (1 - 0.12 * sag);
  const open = Math.max(0.5, (6.6 + 1.05 * eyes.size) * lids * squint);
  const tilt = 0.9 * eyes.tilt - 1.5 * sag;
  const at = (dx: number, y: number) => project(side * (x + dx), y);
  const [inner, outer] = [at(-half, 2), at(half, -tilt)];
  return {
    upper: [
      inner,
      at(-half * 0.45, -open * 0.85),
      at(0.15 * half, -open - tilt * 0.4),
      at(half * 0.65, -open * 0.62 - tilt),
      outer,
    ],
    lower: [outer, at(half * 0.5, open * 0.52 - tilt * 0.4), at(-half * 0.2, open * 0.72), inner],
    wing: at(half + 2 + eyes.lashes, -tilt - 2.2 - eyes.lashes),
    droop: [at(half * 0.1, -open - 5), at(half * 0.8, -open * 0.6 - 2), at(half * 1.25, open * 0.4 + 1)],
  };
}

/** The eyeball between the lids; defines a clip of the side's name. */
function paintBall(person: Person, tones: Tones, { gaze }: Expression, project: Projector, side: -1 | 1, lids: Lids) {
  const { eyes, ageing } = person;
  const white = outline(lids.upper, lids.lower);
  const id = side < 0 ? "eyeL" : "eyeR";
  const [x, y] = project(side * eyeDistance(person) + gaze[0] * 2, gaze[1] - 0.7);
  const size = 6.4 + 0.35 * eyes.size;
  return clip(id, white) + path(white, { fill: hex(mix(WHITE, tones.base, 0.1 + 0.16 * ageing.old)) }) +
    `<g clip-path="url(#${id})">` +
    ellipse([x, y], size, size, { fill: hex(eyes.iris) }) +
    ellipse([x, y], size * 0.46, size * 0.46, { fill: "#120d0d" }) +
    ellipse([x + 2, y - 2.4], 1.5, 1.5, { fill: "#fff", opacity: 0.9 }) +
    path(curve(lids.upper), { stroke: "#2a1a1a", width: 5, opacity: 0.28 }) + "</g>"; // the upper lid's shadow
}

/** Paints both eyes. */
export function paintEyes(person: Person, tones: Tones, expression: Expression, project: Projector): string {
  const { eyes, ageing } = person;
  const both = SIDES.map((side) => lidsOf(person, expression, project, side));
  const balls = SIDES.map((side, i) => paintBall(person, tones, expression, project, side, both[i]!)).join("");
  const lash = hex(mix([34, 22, 22], tones.deep, 0.3 + 0.4 * ageing.old));
  const deep = hex(tones.deep);
  const lifted = ({ upper }: Lids, by: number) => upper.map(([x, y], i): Point => [x, y - (i === 0 ? by * 0.4 : by)]);
  const drawn = (line: (lids: Lids) => string) => both.map(line).join("");
  const crease = drawn((lids) => curve(lifted(lids, 3 + 2.5 * eyes.crease)));
  return path(drawn((lids) => outline(lifted(lids, 4.5), lids.upper.toReversed())), {
    fill: "#965460",
    opacity: 0.5 * eyes.shadow,
  }) + balls +
    path(drawn((lids) => curve(lids.upper)), { stroke: lash, width: Math.max(1.2, 2.4 + 0.95 * eyes.lashes) }) +
    path(drawn((lids) => curve(lids.lower)), { stroke: deep, width: 1.2, opacity: 0.55 }) +
    (eyes.lashes > 0.6
      ? path(drawn((lids) => curve([lids.upper.at(-1)!, lids.wing])), { stroke: lash, width: 1.8 })
      : "") +
    path(crease, { stroke: deep, width: 1.4, opacity: 0.25 + 0.45 * eyes.crease }) +
    path(drawn((lids) => curve(lids.droop)), { stroke: deep, width: 3, opacity: 0.6 * ageing.sag * ageing.old });
}

/** Paints both brows. */
export function paintBrows(
  person: Person,
  colour: Rgb,
  { brows: raised }: Expression,
  project: Projector,
): string {
  const { brows, ageing } = person;
  const x = eyeDistance(person);
  const { slope } = brows;
  const thick = Math.max(1.6, 4.9 + 1.75 * brows.weight);
  const arch = 3.4 + 1.1 * brows.arch;
  const y = -19.5 - 1.5 * brows.gap - raised + 1.5 * ageing.sag;
  const shapes = SIDES.map((side) => {
    const at = (dx: number, dy: number) => project(side * (x + dx), y + dy);
    return outline(
      [at(-18, 1 + slope), at(-4, -arch - thick * 0.5), at(9, -arch - 1 - thick * 0.3), at(21, 2.5 - slope)],
      [
        at(20, 3.4 - slope),
        at(7, -arch + thick * 0.55),
        at(-6, -arch * 0.6 + thick * 0.6),
        at(-18, 2 + thick * 0.8 + slope),
      ],
    );
  });
  const opacity = Math.min(1, 0.86 + 0.05 * brows.weight) * (1 - 0.3 * ageing.old);
  return path(shapes.join(""), { fill: hex(colour), opacity });
}
