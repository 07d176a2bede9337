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

function mirrored(half: readonly (readonly [number, number, number?])[], project: Projector): Point[] {
  const points = half.map(([x, y, z]) => project(x, y, z));
  return [...points, ...half.map(([x, y, z]) => project(-x, y, z)).toReversed()];
}

/** Paints the beard, under mouth and mask. */
export function paintBeard({ beard, face, ...person }: Person, tones: Tones, project: Projector): string {
  if (beard.kind === "none") return "";
  const whole = { beard, face, ...person };
  const colour = mix(hairColour(whole), tones.deep, 0.2);
  const stubble = beard.kind === "stubble";
  const ink = {
    fill: hex(colour),
    opacity: stubble ? 0.16 + 0.2 * beard.density : 0.7 + 0.28 * beard.density,
    clip: stubble ? "face" : undefined,
  };
  const moustache = path(
    outline(
      mirrored([[-29, 76, 62], [-20, 66, 70], [-6, 60, 80]], project),
      mirrored([[27, 79, 62], [14, 70, 76], [3, 69, 80]], project),
    ),
    ink,
  );
  if (beard.kind === "moustache") return moustache;
  const w = face.width;
  const jaw = (55 + 4.4 * face.jaw) * w;
  const low = stubble ? 114 : 119 + 5 * beard.density;
  if (beard.kind === "goatee") {
    const tuft = mirrored([[-23, 88, 50], [-25, 102, 40], [-15, low, 30]], project);
    return moustache + path(outline(tuft, mirrored([[17, 86, 56], [8, 91, 66]], project)), ink);
  }
  const outer = mirrored(
    [[-74 * w, 8, 0], [-71 * w, 50, 8], [-jaw - 4, 88, 14], [-27, low - 2, 26], [-8, low + 2, 30]],
    project,
  );
  const inner = mirrored([[67 * w, 10, 20], [60 * w, 46], [42, 66], [24, 60], [8, 58, 84]], project);
  const skin = path(
    outline(mirrored([[-22, 74, 66], [-10, 70, 78]], project), mirrored([[20, 78, 66], [8, 88, 74]], project)),
    {
      fill: hex(tones.base),
      opacity: stubble ? 0 : 0.9,
    },
  );
  return path(outline(outer, inner), ink) + skin;
}
