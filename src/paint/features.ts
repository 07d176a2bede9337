/**
 * Eyes, brows, nose and mouth.
 *
 * @module
 */
import { darker, hex, lighter, mix, type Rgb, WHITE } from "./colour.ts";
import type { Tones } from "./head.ts";
import type { Projector } from "./pose.ts";
import type { Expression } from "./shot.ts";
import { clip, curve, ellipse, loop, outline, path, type Point } from "./svg.ts";
import type { Person } from "./traits.ts";

/** Distance of the eyes from the middle, in head units. */
export function eyeDistance({ eyes, face }: Person): number {
  return (31.5 + 1.1 * eyes.spacing) * face.width;
}

function paintEye(
  person: Person,
  tones: Tones,
  { lids, gaze, smile }: Expression,
  project: Projector,
  side: -1 | 1,
): string {
  const { eyes, ageing } = person;
  const x = eyeDistance(person);
  const half = 14.2 + 1.1 * eyes.size;
  const open = Math.max(
    0.5,
    (6.6 + 1.05 * eyes.size) * lids * (1 - 0.14 * Math.max(smile, 0)) * (1 - 0.12 * ageing.sag),
  );
  const tilt = 0.9 * eyes.tilt - 1.5 * ageing.sag;
  const at = (dx: number, y: number) => project(side * (x + dx), y);
  const inner = at(-half, 2);
  const outer = at(half, -tilt);
  const upper = [
    inner,
    at(-half * 0.45, -open * 0.85),
    at(0.15 * half, -open - tilt * 0.4),
    at(half * 0.65, -open * 0.62 - tilt),
    outer,
  ];
  const lower = [outer, at(half * 0.5, open * 0.52 - tilt * 0.4), at(-half * 0.2, open * 0.72), inner];
  const white = outline(upper, lower);
  const iris = project(side * x + gaze[0] * 2, -open * 0.1 + gaze[1]);
  const id = side < 0 ? "eyeL" : "eyeR";
  const lash = hex(mix([34, 22, 22], tones.deep, 0.3 + 0.4 * ageing.old));
  const round = 6.4 + 0.35 * eyes.size;
  const fold = at(0, 0)[1];
  const lifted = (by: number) => upper.map(([px, py], i): Point => [px, py - (i === 0 ? by * 0.4 : by) + 0 * fold]);
  const droop: Point[] = [at(half * 0.1, -open - 5), at(half * 0.8, -open * 0.6 - 2), at(half * 1.25, open * 0.4 + 1)];
  return clip(id, white) +
    path(outline(lifted(4.5), upper.toReversed()), { fill: hex([150, 84, 96]), opacity: 0.5 * eyes.shadow }) +
    path(white, { fill: hex(mix(WHITE, tones.base, 0.1 + 0.16 * ageing.old)) }) +
    `<g clip-path="url(#${id})">` +
    ellipse(iris, round, round, { fill: hex(eyes.iris) }) +
    ellipse(iris, round * 0.46, round * 0.46, { fill: "#120d0d" }) +
    ellipse([iris[0] + 2, iris[1] - 2.4], 1.5, 1.5, { fill: "#fff", opacity: 0.9 }) +
    path(curve(upper), { stroke: "#2a1a1a", width: 5, opacity: 0.28 }) + "</g>" +
    path(curve(upper), { stroke: lash, width: Math.max(1.2, 2.4 + 0.95 * eyes.lashes) }) +
    path(curve(lower), { stroke: hex(tones.deep), width: 1.2, opacity: 0.55 }) +
    (eyes.lashes > 0.6
      ? path(curve([outer, at(half + 2 + eyes.lashes, -tilt - 2.2 - eyes.lashes)]), { stroke: lash, width: 1.8 })
      : "") +
    path(curve(lifted(3 + 2.5 * eyes.crease)), {
      stroke: hex(tones.deep),
      width: 1.4,
      opacity: 0.25 + 0.45 * eyes.crease,
    }) +
    path(curve(droop), { stroke: hex(tones.deep), width: 3, opacity: 0.6 * ageing.sag * ageing.old });
}

/** Paints both eyes. */
export function paintEyes(person: Person, tones: Tones, expression: Expression, project: Projector): string {
  return paintEye(person, tones, expression, project, -1) + paintEye(person, tones, expression, project, 1);
}

