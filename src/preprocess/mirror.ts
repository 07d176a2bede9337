/**
 * Places beyond an image's border, mirrored about its first or last pixel: OpenCV's BORDER_REFLECT_101.
 *
 * @module
 */

/**
 * The place within a side that a place beyond it mirrors.
 *
 * @param at Any whole number.
 * @param length Pixels of the side, at least 1.
 */
export function mirror(at: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1), place = Math.abs(at) % period;
  return place < length ? place : period - place;
}
