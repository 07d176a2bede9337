/**
 * Hair: a cap between the skull's outline and the hairline or fringe, and what hangs behind.
 *
 * @module
 */
import { darker, hex, lighter, mix, type Rgb } from "./colour.ts";
import { fringeEdge } from "./fringe.ts";
import type { Tones } from "./head.ts";
import { depth, type Projector } from "./pose.ts";
import { clip, curve, ellipse, linear, outline, path, type Point } from "./svg.ts";
import type { Person } from "./traits.ts";

/** The hair's colour with its grey. */
export function hairColour({ hair, ageing }: Person): Rgb {
  return mix(hair.colour, [214, 212, 208], 0.9 * ageing.grey);
}

/** How far down the hair's front hangs beside the face, in head units. */
function sideEnd({ hair, gender, ageing }: Person): number {
  if (hair.length === "crop") return gender === "male" ? 4 : -6;
  if (hair.length === "short" || hair.tie !== "loose") return gender === "male" ? 14 : 6;
  if (hair.length === "ears") return 36;
  if (hair.tucked) return 4;
  return hair.length === "chin" ? 98 - 8 * ageing.old : 176;
}

/** Outer edge over the top, from the left ear to the right one. */
function crown({ hair, face }: Person, project: Projector): Point[] {
  const { volume, wave, jitter, bald } = hair;
  const points: Point[] = [];
  const steps = wave > 0.55 ? 22 : 12;
  for (let i = 0; i <= steps; i++) {
    const angle = Math.PI * (1 + i / steps);
    const top = -Math.sin(angle);
    const bump = wave > 0.55 ? (i % 2 ? 3.6 : -1.5) * wave : 1.2 * jitter[i]!;
    const full = Math.max(2.5, volume) * (1 - 0.8 * bald * top ** 4) * (0.6 + 0.4 * top) + bump * (1 - bald);
    points.push(project(Math.cos(angle) * (75.5 * face.width + full), -28 + Math.sin(angle) * (86 + full), -4));
  }
  return points;
}

/** Outer and inner edge of one side, from the crown down and back up. */
function sideRuns(person: Person, side: -1 | 1, project: Projector): [Point[], Point[]] {
  const { hair, face } = person;
  const end = sideEnd(person);
  const w = face.width;
  const hanging = end > 20;
  const swing = (y: number) => hair.wave * 5 * Math.sin(y / 11 + 9 * hair.jitter[3]! * side);
  const out: Point[] = [];
  const inn: Point[] = [];
  for (let k = 0; k <= (hanging ? 6 : 2); k++) {
    const y = -28 + (end + 28) * k / (hanging ? 6 : 2);
    const flare = hanging ? 8 * Math.min(1, (y + 28) / 90) - (k === 6 ? 5 : 0) : 0;
    out.push(
      project(
        side *
          (75 * w + (hanging ? hair.volume * 0.62 : Math.min(hair.volume * 0.62, 5) * (1 - k / 2)) + flare + swing(y)),
        y,
        hanging ? 0 : -8,
      ),
    );
    const reach = hanging
      ? (y < 20 ? 64 : 64 - 4 * Math.min(1, (y - 20) / 60)) * w + (y > 110 ? (y - 110) * 0.08 : 0)
      : (69 - 1.2 * k * 0) * w;
    inn.push(project(side * (reach + 0.5 * swing(y)), y, y > 60 ? 20 : depth(reach, y) * 0.7));
  }
  return [out, inn.toReversed()];
}

/** Paints what hangs behind head and neck, in the units of the head's group. */
export function paintHairBack(person: Person, project: Projector): string {
  const { hair, face } = person;
  if (hair.length !== "chin" && hair.length !== "long") return "";
  const colour = hairColour(person);
  const fill = hex(darker(colour, 0.3));
  const w = face.width;
  if (hair.tie === "bun") {
    return ellipse(project(6 * hair.jitter[5]!, -128 - hair.volume, -20), 27, 24, { fill: hex(darker(colour, 0.12)) });
  }
  if (hair.tie === "tail") {
    const s = hair.part > 0 ? 1 : -1;
    const tail = [[30, 20], [84, 34], [104, 90], [98, 150], [82, 205], [66, 150], [58, 90]] as const;
    return path(outline(tail.map(([x, y]) => project(s * x, y, -30))), { fill });
  }
  const end = hair.length === "chin" ? 102 : 205;
  const points: Point[] = [];
  for (let k = 0; k <= 8; k++) {
    const y = -40 + (end + 40) * k / 8;
    const flare = hair.volume * 0.7 + 14 * Math.min(1, k / 5) + hair.wave * 4 * Math.sin(k * 1.9 + 5 * hair.jitter[2]!);
    points.push(project(74 * w + flare, y, -26));
  }
  const left = points.map((_, k) => {
    const y = -40 + (end + 40) * k / 8;
    const flare = hair.volume * 0.7 + 14 * Math.min(1, k / 5) + hair.wave * 4 * Math.sin(k * 1.9 + 5 * hair.jitter[4]!);
    return project(-74 * w - flare, y, -26);
  }).toReversed();
  return path(outline(points, left), { fill });
}

