/**
 * Pillow's resizing, as reading images needs it: core holds it, since augmentations resize too.
 *
 * @module
 */
export { type Interpolation, type Pixels, resample, type Window } from "../core/resample.ts";
