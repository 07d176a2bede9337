/**
 * The lightness L* of CIELAB under D65, as bytes 0..255, and images whose lightness is changed while a* and b* stay.
 * https://www.itu.int/rec/R-REC-BT.709 and CIE 15:2004; constants of sRGB as OpenCV has them.
 *
 * @module
 */
import type { Pixels } from "../core/resample.ts";

/** Entries of the tables over 0..1; in the darkest tones, where both curves are steepest, a fifth of a level apart. */
const STEPS = 16384;

/** sRGB byte to light 0..1. */
const LIGHT = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** Light to sRGB byte. */
const BYTE = Uint8Array.from({ length: STEPS + 1 }, (_, i) => {
  const light = i / STEPS;
  return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
});

/** CIELAB's f: a cube root that is straight near 0. */
const ROOT = Float64Array.from({ length: STEPS + 1 }, (_, i) => {
  const share = i / STEPS;
  return share > 0.008856 ? Math.cbrt(share) : 7.787 * share + 16 / 116;
});

/** Levels of lightness in one of f: L* is 116 f - 16 of 100. */
const LEVELS = 116 * 2.55;

/** Light to X and Z by their white, whose rows sum to 1, and Y. */
const [XR, XG, XB] = [0.412453 / 0.950456, 0.357580 / 0.950456, 0.180423 / 0.950456] as const;
const [YR, YG, YB] = [0.212671, 0.715160, 0.072169] as const;
const [ZR, ZG, ZB] = [0.019334 / 1.088754, 0.119193 / 1.088754, 0.950227 / 1.088754] as const;

/** X, Y and Z by their white to light. */
const [RX, RY, RZ] = [3.240479 * 0.950456, -1.537150, -0.498535 * 1.088754] as const;
const [GX, GY, GZ] = [-0.969256 * 0.950456, 1.875991, 0.041556 * 1.088754] as const;
const [BX, BY, BZ] = [0.055648 * 0.950456, -0.204043, 1.057311 * 1.088754] as const;

/**
 * The lightness of each pixel.
 *
 * @param image RGB 0..255, `[H, W, 3]`.
 * @returns L* times 2.55, rounded, `[H, W]`.
 */
export function lightnessOf({ data }: Pixels): Uint8Array {
  const out = new Uint8Array(data.length / 3);
  for (let p = 0, i = 0; p < out.length; p++, i += 3) {
    const y = YR * LIGHT[data[i]!]! + YG * LIGHT[data[i + 1]!]! + YB * LIGHT[data[i + 2]!]!;
    out[p] = LEVELS * ROOT[(y * STEPS + 0.5) | 0]! - 16 * 2.55 + 0.5;
  }
  return out;
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
  for (let p = 0, i = 0; p < before.length; p++, i += 3) {
    const change = after[p]! - before[p]!;
    if (change === 0) {
      out[i] = data[i]!;
      out[i + 1] = data[i + 1]!;
      out[i + 2] = data[i + 2]!;
      continue;
    }
    const r = LIGHT[data[i]!]!, g = LIGHT[data[i + 1]!]!, b = LIGHT[data[i + 2]!]!, shift = change / LEVELS;
    const x = share(ROOT[((XR * r + XG * g + XB * b) * STEPS + 0.5) | 0]! + shift);
    const y = share(ROOT[((YR * r + YG * g + YB * b) * STEPS + 0.5) | 0]! + shift);
    const z = share(ROOT[((ZR * r + ZG * g + ZB * b) * STEPS + 0.5) | 0]! + shift);
    out[i] = byteOf(RX * x + RY * y + RZ * z);
    out[i + 1] = byteOf(GX * x + GY * y + GZ * z);
    out[i + 2] = byteOf(BX * x + BY * y + BZ * z);
  }
  return { data: out, height, width };
}

/** The inverse of f. */
function share(root: number): number {
  return root > 0.206893 ? root * root * root : (root - 16 / 116) / 7.787;
}

function byteOf(light: number): number {
  return light <= 0 ? 0 : light >= 1 ? 255 : BYTE[(light * STEPS + 0.5) | 0]!;
}
