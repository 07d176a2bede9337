/**
 * What people wear or hold besides clothes and a mask: glasses, a scarf, a hand at the chin.
 *
 * @module
 */
import { darker, hex } from "./colour.ts";
import { eyeDistance } from "./eyes.ts";
import type { Tones } from "./head.ts";
import type { Projector } from "./pose.ts";
import { curve, ellipse, loop, outline, path, type Point, SIDES } from "./svg.ts";
import type { Person } from "./traits.ts";

const SQUARE: readonly Point[] = [[-21, -14], [0, -16], [21, -14], [23, 0], [18, 15], [0, 17], [-18, 15], [-22, 0]];
const ROUND: readonly Point[] = SQUARE.map((_, i) => {
  const angle = (i - 3) * Math.PI / 4;
  return [22 * Math.cos(angle), 20 * Math.sin(angle)];
});

/** Paints glasses, over mask and features. */
export function paintGlasses(person: Person, project: Projector): string {
  const { shape, colour, rim } = person.glasses;
  if (shape === "none") return "";
  const x = eyeDistance(person);
  const lenses = SIDES.map((side) =>
    (shape === "round" ? ROUND : SQUARE).map(([dx, dy]) =>
      project(side * x + dx, 4 + dy, 82 - Math.abs(side * x + dx) * 0.5)
    )
  );
  const glass = lenses.map(loop).join("");
  const rims = shape === "half" ? lenses.map((lens) => curve(lens.slice(0, 4))).join("") : glass;
  const bridge = curve([project(-x + 20, 0, 78), project(0, -4, 94), project(x - 20, 0, 78)]);
  const temples = SIDES.map((side) => curve([project(side * (x + 22), -4, 56), project(side * 78, -2, -6)]));
  const glint = curve([project(-x - 12, 12, 70), project(-x + 2, -8, 76)]);
  return path(glass, { fill: "#eaf4ff", opacity: 0.16 }) +
    path(rims + bridge + temples.join(""), { stroke: hex(colour), width: rim }) +
    path(glint, { stroke: "#fff", width: 3, opacity: 0.3 });
}

/** The four fingers' middle lines and widths; the last is the thumb, along the jaw. */
const FINGERS: readonly (readonly [width: number, ...line: Point[]])[] = [
  [13, [50, 124], [26, 118], [-4, 121]],
  [12.5, [50, 136], [28, 134], [4, 137]],
  [12, [50, 150], [32, 150], [12, 152]],
  [13, [60, 130], [61, 104], [54, 84]],
];

/** Paints a hand that holds the chin, from the left (-1) or the right (1). */
export function paintHand({ face }: Person, tones: Tones, side: -1 | 1, project: Projector): string {
  const skin = side < 0 ? tones.base : darker(tones.base, 0.08);
  const [fill, edge] = [hex(skin), hex(darker(skin, 0.3))];
  const at = ([x, y]: Point) => project(side * x * face.width, y, 40);
  const palm: readonly Point[] = [[16, 128], [40, 108], [62, 122], [74, 160], [98, 250]];
  const wrist: readonly Point[] = [[46, 250], [30, 176], [16, 150]];
  const fingers = FINGERS.map(([width, ...line]) => {
    const d = curve(line.map(at));
    return path(d, { stroke: edge, width: width + 2.5 }) + path(d, { stroke: fill, width });
  });
  return path(outline(palm.map(at), wrist.map(at)), { fill, stroke: edge, width: 1.4 }) + fingers.join("");
}

/**
 * Paints a scarf around the neck, in the units of the body's group.
 *
 * @param person Who wears it.
 * @param chin Where the chin is: the scarf comes up to it.
 */
export function paintScarf({ clothes, neck }: Person, chin: Point): string {
  const half = 52 + 4 * neck;
  const [x, y] = [chin[0] * 0.6, Math.min(chin[1], 118)];
  const [fill, dark] = [hex(clothes.second), hex(darker(clothes.second, 0.34))];
  const upper: readonly Point[] = [[x - half, y - 18], [x - 20, y - 2], [x, y], [x + 20, y - 2], [x + half, y - 18]];
  const right: readonly Point[] = [[half + 16, y + 22], [half + 10, y + 66]];
  const left = right.map(([px, py]): Point => [-px, py]).toReversed();
  const folds = [14, 30, 46].map((dy, i) =>
    curve([[x - half + 4 * i, y + dy - 12], [x + 6, y + dy], [x + half - 3 * i, y + dy - 16]])
  );
  const end = outline([[20, y + 62], [46, y + 58]], [[58, 320], [16, 320]]);
  return path(outline(upper, [...right, [0, y + 82], ...left, upper[0]!]), { fill }) +
    path(folds.join(""), { stroke: dark, width: 3, opacity: 0.6 }) + path(end, { fill: dark }) +
    ellipse([32, y + 62], 20, 15, { fill, stroke: dark, width: 2 }, -12);
}
