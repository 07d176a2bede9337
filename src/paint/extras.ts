/**
 * What people wear or hold besides a mask: glasses, scarves, a hand at the chin.
 *
 * @module
 */
import { eyeDistance } from "./eyes.ts";
import { darker, hex } from "./colour.ts";
import type { Tones } from "./head.ts";
import type { Projector } from "./pose.ts";
import { curve, ellipse, loop, outline, path, type Point } from "./svg.ts";
import type { Person } from "./traits.ts";

/** Paints glasses, over mask and features. */
export function paintGlasses(person: Person, project: Projector): string {
  const { shape, colour, rim } = person.glasses;
  if (shape === "none") return "";
  const x = eyeDistance(person);
  const frame = { stroke: hex(colour), width: rim };
  const lens = (side: number): Point[] => {
    const ring = shape === "round"
      ? Array.from({ length: 10 }, (_, i) => [22 * Math.cos(i * Math.PI / 5), 20 * Math.sin(i * Math.PI / 5)] as const)
      : [[-21, -14], [0, -16], [21, -14], [23, 0], [18, 15], [0, 17], [-18, 15], [-22, 0]] as const;
    return ring.map(([dx, dy]) => project(side * x + dx, 4 + dy, 82 - Math.abs(side * x + dx) * 0.5));
  };
  const glass = path(loop(lens(-1)) + loop(lens(1)), { fill: "#eaf4ff", opacity: 0.16 });
  const bridge = curve([project(-x + 20, 0, 78), project(0, -4, 94), project(x - 20, 0, 78)]);
  const temple = (side: number) => curve([project(side * (x + 22), -4, 56), project(side * 78, -2, -6)]);
  const rims = shape === "half"
    ? [-1, 1].map((side) => curve(lens(side).slice(0, 4))).join("")
    : loop(lens(-1)) + loop(lens(1));
  return glass + path(rims + bridge + temple(-1) + temple(1), frame) +
    path(curve([project(-x - 12, 12, 70), project(-x + 2, -8, 76)]), { stroke: "#ffffff", width: 3, opacity: 0.3 });
}

/** Paints a hand that holds the chin, from the left (-1) or the right (1). */
export function paintHand({ face }: Person, tones: Tones, side: -1 | 1, project: Projector): string {
  const skin = side < 0 ? tones.base : darker(tones.base, 0.08);
  const at = (x: number, y: number) => project(side * x * face.width, y, 40);
  const line = { stroke: hex(tones.deep), width: 1.8, opacity: 0.6 };
  const finger = (from: Point, mid: Point, to: Point, width: number) =>
    path(curve([from, mid, to]), { stroke: hex(darker(skin, 0.3)), width: width + 2.5 }) +
    path(curve([from, mid, to]), { stroke: hex(skin), width });
  return path(
    outline([at(16, 128), at(40, 108), at(62, 122), at(74, 160), at(98, 250)], [at(46, 250), at(30, 176), at(16, 150)]),
    {
      fill: hex(skin),
      stroke: hex(darker(skin, 0.3)),
      width: 1.4,
    },
  ) +
    finger(at(50, 124), at(26, 118), at(-4, 121), 13) + finger(at(50, 136), at(28, 134), at(4, 137), 12.5) +
    finger(at(50, 150), at(32, 150), at(12, 152), 12) + finger(at(60, 130), at(61, 104), at(54, 84), 13) +
    path(curve([at(60, 130), at(54, 142), at(52, 154)]), line);
}

/** Paints a scarf around the neck, up to the chin, in the units of the body's group. */
export function paintScarf({ clothes, neck }: Person, chin: Point): string {
  const half = 52 + 4 * neck;
  const [x, y] = [chin[0] * 0.6, Math.min(chin[1], 118)];
  const fill = hex(clothes.second);
  const dark = hex(darker(clothes.second, 0.34));
  const folds = [14, 30, 46].map((dy, i) =>
    curve([[-half + x + 4 * i, y + dy - 12], [x + 6, y + dy], [half + x - 3 * i, y + dy - 16]])
  ).join("");
  return path(
    outline([[-half + x, y - 18], [x - 20, y - 2], [x, y], [x + 20, y - 2], [half + x, y - 18]], [
      [half + 16, y + 22],
      [half + 10, y + 66],
      [0, y + 82],
      [-half - 10, y + 66],
      [-half - 16, y + 22],
      [-half + x, y - 18],
    ]),
    { fill },
  ) +
    path(folds, { stroke: dark, width: 3, opacity: 0.6 }) +
    path(outline([[20, y + 62], [46, y + 58]], [[58, 320], [16, 320]]), { fill: dark }) +
    ellipse([32, y + 62], 20, 15, { fill, stroke: dark, width: 2 }, -12);
}
