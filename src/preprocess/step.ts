/**
 * What a preprocessing step is: a change of one decoded image, the same each time.
 *
 * @module
 */
import type { Pixels } from "../core/resample.ts";

/**
 * Changes one image.
 *
 * @param image RGB 0..255, `[H, W, 3]`; not changed.
 * @param note Takes a sentence on the image where the step could not do what it usually does.
 * @returns Another image, or the same one; its size may differ.
 */
export type Preprocess = (image: Pixels, note: (text: string) => void) => Pixels | Promise<Pixels>;
