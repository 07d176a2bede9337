/**
 * Random images within larger buffers, so that a write outside an image shows.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Size } from "../../src/core/records.ts";
import { randomInt, type Rng } from "../../src/core/rng.ts";

const MARGIN = 64, MARK = 0xa5;

/** A height and a width from `low` to `high`. */
export function randomSize(rng: Rng, low = 4, high = 40): Size {
  return [low + randomInt(rng, high - low + 1), low + randomInt(rng, high - low + 1)];
}

/** Smooth colours with a little noise, that fill most of 0..255. */
export function randomImage(rng: Rng, [height, width]: Size): Uint8Array {
  const phases = Array.from({ length: 6 }, () => rng() * 6);
  return Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const c = i % 3, x = Math.floor(i / 3) % width, y = Math.floor(i / 3 / width);
    return 127 + 110 * Math.sin(x / 5 + phases[c]!) * Math.cos(y / 7 + phases[3 + c]!) + 16 * rng();
  });
}

/** A copy of an image in the midst of a larger buffer, and a check that nothing about it was written to. */
export function withMargins(pixels: Uint8Array): { image: Uint8Array; assertMargins: (where: string) => void } {
  const buffer = new Uint8Array(pixels.length + 2 * MARGIN).fill(MARK);
  const image = buffer.subarray(MARGIN, MARGIN + pixels.length);
  image.set(pixels);
  return {
    image,
    assertMargins: (where) => {
      const margins = [...buffer.subarray(0, MARGIN), ...buffer.subarray(MARGIN + pixels.length)];
      assertEquals(margins.filter((byte) => byte !== MARK), [], `bytes outside were written: ${where}`);
    },
  };
}
