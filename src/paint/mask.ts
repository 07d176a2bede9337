/**
 * Masks: five shapes, worn right or in the ways in which people wear them wrongly.
 *
 * @module
 */
import { darker, hex, lighter, mix } from "./colour.ts";
import { paintFolds } from "./mask_folds.ts";
import { depth, type Projector } from "./pose.ts";
import type { Light, Mask } from "./shot.ts";
import { clip, curve, linear, outline, path, type Point, SIDES } from "./svg.ts";
import type { Person } from "./traits.ts";

/** Where a mask's edges run, in head units. */
export interface Cut {
  /** Height of the upper edge at the middle, and at the corners. */
  readonly top: number;
  readonly topSide: number;
  /** Height of the lower edge at the middle, and at the corners. */
  readonly low: number;
  readonly lowSide: number;
  /** How far out the corners are. */
  readonly half: number;
  /** How far it stands off the face at the middle. */
  readonly bulge: number;
  /** How far the upper edge dips under the eyes. */
  readonly dip: number;
}

/** How each shape is cut, worn right. */
const CUTS: Readonly<Record<Mask["style"], Cut>> = {
  surgical: { top: 20, topSide: 33, low: 121, lowSide: 97, half: 65, bulge: 15, dip: 3 },
  cloth: { top: 16, topSide: 38, low: 119, lowSide: 90, half: 67, bulge: 17, dip: 7 },
  boat: { top: 13, topSide: 44, low: 123, lowSide: 74, half: 69, bulge: 24, dip: 4 },
  duckbill: { top: 18, topSide: 40, low: 116, lowSide: 76, half: 66, bulge: 34, dip: 2 },
  cup: { top: 12, topSide: 50, low: 120, lowSide: 78, half: 60, bulge: 30, dip: 0 },
};

/** Where the edges run the way it is worn. */
function cutOf({ style, worn, lift }: Mask): Cut {
  const cut = CUTS[style];
  const { top, topSide, low, lowSide, bulge } = cut;
  const ways: Readonly<Record<Mask["worn"], Partial<Cut>>> = {
    "right": { top: top - lift, topSide: topSide - lift },
    "nose out": {
      top: 63.5 - lift * 0.7,
      topSide: topSide + 24,
      low: low + 11,
      lowSide: lowSide + 12,
      bulge: bulge * 0.8,
    },
    "chin": { top: 97 - lift, topSide: 80, low: 140, lowSide: 106, half: 60, bulge: 3, dip: -2 },
    "mouth out": { top: top - 2, low: 62 - lift * 0.5, lowSide: 60, bulge: bulge * 0.9 },
    "ear": {},
  };
  return { ...cut, ...ways[worn] };
}

/** The cloth's print as a pattern named `print`. */
function printTag({ pattern, second, colour }: Mask): string {
  const ink = hex(mix(second, colour, 0.1));
  const band = (w: number, h: number) => `<rect width="${w}" height="${h}" fill="${ink}" fill-opacity=".55"/>`;
  const dot = (x: number, y: number, r: number, fill = ink) => `<circle cx="${x}" cy="${y}" r="${r}" fill="${fill}"/>`;
  const marks = {
    plain: "",
    dots: dot(4, 4, 2.6) + dot(11, 11, 2.6),
    stripes: `<rect width="14" height="6" fill="${ink}"/>`,
    checks: band(7, 14) + band(14, 7),
    flowers: dot(5, 5, 4) + dot(5, 5, 1.6, "#f2dc8c") + dot(12, 11.5, 2),
  }[pattern];
  return `<pattern id="print" width="14" height="14" patternUnits="userSpaceOnUse" patternTransform="rotate(12)">${marks}</pattern>`;
}

/** A mask that hangs from one ear. */
function paintHanging({ colour, side }: Mask, project: Projector): string {
  const at = (x: number, y: number) => project(side * x, y, 14);
  const edge = hex(darker(colour, 0.3));
  const loops = curve([at(76, 2), at(84, 22), at(88, 46)]) + curve([at(80, 26), at(76, 38), at(78, 52)]);
  const body = outline(
    [at(54, 56), at(80, 46), at(104, 62)],
    [at(110, 104), at(102, 142)],
    [at(80, 150), at(58, 138)],
    [at(50, 96), at(54, 56)],
  );
  const folds = curve([at(66, 60), at(64, 98), at(70, 138)]) + curve([at(90, 62), at(92, 100), at(88, 140)]);
  return path(loops, { stroke: "#e8e8ea", width: 2.4 }) +
    path(body, { fill: hex(colour), stroke: edge, width: 1.4 }) +
    path(folds, { stroke: edge, width: 2, opacity: 0.7 });
}

/**
 * Paints a mask and its loops.
 *
 * @param mask The mask and how it is worn.
 * @param person Whose face it fits.
 * @param light The picture's light.
 * @param project The pose.
 * @returns SVG in the units of the head's group.
 */
export function paintMask(mask: Mask, { face }: Person, light: Light, project: Projector): string {
  if (mask.worn === "ear") return paintHanging(mask, project);
  const cut = { ...cutOf(mask), half: cutOf(mask).half * face.width };
  const { top, topSide, low, lowSide, half, bulge, dip } = cut;
  const { colour } = mask;
  /** A point on the cloth. */
  const on = (x: number, y: number) =>
    project(x, y + mask.slant * x / 66, depth(x * 0.98, y) + bulge * Math.max(0, 1 - (x / half) ** 2));
  const upper = [-1, -0.62, -0.24, 0, 0.24, 0.62, 1].map((u) => {
    const rise = (topSide - top) * (1 - Math.abs(u)) ** 0.9;
    return on(u * half, topSide - rise + dip * Math.sin(Math.PI * Math.min(1, Math.abs(u) * 1.1)));
  });
  const narrow = mask.style === "surgical" ? 0.94 : 0.9;
  const lower = [1, 0.72, 0.36, 0, -0.36, -0.72, -1].map((u) =>
    on(u * half * narrow, lowSide + (low - lowSide) * (1 - Math.abs(u) ** 1.7))
  );
  const loop = (side: number, from: Point, by: Point, y: number) =>
    curve([from, by, project(side * 77 * face.width, y, -14)]);
  const loops = SIDES.map((s) =>
    loop(s, upper.at(s < 0 ? 0 : -1)!, project(s * 72, topSide * 0.6, 10), 0) +
    loop(s, lower.at(s < 0 ? -1 : 0)!, project(s * 72, 56, 6), 30)
  );
  const d = outline(upper, lower);
  const [from, to] = light.side < 0 ? [-70, 70] : [70, -70];
  const isDark = colour[0] + colour[1] + colour[2] < 240;
  return path(curve(upper), { stroke: "#3a2420", width: 6, opacity: 0.22, clip: "face" }) + // its shadow on the face
    path(loops.join(""), { stroke: isDark ? "#2c2c30" : "#ececee", width: 2.6 }) +
    linear("fabric", [from, 20], [to, 90], [
      [0, hex(lighter(colour, 0.1))],
      [0.45, hex(colour)],
      [1, hex(darker(colour, 0.16 + 0.22 * light.strength))],
    ]) +
    path(d, { fill: "url(#fabric)" }) +
    (mask.pattern === "plain" ? "" : printTag(mask) + path(d, { fill: "url(#print)", opacity: 0.85 })) +
    clip("mask", d) + `<g clip-path="url(#mask)">${paintFolds(mask, cut, on)}</g>` +
    path(d, { stroke: hex(darker(colour, 0.3)), width: 1.4, opacity: 0.6 });
}
