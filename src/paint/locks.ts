/**
 * The locks that give hair its direction, its gloss, and the grey that comes at the temples first.
 *
 * @module
 */
import { darker, hex, lighter, type Rgb } from "./colour.ts";
import type { Projector } from "./pose.ts";
import { curve, ellipse, path, type Point, radial } from "./svg.ts";
import type { Person } from "./traits.ts";

/** How far the locks' roots spread along the parting, by fringe. */
const SPREAD = { up: 0.8, full: 0.5, messy: 0.5, swept: 0.25, curtain: 0.25 } as const;

/**
 * Paints locks, gloss and grey temples; the caller clips them to the hair.
 *
 * @param person Whose hair.
 * @param colour Its colour with its grey.
 * @param edge Its lower edge on the forehead, in the units of the head's group.
 * @param end How far down it hangs beside the face, likewise.
 * @param project The pose.
 */
export function paintLocks(
  { hair, ageing, face }: Person,
  colour: Rgb,
  edge: readonly Point[],
  end: number,
  project: Projector,
): string {
  const { jitter, part } = hair;
  const top = -108 - hair.volume * 0.8;
  const spread = SPREAD[hair.fringe];
  const centre = project(0, -50, 20);
  const locks = ["", "", ""];
  for (let i = 0; i < 18; i++) {
    const j = jitter[i]!;
    const beside = i % 3 === 2; // the others fall on the forehead
    const low = beside
      ? project((j < 0 ? -1 : 1) * (70 + 7 * Math.abs(j)) * face.width, end * Math.abs(jitter[(i + 5) % 24]!), 0)
      : edge[Math.round((i + 0.5 + j) * (edge.length - 1) / 18)] ?? edge[0]!;
    const root = project(part * (1 - spread) + low[0] * spread, top + 0.05 * low[0] ** 2 * spread, 4);
    const bow = beside ? 0.6 : 0.2;
    const away = (from: number, to: number, middle: number) => (from + to) / 2 + ((from + to) / 2 - middle) * bow;
    locks[i % 3 === 0 ? 0 : i % 2 + 1] += curve([
      root,
      [away(root[0], low[0], centre[0]), away(root[1], low[1], centre[1])],
      low,
    ]);
  }
  const silver = ageing.grey < 0.8 ? ageing.grey : 0;
  const temple = (side: number) =>
    ellipse(project(side * 70 * face.width, -24, 4), 24, 48, { fill: "url(#silver)", opacity: 0.85 * ageing.temples });
  const shine = hex(lighter(colour, 0.6));
  return radial("silver", [[0, "#d2d0cd", 0.9], [1, "#d2d0cd", 0]]) + temple(-1) + temple(1) +
    radial("gloss", [[0, shine, 0.8], [0.5, shine, 0.5], [1, shine, 0]]) +
    ellipse(project(-6, -88, 30), 50, 13, { fill: "url(#gloss)", opacity: 0.5 * ageing.youth * (1 - hair.bald) }) +
    path(locks[0]!, { stroke: hex(lighter(colour, 0.12 + silver)), width: 3, opacity: 0.5 }) +
    path(locks[1]!, { stroke: hex(lighter(colour, 0.1)), width: 2.2, opacity: 0.5 }) +
    path(locks[2]!, { stroke: hex(darker(colour, 0.34)), width: 2.6, opacity: 0.4 });
}
