/**
 * Masks: five shapes, worn right or in the ways in which people wear them wrongly.
 *
 * @module
 */
import { darker, hex, lighter, mix, type Rgb } from "./colour.ts";
import { depth, type Projector } from "./pose.ts";
import type { Light, Mask } from "./shot.ts";
import { clip, curve, ellipse, linear, outline, path, type Point } from "./svg.ts";
import type { Person } from "./traits.ts";

/** Where a mask's edges run, in head units: heights at the middle and at the corners, and the corners' reach. */
interface Cut {
  readonly top: number;
  readonly topSide: number;
  readonly low: number;
  readonly lowSide: number;
  readonly half: number;
  readonly bulge: number;
  /** How far the upper edge dips under the eyes. */
  readonly dip: number;
}

const CUTS: Readonly<Record<Mask["style"], Cut>> = {
  surgical: { top: 20, topSide: 33, low: 121, lowSide: 97, half: 65, bulge: 15, dip: 3 },
  cloth: { top: 16, topSide: 38, low: 119, lowSide: 90, half: 67, bulge: 17, dip: 7 },
  boat: { top: 13, topSide: 44, low: 123, lowSide: 74, half: 69, bulge: 24, dip: 4 },
  duckbill: { top: 18, topSide: 40, low: 116, lowSide: 76, half: 66, bulge: 34, dip: 2 },
  cup: { top: 12, topSide: 50, low: 120, lowSide: 78, half: 60, bulge: 30, dip: 0 },
};

function cutOf({ style, worn, lift }: Mask): Cut {
  const cut = CUTS[style];
  const { bulge } = cut;
  if (worn === "nose out") {
    return {
      ...cut,
      top: 61 - lift * 0.7,
      topSide: cut.topSide + 24,
      low: cut.low + 11,
      lowSide: cut.lowSide + 12,
      bulge: bulge * 0.8,
    };
  }
  if (worn === "chin") {
    return { ...cut, top: 97 - lift, topSide: 80, low: 140, lowSide: 106, half: 60, bulge: 8, dip: -2 };
  }
  if (worn === "mouth out") return { ...cut, top: cut.top - 2, low: 62 - lift * 0.5, lowSide: 60, bulge: bulge * 0.9 };
  return { ...cut, top: cut.top - lift, topSide: cut.topSide - lift };
}

function patternTags({ pattern, second, colour }: Mask): string {
  const ink = hex(mix(second, colour, 0.1));
  const marks = {
    plain: "",
    dots: `<circle cx="4" cy="4" r="2.6" fill="${ink}"/><circle cx="11" cy="11" r="2.6" fill="${ink}"/>`,
    stripes: `<rect width="14" height="6" fill="${ink}"/>`,
    checks:
      `<rect width="7" height="14" fill="${ink}" fill-opacity=".55"/><rect width="14" height="7" fill="${ink}" fill-opacity=".55"/>`,
    flowers:
      `<circle cx="5" cy="5" r="4" fill="${ink}"/><circle cx="5" cy="5" r="1.6" fill="#f2dc8c"/><circle cx="12" cy="11.5" r="2" fill="${ink}"/>`,
  }[pattern];
  return `<pattern id="print" width="14" height="14" patternUnits="userSpaceOnUse" patternTransform="rotate(12)">${marks}</pattern>`;
}

function paintHanging({ colour, side }: Mask, project: Projector): string {
  const at = (x: number, y: number) => project(side * x, y, 14);
  return path(curve([at(76, 2), at(84, 22), at(88, 46)]) + curve([at(80, 26), at(76, 38), at(78, 52)]), {
    stroke: "#e8e8ea",
    width: 2.4,
  }) +
    path(
      outline([at(54, 56), at(80, 46), at(104, 62)], [at(110, 104), at(102, 142)], [at(80, 150), at(58, 138)], [
        at(50, 96),
        at(54, 56),
      ]),
      {
        fill: hex(colour),
        stroke: hex(darker(colour, 0.3)),
        width: 1.4,
      },
    ) +
    path(curve([at(66, 60), at(64, 98), at(70, 138)]) + curve([at(90, 62), at(92, 100), at(88, 140)]), {
      stroke: hex(darker(colour, 0.3)),
      width: 2,
      opacity: 0.7,
    });
}

