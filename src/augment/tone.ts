/**
 * Changes of the tone curve, with the pixels of PIL's ImageOps: invert, posterize, solarize, autocontrast, equalize.
 * https://pillow.readthedocs.io/en/stable/reference/ImageOps.html
 *
 * @module
 */
import { mapBytes, type Pixels } from "./pixels.ts";

const table = new Uint8Array(256);
const tables = [new Uint8Array(256), new Uint8Array(256), new Uint8Array(256)] as const;
const counts = [new Int32Array(256), new Int32Array(256), new Int32Array(256)] as const;

/** Replaces every byte by 255 less it. */
export function invert(pixels: Pixels): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = 255 - pixels[i]!;
}

/**
 * Keeps the upper bits of every byte.
 *
 * @param bits How many, 0..8.
 */
export function posterize(pixels: Pixels, bits: number): void {
  const mask = 256 - (1 << (8 - bits));
  for (let i = 0; i < pixels.length; i++) pixels[i] = pixels[i]! & mask;
}

/**
 * Inverts the bytes from a threshold on.
 *
 * @param threshold The lowest byte that is inverted; above 255 none is.
 */
export function solarize(pixels: Pixels, threshold: number): void {
  for (let value = 0; value < 256; value++) table[value] = value < threshold ? value : 255 - value;
  mapBytes(pixels, table);
}

/** Stretches each channel so that its lowest byte becomes 0 and its highest 255. */
export function autocontrast(pixels: Pixels): void {
  mapChannels(pixels, (count, table) => {
    let low = 0, high = 255;
    while (low < 255 && count[low] === 0) low++;
    while (high > low && count[high] === 0) high--;
    if (high === low) return false;
    const scale = 255 / (high - low), offset = -low * scale;
    for (let value = 0; value < 256; value++) {
      table[value] = Math.min(255, Math.max(0, Math.trunc(value * scale + offset)));
    }
    return true;
  });
}

/** Spreads each channel's bytes so that they are about equally frequent. */
export function equalize(pixels: Pixels): void {
  mapChannels(pixels, (count, table) => {
    let last = 255;
    while (last > 0 && count[last] === 0) last--;
    const step = Math.floor((pixels.length / 3 - count[last]!) / 255);
    if (step === 0) return false; // a channel of one value, or of too few pixels
    for (let value = 0, below = step >> 1; value < 256; value++) {
      table[value] = Math.min(255, Math.floor(below / step));
      below += count[value]!;
    }
    return true;
  });
}

/** Maps each channel by a table made of its histogram; one for which none is made stays. */
function mapChannels(pixels: Pixels, fillTable: (count: Int32Array, table: Uint8Array) => boolean): void {
  for (const count of counts) count.fill(0);
  const [reds, greens, blues] = counts;
  for (let i = 0; i < pixels.length; i += 3) {
    reds[pixels[i]!]!++;
    greens[pixels[i + 1]!]!++;
    blues[pixels[i + 2]!]!++;
  }
  tables.forEach((table, c) => {
    if (!fillTable(counts[c]!, table)) { for (let value = 0; value < 256; value++) table[value] = value; }
  });
  const [red, green, blue] = tables;
  for (let i = 0; i < pixels.length; i += 3) {
    pixels[i] = red[pixels[i]!]!;
    pixels[i + 1] = green[pixels[i + 1]!]!;
    pixels[i + 2] = blue[pixels[i + 2]!]!;
  }
}
