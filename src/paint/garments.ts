/**
 * The kinds of clothes: their necklines, and what is drawn behind and upon them.
 *
 * @module
 */
import type { Clothes } from "./clothes_traits.ts";
import { darker, hex, lighter } from "./colour.ts";
import { curve, ellipse, outline, path, type Point, SIDES } from "./svg.ts";

/** A neckline as cut for a person. */
interface Cut {
  readonly clothes: Clothes;
  /** Half its width, in head units. */
  readonly half: number;
  /** Its height at the middle, in head units. */
  readonly deep: number;
  /** The neck's width as a standard score. */
  readonly neck: number;
}

/** A kind of clothes. */
interface Garment {
  /** Half the neckline's width with a neck of mean width, in head units. */
  readonly wide: number;
  /** The neckline's height at the middle, in head units. */
  readonly deep: number;
  /** Whether it runs to a point. */
  readonly pointed?: true;
  /** Paints what shows inside the neckline. */
  readonly behind?: (cut: Cut) => string;
  /** Paints what lies upon the cloth. */
  readonly trim: (cut: Cut) => string;
}

const both = (paint: (side: -1 | 1) => string) => SIDES.map(paint).join("");
const dark = ({ colour }: Clothes) => hex(darker(colour, 0.34));

/** The buttons' line from the neckline down. */
function buttoned({ clothes, deep }: Cut): string {
  return path(`M0 ${deep}V330`, { stroke: dark(clothes), width: 2, opacity: 0.7 });
}

/** A band along a round neckline. */
function band(
  { half, deep }: Cut,
  top: number,
  drop: number,
  ink: { stroke: string; width: number; opacity?: number },
) {
  return path(curve([[-half, top], [-half * 0.6, top + drop], [0, deep], [half * 0.6, top + drop], [half, top]]), ink);
}

/** A shirt under something else. */
function shirtBelow({ clothes, half, deep }: Cut): string {
  const shirt = outline(
    [[-half, 160], [-18, 190], [0, 196], [18, 190], [half, 160]],
    [[10, deep + 20], [-10, deep + 20]],
  );
  return path(shirt, { fill: hex(lighter(clothes.second, 0.6)) });
}

function paintTie({ clothes }: Cut): string {
  if (clothes.second[0] <= 110) return "";
  const tie = outline([[-7, 190], [7, 190]], [[12, 260], [-12, 260]]);
  return path(tie, { fill: hex(darker(clothes.colour, 0.1)), stroke: hex(clothes.second), width: 2 });
}

function paintCollar(cut: Cut): string {
  const { clothes, half, deep } = cut;
  const wing = (s: number) =>
    outline(
      [[s * (half - 8), 150], [s * (half + 6), 172], [s * 22, 214]],
      [[s * 4, deep - 6], [s * (half - 8), 150]],
    );
  const buttons = [232, 262].map((y) => ellipse([6, y], 2.6, 2.6, { fill: dark(clothes) }));
  return path(both(wing), { fill: hex(lighter(clothes.colour, 0.14)), stroke: dark(clothes), width: 1.4 }) +
    buttoned(cut) + buttons.join("");
}

function paintHood({ clothes, half }: Cut): string {
  const hood = curve([[-half - 26, 176], [-half - 14, 138], [0, 128], [half + 14, 138], [half + 26, 176]]);
  return path(hood, { fill: dark(clothes) });
}

function paintStrings({ clothes: { colour }, half, deep }: Cut): string {
  const rim = both((s) => curve([[s * half, 166], [s * 26, 184], [s * 8, deep + 14]]));
  const strings = both((s) => curve([[s * 18, 192], [s * 20, 216], [s * 17, 246]]));
  return path(rim, { stroke: hex(lighter(colour, 0.1)), width: 14 }) +
    path(strings, { stroke: hex(lighter(colour, 0.6)), width: 3.4 });
}

function paintLapels({ clothes, half, deep }: Cut): string {
  const lapel = both((s) =>
    outline(
      [[s * (half - 6), 158], [s * 28, 190], [0, deep]],
      [[s * 4, deep + 30], [s * 50, 230], [s * 40, 214], [s * 62, 206], [s * (half + 4), 168]],
    )
  );
  return path(lapel, { fill: hex(darker(clothes.colour, 0.22)), stroke: dark(clothes), width: 1.2 });
}

function paintRollNeck({ clothes, neck }: Cut): string {
  const wide = 40 + 4.4 * neck;
  const [upper, right]: [Point[], Point[]] = [[[-wide + 2, 126], [0, 134], [wide - 2, 126]], [
    [wide + 5, 160],
    [wide + 14, 182],
  ]];
  const left = right.map(([x, y]): Point => [-x, y]).toReversed();
  const roll = outline(upper, [...right, [0, 194], ...left]);
  return path(roll, { fill: hex(lighter(clothes.colour, 0.06)), stroke: dark(clothes), width: 1.4 }) +
    path(curve([[-wide, 146], [0, 155], [wide, 146]]), { stroke: dark(clothes), width: 2, opacity: 0.7 });
}

function paintCardigan(cut: Cut): string {
  const { clothes: { colour, second }, half, deep } = cut;
  const edge = curve([[-half, 162], [-24, 196], [0, deep + 4], [24, 196], [half, 162]]);
  const buttons = [236, 258].map((y) => ellipse([5, y], 3.4, 3.4, { fill: hex(lighter(second, 0.3)) }));
  return path(edge, { stroke: hex(darker(colour, 0.2)), width: 9 }) + buttoned(cut) + buttons.join("");
}

/** Every kind of clothes. */
export const GARMENTS: Readonly<Record<Clothes["kind"], Garment>> = {
  tee: {
    wide: 52,
    deep: 192,
    trim: (cut) => band(cut, 172, 12, { stroke: dark(cut.clothes), width: 5, opacity: 0.6 }),
  },
  shirt: { wide: 44, deep: 206, pointed: true, trim: paintCollar },
  hoodie: { wide: 50, deep: 186, behind: paintHood, trim: paintStrings },
  suit: { wide: 48, deep: 240, pointed: true, behind: (cut) => shirtBelow(cut) + paintTie(cut), trim: paintLapels },
  cardigan: { wide: 48, deep: 222, pointed: true, behind: shirtBelow, trim: paintCardigan },
  knit: {
    wide: 46,
    deep: 180,
    trim: (cut) => band(cut, 164, 14, { stroke: hex(lighter(cut.clothes.colour, 0.18)), width: 13 }),
  },
  blouse: {
    wide: 62,
    deep: 208,
    trim: (cut) => band(cut, 174, 22, { stroke: hex(lighter(cut.clothes.colour, 0.3)), width: 4 }),
  },
  turtleneck: { wide: 38, deep: 168, trim: paintRollNeck },
};
