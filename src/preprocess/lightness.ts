/**
 * The lightness L* of CIELAB under D65, as bytes 0..255, and images whose lightness is changed while a* and b* stay.
 * https://www.itu.int/rec/R-REC-BT.709 and CIE 15:2004; constants of sRGB as OpenCV has them.
 *
 * @module
 */
import type { Pixels } from "../core/resample.ts";

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

/**
 * The lightness of each pixel.
 *
 * @param image RGB 0..255, `[H, W, 3]`.
 * @returns L* times 2.55, rounded, `[H, W]`.
 */
export function lightnessOf({ data }: Pixels): Uint8Array {
  const out = new Uint8Array(data.length / 3);
  for (let from = 0; from < out.length; from += RUN) fillLevels(data, out, from, Math.min(from + RUN, out.length));
  return out;
}

/** Pixels that a loop does at a time: a function that is called often is compiled whole, and better than from within. */
const RUN = 512;

function fillLevels(data: Uint8Array, out: Uint8Array, from: number, to: number): void {
  const light = LIGHT, level = LEVEL, yr = YR, yg = YG, yb = YB; // looked up once
  for (let p = from, i = 3 * from; p < to; p++, i += 3) {
    const y = Math.imul(yr, light[data[i]!]!) + Math.imul(yg, light[data[i + 1]!]!) +
      Math.imul(yb, light[data[i + 2]!]!);
    out[p] = level[(y + 16384) >> 15]!;
  }
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
  const out = new Uint8Array(data.length);
  for (let from = 0; from < before.length; from += RUN) {
    relight(data, before, after, out, from, Math.min(from + RUN, before.length));
  }
  return { data: out, height, width };
}

function relight(
  data: Uint8Array,
  before: Uint8Array,
  after: Uint8Array,
  out: Uint8Array,
  from: number,
  to: number,
): void {
  const light = LIGHT, roots = ROOT, cube = CUBE, byte = BYTE, shifts = SHIFT, most = CUBE.length - 1, white = PLACES;
  const xr = XR, xg = XG, xb = XB, yr = YR, yg = YG, yb = YB, zr = ZR, zg = ZG, zb = ZB;
  const rx = RX, ry = RY, rz = RZ, gx = GX, gy = GY, gz = GZ, bx = BX, by = BY, bz = BZ;
  for (let p = from, i = 3 * from; p < to; p++, i += 3) {
    const change = after[p]! - before[p]!;
    if (change === 0) {
      out[i] = data[i]!;
      out[i + 1] = data[i + 1]!;
      out[i + 2] = data[i + 2]!;
      continue;
    }
    const r = light[data[i]!]!, g = light[data[i + 1]!]!, b = light[data[i + 2]!]!, shift = shifts[change + 255]!;
    const fx = roots[(Math.imul(xr, r) + Math.imul(xg, g) + Math.imul(xb, b) + 16384) >> 15]! + shift;
    const fy = roots[(Math.imul(yr, r) + Math.imul(yg, g) + Math.imul(yb, b) + 16384) >> 15]! + shift;
    const fz = roots[(Math.imul(zr, r) + Math.imul(zg, g) + Math.imul(zb, b) + 16384) >> 15]! + shift;
    const x = cube[fx < 0 ? 0 : fx > most ? most : fx]!;
    const y = cube[fy < 0 ? 0 : fy > most ? most : fy]!;
    const z = cube[fz < 0 ? 0 : fz > most ? most : fz]!;
    const red = (Math.imul(rx, x) + Math.imul(ry, y) + Math.imul(rz, z) + 4096) >> 13;
    const green = (Math.imul(gx, x) + Math.imul(gy, y) + Math.imul(gz, z) + 4096) >> 13;
    const blue = (Math.imul(bx, x) + Math.imul(by, y) + Math.imul(bz, z) + 4096) >> 13;
    out[i] = byte[red < 0 ? 0 : red > white ? white : red]!;
    out[i + 1] = byte[green < 0 ? 0 : green > white ? white : green]!;
    out[i + 2] = byte[blue < 0 ? 0 : blue > white ? white : blue]!;
  }
}
