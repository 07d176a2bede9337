/**
 * Shoulders and clothes.
 *
 * @module
 */
import type { Clothes } from "./clothes_traits.ts";
import { darker, hex, lighter } from "./colour.ts";
import { GARMENTS } from "./garments.ts";
import type { Tones } from "./head.ts";
import { curve, linear, outline, path, type Point, SIDES } from "./svg.ts";
import type { Person } from "./traits.ts";

/** The cloth's print as a pattern named `cloth`. */
function paintPrint({ pattern, second }: Clothes): string {
  const ink = hex(second);
  const band = (w: number, h: number) => `<rect width="${w}" height="${h}" fill="${ink}" fill-opacity=".5"/>`;
  const marks = {
    plain: "",
    stripes: `<rect width="26" height="9" fill="${ink}"/>`,
    checks: band(13, 26) + band(26, 13),
    dots: `<circle cx="7" cy="7" r="3.6" fill="${ink}"/><circle cx="20" cy="20" r="3.6" fill="${ink}"/>`,
  }[pattern];
  return `<pattern id="cloth" width="26" height="26" patternUnits="userSpaceOnUse">${marks}</pattern>`;
}

/** The outline of shoulders that reach so far out, with a neckline of a half width and a depth at the middle. */
function bodyOutline(reach: number, slope: number, half: number, deep: number, pointed: boolean): string {
  const side: readonly Point[] = [
    [half, 168],
    [reach * 0.7, slope - 16],
    [reach, slope + 6],
    [reach + 18, slope + 60],
    [reach + 24, 340],
  ];
  const neck: readonly Point[] = pointed
    ? [[half, 164], [half * 0.55, (164 + deep) / 2 + 4]]
    : [[half, 170], [half * 0.62, deep - 8]];
  const mirror = (points: readonly Point[]) => points.map(([x, y]): Point => [-x, y]);
  return outline(mirror(side), side.toReversed(), [...neck, [0, deep], ...mirror(neck).toReversed()]);
}

/**
 * Paints shoulders and clothes, in the units of the body's group.
 *
 * @param person Who wears them.
 * @param tones The skin's colours, for wide necklines.
 * @param side Where the light comes from, -1 left .. 1 right.
 */
export function paintClothes({ clothes, shoulders, neck }: Person, tones: Tones, side: number): string {
  const { colour, pattern } = clothes;
  const { wide, deep, pointed = false, behind, trim } = GARMENTS[clothes.kind];
  const reach = Math.max(122 + 15 * shoulders, 88);
  const half = Math.min(wide + 3.4 * neck, 0.62 * reach); // no neckline is wider than its shoulders
  const cut = { clothes, half, deep, neck };
  const body = bodyOutline(reach, 204 - 2.5 * shoulders, half, deep, pointed);
  const chest = path(`M${-half - 8} 176L0 170L${half + 8} 176L${half} 250L${-half} 250Z`, {
    fill: hex(darker(tones.base, 0.08)),
  });
  const [from, to] = side < 0 ? [-150, 150] : [150, -150];
  const arm = reach - 26;
  const creases = SIDES.map((s) => curve([[s * arm, 330], [s * (arm + 6), 270], [s * (arm - 8), 244]]));
  return chest + (behind?.(cut) ?? "") +
    linear("weave", [from, 160], [to, 300], [
      [0, hex(lighter(colour, 0.08))],
      [0.5, hex(colour)],
      [1, hex(darker(colour, 0.36))],
    ]) +
    path(body, { fill: "url(#weave)" }) +
    (pattern === "plain" ? "" : paintPrint(clothes) + path(body, { fill: "url(#cloth)", opacity: 0.7 })) +
    path(creases.join(""), { stroke: hex(darker(colour, 0.4)), width: 2.4, opacity: 0.5 }) + trim(cut);
}
