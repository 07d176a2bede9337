/**
 * Connected regions of a mask, by their four neighbours: which one is the person, and which holes are in it.
 *
 * @module
 */
import type { Size } from "../core/records.ts";

/**
 * Keeps the region of a mask that holds the most of what is sought, and fills the holes in it.
 *
 * @param mask 1 within, 0 without, `[H, W]`; not changed.
 * @param size Height and width.
 * @param worth What each place counts, `[H, W]`.
 * @returns The mask of that one region; empty if the mask is.
 */
export function mainRegion(mask: Uint8Array, [height, width]: Size, worth: Float32Array): Uint8Array {
  const { labels, count } = labelRegions(mask, width, 1);
  const sums = new Float64Array(count + 1);
  for (let p = 0; p < mask.length; p++) if (labels[p]! > 0) sums[labels[p]!]! += Math.max(worth[p]!, 0) + 1e-3;
  let best = 1;
  for (let label = 2; label <= count; label++) if (sums[label]! > sums[best]!) best = label;
  const region = mask.map((_, p) => count > 0 && labels[p] === best ? 1 : 0);
  const ground = labelRegions(region, width, 0);
  const open = new Set<number>(); // ground that reaches the border is no hole
  for (let y = 0; y < height; y++) open.add(ground.labels[y * width]!).add(ground.labels[y * width + width - 1]!);
  for (let x = 0; x < width; x++) open.add(ground.labels[x]!).add(ground.labels[(height - 1) * width + x]!);
  return count === 0 ? region : region.map((value, p) => value === 1 || !open.has(ground.labels[p]!) ? 1 : 0);
}

/** Numbers the regions of one value from 1; 0 elsewhere. */
function labelRegions(mask: Uint8Array, width: number, value: 0 | 1): { labels: Int32Array; count: number } {
  const labels = new Int32Array(mask.length), stack = new Int32Array(mask.length);
  let count = 0;
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] !== value || labels[start] !== 0) continue;
    count++;
    let depth = 0;
    const push = (p: number) => {
      if (mask[p] !== value || labels[p] !== 0) return;
      labels[p] = count;
      stack[depth++] = p;
    };
    push(start);
    while (depth > 0) {
      const p = stack[--depth]!, x = p % width;
      if (x > 0) push(p - 1);
      if (x < width - 1) push(p + 1);
      if (p >= width) push(p - width);
      if (p + width < mask.length) push(p + width);
    }
  }
  return { labels, count };
}