function folds(mask: Mask, cut: Cut, on: (x: number, y: number) => Point): string {
  const { style, colour } = mask;
  const dark = hex(darker(colour, 0.36));
  const { half, top, topSide, low, lowSide } = cut;
  const level = (share: number, sag: number) => {
    const y = topSide + (lowSide - topSide) * share;
    const middle = top + (low - top) * share;
    return curve(
      [-1, -0.5, 0, 0.5, 1].map((u) => on(u * half * 0.98, y + (middle - y) * (1 - u * u) + sag * (1 - u * u))),
    );
  };
  if (style === "surgical") {
    return path([0.3, 0.52, 0.74].map((share) => level(share, 2)).join(""), {
      stroke: dark,
      width: 2.2,
      opacity: 0.42,
    }) +
      path(level(0.08, 0), { stroke: hex(lighter(colour, 0.5)), width: 2.4, opacity: 0.6 });
  }
  if (style === "cloth") {
    return path(curve([on(0, top + 1), on(0, (top + low) / 2), on(0, low - 1)]), {
      stroke: dark,
      width: 2.4,
      opacity: 0.5,
    });
  }
  if (style === "boat") {
    return path(level(0.28, -2), { stroke: dark, width: 2.6, opacity: 0.5 }) +
      path(level(0.72, 4), { stroke: dark, width: 2.6, opacity: 0.45 }) +
      path(curve([on(0, top + 2), on(0, top + (low - top) * 0.25)]), {
        stroke: hex(lighter(colour, 0.4)),
        width: 6,
        opacity: 0.35,
      });
  }
  if (style === "duckbill") {
    return path(level(0.5, 10), { stroke: dark, width: 3.2, opacity: 0.55 }) +
      path(
        outline([on(-half, topSide + 8), on(0, (top + low) / 2 + 8), on(half, topSide + 8)], [
          on(half * 0.7, lowSide + 12),
          on(0, low),
          on(-half * 0.7, lowSide + 12),
        ]),
        {
          fill: dark,
          opacity: 0.16,
        },
      );
  }
  return ellipse(on(half * 0.42, top + (low - top) * 0.62), 10, 9, { fill: dark, opacity: 0.5 }) +
    path(level(0.5, 0), { stroke: dark, width: 1.8, opacity: 0.3 });
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
  const cut = cutOf(mask);
  const { top, topSide, low, lowSide, bulge, dip } = cut;
  const half = cut.half * face.width;
  const on = (x: number, y: number) =>
    project(
      x,
      y + mask.slant * x / 66,
      depth(x * 0.98, y) + bulge * Math.max(0, 1 - (x / half) ** 2) * (mask.worn === "chin" ? 0.4 : 1),
    );
  const rise = topSide - top;
  const upper = [-1, -0.62, -0.24, 0, 0.24, 0.62, 1].map((u) =>
    on(u * half, topSide - rise * (1 - Math.abs(u)) ** 0.9 + dip * Math.sin(Math.PI * Math.min(1, Math.abs(u) * 1.1)))
  );
  const lower = [1, 0.72, 0.36, 0, -0.36, -0.72, -1].map((u) =>
    on(u * half * (mask.style === "surgical" ? 0.94 : 0.9), lowSide + (low - lowSide) * (1 - Math.abs(u) ** 1.7))
  );
  const d = outline(upper, lower);
  const { colour } = mask;
  const [from, to] = light.side < 0 ? [-70, 70] : [70, -70];
  const shade: Rgb = darker(colour, 0.16 + 0.22 * light.strength);
  const ear = (s: number, y: number) => project(s * 77 * face.width, y, -14);
  const dark = colour[0] + colour[1] + colour[2] < 240;
  const loops = ([-1, 1] as const).map((s) =>
    curve([s < 0 ? upper[0]! : upper.at(-1)!, project(s * 72, topSide * 0.6, 10), ear(s, 0)]) +
    curve([s < 0 ? lower.at(-1)! : lower[0]!, project(s * 72, 56, 6), ear(s, 30)])
  ).join("");
  const edge = path(curve(upper), { stroke: "#3a2420", width: 6, opacity: 0.22, clip: "face" });
  return edge +
    path(loops, { stroke: dark ? "#2c2c30" : "#ececee", width: 2.6 }) +
    linear("fabric", [from, 20], [to, 90], [[0, hex(lighter(colour, 0.1))], [0.45, hex(colour)], [1, hex(shade)]]) +
    path(d, { fill: "url(#fabric)" }) +
    (mask.pattern === "plain" ? "" : patternTags(mask) + path(d, { fill: "url(#print)", opacity: 0.85 })) +
    clip("mask", d) + `<g clip-path="url(#mask)">${folds(mask, { ...cut, half }, on)}</g>` +
    path(d, { stroke: hex(darker(colour, 0.3)), width: 1.4, opacity: 0.6 });
}
