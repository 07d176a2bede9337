/**
 * What hair hangs behind head and neck: loose, in a tail or in a bun.
 *
 * @module
 */
import { darker, hex } from "./colour.ts";
import { hairColour } from "./hair.ts";
import type { Projector } from "./pose.ts";
import { ellipse, outline, path } from "./svg.ts";
import type { Person } from "./traits.ts";

/** A tail's outline on the right, in head units. */
const TAIL = [[30, 20], [84, 34], [104, 90], [98, 150], [82, 205], [66, 150], [58, 90]] as const;

/** Paints it, in the units of the head's group. */
export function paintHairBack(person: Person, project: Projector): string {
  const { length, tie, part, volume, wave, jitter } = person.hair;
  if (length !== "chin" && length !== "long") return "";
  const colour = hairColour(person);
  const fill = hex(darker(colour, 0.3));
  if (tie === "bun") {
    return ellipse(project(6 * jitter[5]!, -128 - volume, -20), 27, 24, { fill: hex(darker(colour, 0.12)) });
  }
  if (tie === "tail") {
    const side = part > 0 ? 1 : -1;
    return path(outline(TAIL.map(([x, y]) => project(side * x, y, -30))), { fill });
  }
  const end = length === "chin" ? 102 : 205;
  const run = (side: 1 | -1) =>
    Array.from({ length: 9 }, (_, k) => {
      const waves = wave * 4 * Math.sin(k * 1.9 + 5 * jitter[3 + side]!);
      const half = 74 * person.face.width + volume * 0.7 + 14 * Math.min(1, k / 5) + waves;
      return project(side * half, -40 + (end + 40) * k / 8, -26);
    });
  return path(outline(run(1), run(-1).toReversed()), { fill });
}
