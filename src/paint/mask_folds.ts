/**
 * Seams, pleats and valves: what tells the shapes of masks apart besides their outline.
 *
 * @module
 */
import { darker, hex, lighter } from "./colour.ts";
import type { Cut } from "./mask.ts";
import type { Mask } from "./shot.ts";
import { curve, ellipse, outline, path, type Point } from "./svg.ts";

/** A mask's cloth to draw on. */
interface Cloth {
  readonly cut: Cut;
  /** A point on the cloth from head units. */
  readonly on: (x: number, y: number) => Point;
  /** A line from side to side, a share of the way from the upper to the lower edge, sagging at the middle. */
  readonly level: (share: number, sag: number) => string;
  readonly dark: string;
  readonly bright: string;
}

const FOLDS: Readonly<Record<Mask["style"], (cloth: Cloth) => string>> = {
  surgical: ({ level, dark, bright }) =>
    path([0.3, 0.52, 0.74].map((share) => level(share, 2)).join(""), { stroke: dark, width: 2.2, opacity: 0.42 }) +
    path(level(0.08, 0), { stroke: bright, width: 2.4, opacity: 0.6 }),
  cloth: ({ cut: { top, low }, on, dark }) =>
    path(curve([on(0, top + 1), on(0, (top + low) / 2), on(0, low - 1)]), { stroke: dark, width: 2.4, opacity: 0.5 }),
  boat: ({ cut: { top, low }, on, level, dark, bright }) =>
    path(level(0.28, -2) + level(0.72, 4), { stroke: dark, width: 2.6, opacity: 0.48 }) +
    path(curve([on(0, top + 2), on(0, top + (low - top) * 0.25)]), { stroke: bright, width: 6, opacity: 0.35 }),
  duckbill: ({ cut: { top, topSide, low, lowSide, half }, on, level, dark }) =>
    path(level(0.5, 10), { stroke: dark, width: 3.2, opacity: 0.55 }) +
    path(
      outline(
        [on(-half, topSide + 8), on(0, (top + low) / 2 + 8), on(half, topSide + 8)],
        [on(half * 0.7, lowSide + 12), on(0, low), on(-half * 0.7, lowSide + 12)],
      ),
      { fill: dark, opacity: 0.16 },
    ),
  cup: ({ cut: { top, low, half }, on, level, dark }) =>
    ellipse(on(half * 0.42, top + (low - top) * 0.62), 10, 9, { fill: dark, opacity: 0.5 }) +
    path(level(0.5, 0), { stroke: dark, width: 1.8, opacity: 0.3 }),
};

/**
 * Paints a mask's folds; the caller clips them to the mask.
 *
 * @param mask The mask.
 * @param cut Where its edges run.
 * @param on A point on the cloth, from head units to those of the head's group.
 */
export function paintFolds({ style, colour }: Mask, cut: Cut, on: Cloth["on"]): string {
  const { half, top, topSide, low, lowSide } = cut;
  const level = (share: number, sag: number) => {
    const [side, middle] = [topSide + (lowSide - topSide) * share, top + (low - top) * share + sag];
    return curve([-1, -0.5, 0, 0.5, 1].map((u) => on(u * half * 0.98, side + (middle - side) * (1 - u * u))));
  };
  return FOLDS[style]({ cut, on, level, dark: hex(darker(colour, 0.36)), bright: hex(lighter(colour, 0.45)) });
}