/** Locks from the parting to the forehead and down the sides, some of them grey before the others. */
function paintStrands(
  { hair, ageing, face }: Person,
  colour: Rgb,
  edge: readonly Point[],
  end: number,
  project: Projector,
): string {
  const top = -108 - hair.volume * 0.8;
  const middle = project(0, -50, 20);
  const spread = hair.fringe === "full" || hair.fringe === "messy" ? 0.5 : hair.fringe === "up" ? 0.8 : 0.25;
  const locks = ["", "", ""];
  for (let i = 0; i < 18; i++) {
    const j = hair.jitter[i]!;
    const beside = i % 3 === 2; // the others fall on the forehead
    const low = beside
      ? project((j < 0 ? -1 : 1) * (70 + 7 * Math.abs(j)) * face.width, end * Math.abs(hair.jitter[(i + 5) % 24]!), 0)
      : edge[Math.round((i + 0.5 + j) * (edge.length - 1) / 18)] ?? edge[0]!;
    const root = project(hair.part * (1 - spread) + low[0] * spread, top + 0.05 * low[0] ** 2 * spread, 4);
    const bow = beside ? 0.6 : 0.2;
    const half: Point = [(root[0] + low[0]) / 2, (root[1] + low[1]) / 2];
    locks[i % 3 === 0 ? 0 : i % 2 + 1] += curve([root, [
      half[0] + (half[0] - middle[0]) * bow,
      half[1] + (half[1] - middle[1]) * bow * 0.8,
    ], low]);
  }
  const early = ageing.grey > 0.05 && ageing.grey < 0.8;
  return path(locks[0]!, {
    stroke: hex(early ? lighter(colour, 0.12 + ageing.grey) : lighter(colour, 0.12)),
    width: 3,
    opacity: 0.5,
  }) +
    path(locks[1]!, { stroke: hex(lighter(colour, 0.1)), width: 2.2, opacity: 0.5 }) +
    path(locks[2]!, { stroke: hex(darker(colour, 0.34)), width: 2.6, opacity: 0.4 });
}

/** Paints the cap, fringe and what hangs beside the face. */
export function paintHairFront(person: Person, tones: Tones, side: number, project: Projector): string {
  const { hair, face } = person;
  const colour = hairColour(person);
  const edge = fringeEdge(person).map(([x, y]) => project(x * face.width, y, depth(x, y) + 3));
  const [rightOut, rightIn] = sideRuns(person, 1, project);
  const [leftOut, leftIn] = sideRuns(person, -1, project);
  const top = crown(person, project);
  const d = outline([...leftOut.toReversed(), ...top.slice(1, -1), ...rightOut], [
    ...rightIn,
    ...edge.slice(1, -1),
    ...leftIn.toReversed(),
  ]);
  const [from, to] = side < 0 ? [-90, 90] : [90, -90];
  const thin = hair.length === "crop" ? 0.82 : 1;
  const shadow = path(curve(edge), {
    stroke: hex(tones.deep),
    width: hair.length === "crop" ? 5 : 9,
    opacity: 0.3 * (1 - hair.bald),
    clip: "face",
  });
  const strands = paintStrands(person, colour, edge, rightOut.at(-1)![1], project);
  return shadow + clip("hair", d) +
    linear("lock", [from, -90], [to, 40], [[0, hex(lighter(colour, 0.14))], [0.4, hex(colour)], [
      1,
      hex(darker(colour, 0.34)),
    ]]) +
    path(d, { fill: "url(#lock)", opacity: thin }) +
    `<g clip-path="url(#hair)">${strands}</g>`;
}
