/**
 * The lightness L* of CIELAB under D65, as bytes 0..255, and images whose lightness is changed while a* and b* stay.
 * https://www.itu.int/rec/R-REC-BT.709 and CIE 15:2004; constants of sRGB as OpenCV has them.
 *
 * @module
 */
import type { Pixels } from "../core/resample.ts";
import { fillRoom, findRoom, keepTable, pixelKernels, roomAt } from "./pixel_kernels.ts";

/*
 * Whole numbers with a fixed point, whose bits are: 16 of light, 14 of a factor to Y, 15 of X, Y and Z as places in the
 * table of f, 13 of f, 15 of X, Y and Z again, 12 of a factor to light, 14 of light as a place in the table of bytes. Each
 * sum of products fits 31. So 15 bits (16 + 14 - 15) are dropped on the way there and 13 (15 + 12 - 14) on the way back,
 * half of one added before.
 */
const LIGHT_ONE = 65535, FACTOR = 1 << 14, SHARES = 1 << 15, ROOT_ONE = 1 << 13, BACK = 1 << 12, PLACES = 1 << 14;

/** Light of an sRGB byte, 0..1. */
function lightOf(byte: number): number {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** sRGB byte of light, with a fraction. */
function byteOf(light: number): number {
  return 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);
}

/** CIELAB's f: a cube root that is straight near 0. */
function root(share: number): number {
  return share > 0.008856 ? Math.cbrt(share) : 7.787 * share + 16 / 116;
}

/** Its inverse. */
function cube(f: number): number {
  return f > 0.206893 ? f ** 3 : (f - 16 / 116) / 7.787;
}

/** Levels of lightness in one of f: L* is 116 f - 16 of 100. */
const LEVELS = 116 * 2.55;

/** The largest f in the table of its inverse, and what that has more than X, Y and Z are, so that none is below 0. */
const BRIGHTEST = 1.25, MORE = 1024;

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

/** The kernels with their tables; numbers are addresses, see {@linkcode findRoom}, and a number of pixels. */
export interface LightnessKernels {
  /** Fills `out` with the lightness of the pixels at `data`. */
  levels(data: number, out: number, count: number): void;
  /** Fills `out` with the pixels at `data`, whose lightness is as at `before`, at the lightness that is at `after`. */
  relight(data: number, before: number, after: number, out: number, count: number): void;
}

let made: LightnessKernels | undefined;

/** The kernels; their tables are made on first use, before room is found for anything else. */
export function lightnessKernels(): LightnessKernels {
  return made ??= makeKernels();
}

function makeKernels(): LightnessKernels {
  const shares = [[XR, YR, ZR, 0], [XG, YG, ZG, 0], [XB, YB, ZB, 0]].flatMap((shares) =>
    Array.from({ length: 256 }, (_, byte) => shares.map((share) => share * Math.round(LIGHT_ONE * lightOf(byte))))
      .flat()
  );
  const roots = Uint16Array.from({ length: SHARES + 1 }, (_, place) => Math.round(ROOT_ONE * root(place / SHARES)));
  const levels = Uint8Array.from(roots, (_, place) => Math.round(LEVELS * root(place / SHARES) - 16 * 2.55));
  const bytes = Uint8Array.from({ length: PLACES + 1 }, (_, place) => Math.round(byteOf(place / PLACES)));
  const shifts = Int32Array.from({ length: 511 }, (_, i) => Math.round((i - 255) * ROOT_ONE / LEVELS));
  // From the darkest colour made darker to the brightest made brighter; below 0 and beyond the brightest all are as there.
  const lowest = roots[0]! + shifts[0]!, highest = roots.at(-1)! + shifts.at(-1)!;
  const cubes = Uint16Array.from({ length: highest - lowest + 1 }, (_, i) => {
    const place = Math.min(Math.max(i + lowest, 0), ROOT_ONE * BRIGHTEST);
    return MORE + Math.round(SHARES * cube(place / ROOT_ONE));
  });

  const light = keepTable(Int32Array.from(shares)), level = keepTable(levels), rootAt = keepTable(roots);
  const cubeAt = keepTable(cubes) - 2 * lowest, byte = keepTable(bytes), shift = keepTable(shifts) + 4 * 255;
  const back = keepTable(Int32Array.of(RX, RY, RZ, GX, GY, GZ, BX, BY, BZ)), kernels = pixelKernels();
  return {
    levels: (data, out, count) => kernels.levels(data, out, count, light, level),
    relight: (data, before, after, out, count) =>
      kernels.relight(data, before, after, out, count, light, rootAt, cubeAt, byte, shift, back, PLACES),
  };
}

/**
 * The lightness of each pixel.
 *
 * @param image RGB 0..255, `[H, W, 3]`.
 * @returns L* times 2.55, rounded, `[H, W]`.
 */
export function lightnessOf({ data }: Pixels): Uint8Array {
  const { levels } = lightnessKernels(), count = data.length / 3;
  const [from, to] = findRoom(data.length, count) as [number, number];
  fillRoom(from, data);
  levels(from, to, count);
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
  const { relight } = lightnessKernels(), count = before.length;
  const [from, old, wanted, to] = findRoom(data.length, count, count, data.length) as [number, number, number, number];
  fillRoom(from, data);
  fillRoom(old, before);
  fillRoom(wanted, after);
  relight(from, old, wanted, to, count);
  return { data: roomAt(to, data.length).slice(), height, width };
}