/** Paints both brows, in the hair's colour. */
export function paintBrows(person: Person, colour: Rgb, { brows: raise }: Expression, project: Projector): string {
  const { brows, ageing } = person;
  const x = eyeDistance(person);
  const thick = Math.max(1.6, 4.9 + 1.75 * brows.weight);
  const y = -19.5 - 1.5 * brows.gap - raise + 1.5 * ageing.sag;
  return ([-1, 1] as const).map((side) => {
    const at = (dx: number, dy: number) => project(side * (x + dx), y + dy);
    const arch = 3.4 + 1.1 * brows.arch;
    const top = [
      at(-18, 1 + brows.slope),
      at(-4, -arch - thick * 0.5),
      at(9, -arch - 1 - thick * 0.3),
      at(21, 2.5 - brows.slope),
    ];
    const base = [
      at(20, 3.4 - brows.slope),
      at(7, -arch + thick * 0.55),
      at(-6, -arch * 0.6 + thick * 0.6),
      at(-18, 2 + thick * 0.8 + brows.slope),
    ];
    return path(outline(top, base), {
      fill: hex(colour),
      opacity: Math.min(1, 0.86 + 0.05 * brows.weight) * (1 - 0.3 * ageing.old),
    });
  }).join("");
}

/** Paints the nose. */
export function paintNose({ nose, ageing }: Person, tones: Tones, side: number, project: Projector): string {
  const half = 14 + 1.5 * nose.width;
  const y = 42 + 2 * nose.length + 2 * ageing.old;
  const away = side < 0 ? 1 : -1;
  const at = (x: number, dy: number, z: number) => project(x, y + dy, z);
  const bridge = [
    project(away * 8, -10, 74),
    at(away * 8, -24, 90),
    at(away * (half - 3), -4, 88),
    at(away * half, 3, 80),
  ];
  const back = [at(away * half * 0.6, 6, 84), at(0, 2, 102), project(away * 1, 0, 84)];
  const nostril = (s: number) =>
    ellipse(at(s * half * 0.46, 5, 88), 3.4, 2, { fill: hex(darker(tones.deep, 0.4)), opacity: 0.8 }, -s * 12);
  return path(outline(bridge, back), { fill: hex(tones.deep), opacity: 0.24 + 0.06 * nose.bridge }) +
    ellipse(at(-away * 2, -3, 102), 5, 7, { fill: hex(lighter(tones.lit, 0.35)), opacity: 0.45 }) +
    path(
      curve([at(-half, 0, 78), at(-half * 0.75, 6, 82), at(0, 8.5, 94), at(half * 0.75, 6, 82), at(half, 0, 78)]),
      { stroke: hex(tones.deep), width: 2, opacity: 0.7 },
    ) + nostril(-1) + nostril(1);
}

/** Paints the mouth. */
export function paintMouth(
  { lips, ageing, gender }: Person,
  tones: Tones,
  { smile, open }: Expression,
  project: Projector,
): string {
  const half = 23 + 1.3 * lips.width + 2.5 * smile;
  const y = 75 + 1.5 * ageing.old;
  const full = Math.max(2.2, 6.3 + 1.5 * lips.fullness);
  const lift = 4 * smile - 2 * ageing.sag;
  const gap = 9 * open;
  const at = (x: number, dy: number) => project(x, y + dy, 80 - Math.abs(x) * 0.5);
  const bare = mix(tones.base, [186, 88, 84], 0.42 + 0.1 * ageing.youth - 0.22 * ageing.old);
  const colour = mix(bare, lips.tint, 0.75 * lips.paint);
  const upper = [
    at(-half, -lift),
    at(-half * 0.4, -full * 0.8),
    at(-4, -full),
    at(0, -full * 0.78),
    at(4, -full),
    at(half * 0.4, -full * 0.8),
    at(half, -lift),
  ];
  const seam = [at(half, -lift), at(half * 0.4, 0.5), at(0, 0), at(-half * 0.4, 0.5), at(-half, -lift)];
  const lowerSeam = open > 0
    ? [at(half, -lift), at(half * 0.5, gap * 0.85), at(0, gap), at(-half * 0.5, gap * 0.85), at(-half, -lift)]
    : seam;
  const lower = [
    at(-half, -lift),
    at(-half * 0.5, gap + full * 0.85),
    at(0, gap + full * 1.15),
    at(half * 0.5, gap + full * 0.85),
    at(half, -lift),
  ];
  const inside = open > 0
    ? path(outline(seam.toReversed(), lowerSeam), { fill: "#5a2226" }) +
      path(outline(seam.slice(1, 4).toReversed(), [at(half * 0.4, gap * 0.4), at(-half * 0.4, gap * 0.4)]), {
        fill: "#f3ece2",
      })
    : "";
  const softness = gender === "female" ? 1 : 0.9;
  return inside +
    path(outline(upper, seam), { fill: hex(darker(colour, 0.12)), opacity: softness }) +
    path(outline(lower, lowerSeam), { fill: hex(colour), opacity: softness }) +
    path(curve(seam), { stroke: hex(darker(tones.deep, 0.3)), width: 1.8, opacity: 0.8 }) +
    path(loop([at(-11, gap + full + 5), at(0, gap + full + 3.6), at(11, gap + full + 5), at(0, gap + full + 8)]), {
      fill: hex(tones.deep),
      opacity: 0.25,
    });
}
