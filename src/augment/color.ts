/**
 * Colour jitter on bytes, agreeing with torchvision's on PIL images: brightness, contrast, saturation and hue.
 *
 * @module
 */

/** An image's bytes, RGB row by row; augmentations change them in place. */
export type Pixels = Uint8Array;

/** Scales every channel by `factor`. */
export function brighten(pixels: Pixels, factor: number): void {
  mapBytes(pixels, (value) => value * factor);
}

/** Scales every channel's distance from the image's mean grey by `factor`. */
export function contrast(pixels: Pixels, factor: number): void {
  let sum = 0;
  for (let i = 0; i < pixels.length; i += 3) sum += grey(pixels, i);
  const mean = Math.floor(sum / (pixels.length / 3) + 0.5);
  mapBytes(pixels, (value) => mean + factor * (value - mean));
}

/** Scales every pixel's distance from its own grey by `factor`. */
export function saturate(pixels: Pixels, factor: number): void {
  for (let i = 0; i < pixels.length; i += 3) {
    const base = grey(pixels, i);
    for (let c = i; c < i + 3; c++) pixels[c] = clamp(base + factor * (pixels[c]! - base));
  }
}

/**
 * Turns every pixel's hue.
 *
 * @param turn Share of the colour circle, -0.5..0.5.
 */
export function turnHue(pixels: Pixels, turn: number): void {
  for (let i = 0; i < pixels.length; i += 3) {
    const r = pixels[i]!, g = pixels[i + 1]!, b = pixels[i + 2]!;
    const high = Math.max(r, g, b), low = Math.min(r, g, b);
    const chroma = high - low;
    if (chroma === 0) continue;
    const sixth = high === r ? (g - b) / chroma : high === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
    const hue = (sixth + 6 * turn + 12) % 6;
    // Each channel follows the same trapezoid over the circle, shifted by a third.
    for (let c = 0; c < 3; c++) {
      const place = (hue + 6 - 2 * c) % 6;
      const level = Math.min(1, Math.max(0, Math.abs(place - 3) - 1));
      pixels[i + c] = Math.round(low + chroma * level);
    }
  }
}

/** The grey of the pixel at byte `i`, by the ITU-R 601 weights in PIL's fixed-point form. */
function grey(pixels: Pixels, i: number): number {
  return (pixels[i]! * 19595 + pixels[i + 1]! * 38470 + pixels[i + 2]! * 7471 + 32768) >> 16;
}

/** Clamped to 0..255 and cut to a whole number, as PIL does. */
function clamp(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value);
}

function mapBytes(pixels: Pixels, change: (value: number) => number): void {
  const table = Uint8Array.from({ length: 256 }, (_, value) => clamp(change(value)));
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[pixels[i]!]!;
}
