/**
 * The marks that years leave on a face: folds, lines, bags and spots. Each has a soft part, which survives at 64 pixels, and
 * a fine one, which does not.
 *
 * @module
 */
import { hex, lighter, mix } from "./colour.ts";
import { clamp } from "./draw.ts";
import { eyeDistance } from "./eyes.ts";
import type { Tones } from "./head.ts";
import type { Projector } from "./pose.ts";
import { curve, ellipse, path, SIDES } from "./svg.ts";
import type { Person } from "./traits.ts";

/** Bags under the eyes, and the lines beside them. */
function paintAroundEyes(person: Person, ink: string, project: Projector): string {
  const { bags, lines, old } = person.ageing;
  const x = eyeDistance(person);
  const y = 9 + 0.7 * person.eyes.size;
  const at = (side: number, dx: number, dy: number) => project(side * (x + dx), dy);
  const both = (paint: (side: number) => string) => SIDES.map(paint).join("");
  /** Crow's feet. */
  const feet = (s: number) =>
    [-5, 1, 7].map((dy) => curve([at(s, 18, 1 + dy * 0.3), at(s, 25, dy), at(s, 31, dy * 1.9)])).join("");
  return both((s) => ellipse(at(s, 1, y + 4), 17, 9, { fill: "url(#soft)", opacity: 0.6 * bags })) +
    path(both((s) => curve([at(s, -14, y - 1), at(s, -4, y + 5), at(s, 8, y + 4), at(s, 16, y - 1)])), {
      stroke: ink,
      width: 4.5,
      opacity: 0.4 * bags,
    }) +
    path(both((s) => curve([at(s, -13, y + 4), at(s, -3, y + 10), at(s, 9, y + 8)])), {
      stroke: ink,
      width: 2,
      opacity: 0.8 * bags * (0.3 + 0.7 * old),
    }) +
    path(both(feet), { stroke: ink, width: 2, opacity: 0.5 * lines * lines + 0.36 * old });
}

/** Lines across the forehead and between the brows. */
function paintForehead({ ageing: { lines }, hair: { jitter } }: Person, ink: string, project: Projector): string {
  const across = [-63, -51, -40, -31].slice(0, lines > 0.55 ? 4 : 3).map((y, row) =>
    curve(
      [-42, -20, 0, 20, 42].map((x, k) =>
        project(x * (1 - 0.06 * row), y + 2.5 * jitter[(row * 5 + k) % jitter.length]! + (k % 4 ? 0 : 3))
      ),
    )
  );
  const frown = [-5, 5].map((x) => curve([project(x, -28), project(x * 0.8, -13)]));
  return path(across.join(""), { stroke: ink, width: 2.6, opacity: 0.66 * clamp(1.15 * lines - 0.32) }) +
    path(frown.join(""), { stroke: ink, width: 2, opacity: 0.6 * clamp(lines - 0.25) });
}

/** Folds from the nose to the mouth and below it. */
function paintFolds({ ageing: { folds, sag } }: Person, ink: string, project: Projector): string {
  const beside = SIDES.map((s) =>
    curve([project(s * 15, 44, 80), project(s * 25, 56), project(s * 33, 72), project(s * 34, 84)])
  );
  const below = SIDES.map((s) => curve([project(s * 27, 86), project(s * 31, 94), project(s * 29, 103)]));
  return path(beside.join(""), { stroke: ink, width: 3.4, opacity: 0.58 * folds }) +
    path(below.join(""), { stroke: ink, width: 3, opacity: 0.5 * clamp(sag - 0.2) });
}

/**
 * Paints the marks that lie on the skin, under features and hair.
 *
 * @param person Whose face.
 * @param tones The skin's colours.
 * @param side Where the light comes from, -1 left .. 1 right: young foreheads shine.
 * @param project The pose.
 */
export function paintAgeMarks(person: Person, tones: Tones, side: number, project: Projector): string {
  const { old, spots } = person.ageing;
  const { jitter } = person.hair;
  const ink = hex(tones.deep);
  const brown = { fill: hex(mix(tones.deep, [150, 96, 60], 0.5)), opacity: 0.45 * clamp(spots - 0.15) };
  const freckles = spots < 0.2 ? "" : Array.from({ length: 7 }, (_, i) => {
    const y = i < 5 ? -58 + 34 * Math.abs(jitter[i + 7]!) : 30 + 30 * jitter[i + 7]!;
    return ellipse(project(64 * jitter[i]!, y), 3 + 2.5 * Math.abs(jitter[i + 3]!), 3, brown);
  }).join("");
  const shine = { fill: hex(lighter(tones.lit, 0.3)), opacity: 0.2 * (1 - old) };
  return ellipse(project(-20 * side, -62), 30, 17, shine) + paintForehead(person, ink, project) +
    paintFolds(person, ink, project) + paintAroundEyes(person, ink, project) + freckles;
}
