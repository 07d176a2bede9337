/**
 * The lower edge of the hair on the forehead: hairline or fringe.
 *
 * @module
 */
import type { Point } from "./svg.ts";
import type { Person } from "./traits.ts";

const REACH = 66;

/** Height of the edge at a place from -1, the left temple, to 1. */
function height({ hair, ageing }: Person, u: number, i: number): number {
  const { fringe, line, part, jitter } = hair;
  const rough = 2.2 * jitter[i % jitter.length]!;
  const corner = Math.exp(-(((Math.abs(u) - 0.58) / 0.22) ** 2));
  const back = ageing.receding * (24 * corner + 9) * (1 - Math.abs(u) ** 6);
  const natural = line - back + 46 * Math.abs(u) ** 3.2;
  const at = part / REACH;
  if (fringe === "up") return natural + rough * 0.5;
  if (fringe === "full") return -31 + 12 * u ** 2 + 1.6 * rough;
  if (fringe === "messy") return -47 + 18 * u ** 2 + (i % 2 ? 8 : -7) + 2 * rough;
  if (fringe === "curtain") return line + 2 + 62 * Math.abs(u - at * 0.3) ** 0.75 + rough * 0.5;
  const away = part > 0 ? (at - u) / (1 + at) : (u - at) / (1 - at); // 0 at the parting .. 1 at the far temple
  return away >= 0 ? line - back * 0.6 + 52 * away ** 0.8 + rough * 0.4 : natural + rough * 0.4;
}

/**
 * The edge from the right temple to the left, in head units on the head that looks straight ahead.
 *
 * @param person Whose hair.
 */
export function fringeEdge(person: Person): Point[] {
  const steps = 14;
  const { bald } = person.hair;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const u = 1 - 2 * i / steps;
    const y = height(person, u, i);
    const bare = -112 + 44 * Math.abs(u) ** 3;
    return [u * REACH, y + (Math.min(bare, y) - y) * Math.min(1, bald * 1.4)];
  });
}
