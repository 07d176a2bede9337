/**
 * Colours as red, green and blue, and the mixing that shading and ageing need.
 *
 * @module
 */

/** Red, green and blue, 0..255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The colour of shadow on skin and cloth: warm and not quite black. */
const SHADOW: Rgb = [52, 26, 28];

/** White. */
export const WHITE: Rgb = [255, 255, 255];

/** The colour `share` of the way from one to another, share 0..1. */
export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const s = Math.min(Math.max(share, 0), 1);
  return [from[0] + (to[0] - from[0]) * s, from[1] + (to[1] - from[1]) * s, from[2] + (to[2] - from[2]) * s];
}

/** A colour in shadow, share 0..1. */
export function darker(colour: Rgb, share: number): Rgb {
  return mix(colour, SHADOW, share);
}

/** A colour in light, share 0..1. */
export function lighter(colour: Rgb, share: number): Rgb {
  return mix(colour, WHITE, share);
}

/** A colour as `#rrggbb`. */
export function hex([red, green, blue]: Rgb): string {
  const value = (1 << 24) | (Math.round(red) << 16) | (Math.round(green) << 8) | Math.round(blue);
  return `#${value.toString(16).slice(1)}`;
}

/** A colour from hue in degrees, of any turn, saturation and lightness 0..1. */
export function hsl(hue: number, saturation: number, lightness: number): Rgb {
  const part = (n: number) => {
    const k = (((n + hue / 30) % 12) + 12) % 12;
    const swing = saturation * Math.min(lightness, 1 - lightness);
    return 255 * (lightness - swing * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [part(0), part(8), part(4)];
}

/** A colour between the anchors of a scale, `place` 0..1 from its first to its last. */
export function along(scale: readonly Rgb[], place: number): Rgb {
  const x = Math.min(Math.max(place, 0), 1) * (scale.length - 1);
  const i = Math.min(Math.floor(x), scale.length - 2);
  return mix(scale[i]!, scale[i + 1]!, x - i);
}
