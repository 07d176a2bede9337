/**
 * How depthwise convolutions are cut into threads and workgroups, by sizes alone, so that sums are the same on every
 * machine.
 *
 * @module
 */
import { LONGEST_CHUNK } from "./gemm_plan.ts";

/** Most pixels of a strip, and most values that a thread may hold at once; a value is up to four numbers. */
const LONGEST_STRIP = 8, MOST_HELD = 26;
/** Threads of a workgroup of the filter's gradient. */
export const WORKERS = 256;
/** Workgroups wanted at least of a large GPU's kernel: four on each of 132 processors. */
const WANTED_GROUPS = 528;
/** Tap sums that a thread of the filter's gradient holds. */
const MOST_TAPS = 12;

/** Results of a row that a thread makes, from values of a row that it loads once. */
export interface StripSize {
  /** Length of a row of results, in pixels. */
  readonly width: number;
  /** Values that a strip of so many results needs of one row. */
  readonly window: (strip: number) => number;
  /** Rows of values for a row of results. */
  readonly rows: number;
  /** Values of the filter that are loaded for a row of values. */
  readonly taps: number;
  /** Values that a thread holds beside a strip and its window: taps, or sums over them. */
  readonly held: number;
  /** What strips must be a multiple of; 1 by default. */
  readonly step?: number;
}

/**
 * How many neighbours along a row a thread makes: the number with the fewest loads and stores for the row.
 */
export function stripLength({ width, window, rows, taps, held, step = 1 }: StripSize): number {
  let best = step, fewest = Infinity;
  for (let strip = step; strip <= Math.max(step, LONGEST_STRIP); strip += step) {
    if (strip > step && strip + window(strip) + held > MOST_HELD) break;
    const cost = Math.ceil(width / strip) * (rows * (window(strip) + taps) + strip);
    if (cost < fewest) [best, fewest] = [strip, cost];
  }
  return best;
}

/** Rows of a filter whose taps a thread sums, in its gradient. */
export function filterRowsOf(filterHeight: number, filterWidth: number): number {
  return Math.max(1, Math.min(filterHeight, Math.floor(MOST_TAPS / filterWidth)));
}

/** How the sums of a filter's gradient are divided. */
export interface FilterCut {
  /** Neighbouring channel values of a workgroup; its other threads divide the strips. */
  readonly lanes: number;
  /** Parts of the strips, each with a result of its own. */
  readonly parts: number;
  /** Strips of a part. */
  readonly chunk: number;
  /** Workgroups in all. */
  readonly groups: number;
}

/**
 * Cuts the sums of a filter's gradient.
 *
 * @param sizes How many groups of rows the filter has, the channel values (fours of channels where they are loaded by
 *   fours), and the strips of dY in all images, of so many pixels each.
 */
export function cutFilterGradient(
  { rowGroups, values, strips, strip }: { rowGroups: number; values: number; strips: number; strip: number },
): FilterCut {
  const lanes = lanesFor(values), workers = WORKERS / lanes;
  const each = Math.ceil(values / lanes) * rowGroups;
  const longest = workers * Math.max(1, Math.floor(LONGEST_CHUNK / strip));
  const wanted = Math.max(Math.ceil(WANTED_GROUPS / each), Math.ceil(strips / longest));
  const chunk = Math.max(Math.ceil(strips / wanted), Math.min(strips, 2 * workers));
  const parts = Math.ceil(strips / chunk);
  return { lanes, parts, chunk, groups: each * parts };
}

/** Few lanes fit any number of channels, many load whole cache lines. */
function lanesFor(values: number): number {
  let best = 2, fewest = Infinity;
  for (const lanes of [2, 4, 8, 16, 32]) {
    const cost = Math.ceil(values / lanes) * lanes * (1 + 1 / lanes);
    if (cost <= fewest) [best, fewest] = [lanes, cost];
  }
  return best;
}
