/**
 * Images to try an exported file on: smooth patches of colour, which go through a network more like photographs than noise.
 *
 * @module
 */
import { resample } from "../core/resample.ts";
import { randomInt, seededRng } from "../core/rng.ts";

/** Side of what is enlarged, in pixels. */
const COARSE = 6;

/**
 * Images of a size.
 *
 * @param count How many.
 * @param size Height and width in pixels.
 * @returns Bytes `[count, H, W, 3]`; the same for the same arguments.
 */
export function trialImages(count: number, [height, width]: readonly [number, number]): Uint8Array {
  const out = new Uint8Array(count * height * width * 3);
  for (let k = 0; k < count; k++) {
    const rng = seededRng(k).fork("trial images");
    const data = Uint8Array.from({ length: COARSE * COARSE * 3 }, () => randomInt(rng, 256));
    const image = resample({ data, height: COARSE, width: COARSE }, { height, width });
    out.set(image.data, k * height * width * 3);
  }
  return out;
}
