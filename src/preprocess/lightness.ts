/**
 * The lightness L* of CIELAB under D65, as bytes 0..255, and images whose lightness is changed while a* and b* stay.
 * https://www.itu.int/rec/R-REC-BT.709 and CIE 15:2004; constants of sRGB as OpenCV has them.
 *
 * @module
 */
import type { Pixels } from "../core/resample.ts";
import { fillRoom, findRoom, keepTable, pixelKernels, roomAt } from "./pixel_kernels.ts";

/*
 * Whole numbers with a fixed point, whose bits are: 16 of light, 14 of a factor to Y, 15 of X, Y and Z as places in ROOT, 13 of
 * f, 15 of X, Y and Z again, 12 of a factor to light, 14 of light as a place in BYTE. Each sum of products fits 31. So 15 bits
 * (16 + 14 - 15) are dropped on the way there and 13 (15 + 12 - 14) on the way back, half of one added before.
 */
const LIGHT_ONE = 65535, FACTOR = 1 << 14, SHARES = 1 << 15, ROOT_ONE = 1 << 13, BACK = 1 << 12, PLACES = 1 << 14;

/** sRGB byte to light. */
const LIGHT = Int32Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return Math.round(LIGHT_ONE * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
});

/** Light to sRGB byte. */
const BYTE = Uint8Array.from({ length: PLACES + 1 }, (_, place) => {
  const light = place / PLACES;
  return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
});

/** CIELAB's f: a cube root that is straight near 0. */
function root(share: number): number {
  return share > 0.008856 ? Math.cbrt(share) : 7.787 * share + 16 / 116;
}

const ROOT = Uint16Array.from({ length: SHARES + 1 }, (_, place) => Math.round(ROOT_ONE * root(place / SHARES)));

/** Its inverse, up to f of 1.25: what is brighter is cut anyway. */
const CUBE = Int32Array.from({ length: ROOT_ONE * 1.25 + 1 }, (_, place) => {
  const value = place / ROOT_ONE;
  return Math.round(SHARES * (value > 0.206893 ? value ** 3 : (value - 16 / 116) / 7.787));
});

/** Levels of lightness in one of f: L* is 116 f - 16 of 100. */
const LEVELS = 116 * 2.55;

/** Y to a level of lightness. */
const LEVEL = Uint8Array.from(
  { length: SHARES + 1 },
  (_, place) => Math.round(LEVELS * root(place / SHARES) - 16 * 2.55),
);

/** The change of f by the change of lightness, which begins at -255 levels. */
const SHIFT = Int32Array.from({ length: 511 }, (_, i) => Math.round((i - 255) * ROOT_ONE / LEVELS));

/** Light to X, Y and Z by their white; the rows sum to 1. */
const [XR, XG, XB] = factors(FACTOR, [0.412453 / 0.950456, 0.357580 / 0.950456, 0.180423 / 0.950456]);
const [YR, YG, YB] = factors(FACTOR, [0.212671, 0.715160, 0.072169]);
const [ZR, ZG, ZB] = factors(FACTOR, [0.019334 / 1.088754, 0.119193 / 1.088754, 0.950227 / 1.088754]);

/** X, Y and Z by their white to light; the rows sum to 1 again. */
const [RX, RY, RZ] = factors(BACK, [3.240479 * 0.950456, -1.537150, -0.498535 * 1.088754]);
const [GX, GY, GZ] = factors(BACK, [-0.969256 * 0.950456, 1.875991, 0.041556 * 1.088754]);
const [BX, BY, BZ] = factors(BACK, [0.055648 * 0.950456, -0.204043, 1.057311 * 1.088754]);

/** A row as whole numbers that sum to one exactly, so that grey stays grey. */
function factors(one: number, [a, b, c]: readonly [number, number, number]): readonly [number, number, number] {
  const first = Math.round(a * one), last = Math.round(c * one);
  return [first, Math.abs(a + b + c - 1) < 1e-3 ? one - first - last : Math.round(b * one), last];
}

/** Where the kernels find their tables. */
interface Tables {
  readonly light: number;
  readonly level: number;
  readonly root: number;
  readonly cube: number;
  readonly byte: number;
  readonly shift: number;
  readonly back: number;
}

let tables: Tables | undefined;

/** Copies the tables to the kernels on first use. */
function keepTables(): Tables {
  const light = Int32Array.from({ length: 3 * 256 * 4 }, (_, i) => {
    const channel = Math.floor(i / 1024), value = LIGHT[Math.floor(i / 4) % 256]!;
    return value * [[XR, YR, ZR, 0], [XG, YG, ZG, 0], [XB, YB, ZB, 0]][channel]![i % 4]!;
  });
  // From the darkest colour made darker to the brightest made brighter; what is beyond CUBE is as its ends.
  const lowest = ROOT[0]! + SHIFT[0]!, highest = ROOT.at(-1)! + SHIFT.at(-1)!;
  const cube = Uint16Array.from(
    { length: highest - lowest + 1 },
    (_, i) => CUBE[Math.min(Math.max(i + lowest, 0), CUBE.length - 1)]! + 1024, // none is less than 0
  );
  return {
    light: keepTable(light),
    level: keepTable(LEVEL),
    root: keepTable(ROOT),
    cube: keepTable(cube) - 2 * lowest,
    byte: keepTable(BYTE),
    shift: keepTable(SHIFT) + 4 * 255,
    back: keepTable(Int32Array.of(RX, RY, RZ, GX, GY, GZ, BX, BY, BZ)),
  };
}

/**
 * The lightness of each pixel.
 *
 * @param image RGB 0..255, `[H, W, 3]`.
 * @returns L* times 2.55, rounded, `[H, W]`.
 */
export function lightnessOf({ data }: Pixels): Uint8Array {
  tables ??= keepTables();
  const count = data.length / 3, [from, to] = findRoom(data.length, count) as [number, number];
  fillRoom(from, data);
  pixelKernels().levels(from, to, count, tables.light, tables.level);
  return roomAt(to, count).slice();
}

/**
 * An image with another lightness and the same a* and b*. A pixel whose lightness stays keeps its bytes; a colour that the
 * screen cannot show is cut.
 *
 * @param image RGB 0..255, `[H, W, 3]`.
 * @param lightness What {@linkcode lightnessOf} it gives, and what it is to be, `[H, W]` each.
 * @returns The changed image.
 */
export function withLightness(
  { data, height, width }: Pixels,
  { before, after }: { readonly before: Uint8Array; readonly after: Uint8Array },
): Pixels {
  const { light, root, cube, byte, shift, back } = tables ??= keepTables(), count = before.length;
  const [from, old, wanted, to] = findRoom(data.length, count, count, data.length) as [number, number, number, number];
  fillRoom(from, data);
  fillRoom(old, before);
  fillRoom(wanted, after);
  pixelKernels().relight(from, old, wanted, to, count, light, root, cube, byte, shift, back, PLACES);
  return { data: roomAt(to, data.length).slice(), height, width };
}
