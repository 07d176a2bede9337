/**
 * The rank mean: members agree on an order and not on a scale. Within each class, a row's ranks by the members (ties share
 * their mean rank) are averaged, and the mean rank is read back as a probability from the mean of the members' sorted
 * columns, as in quantile normalisation (Bolstad et al., 2003, https://doi.org/10.1093/bioinformatics/19.2.185). Ranks alone
 * would make each class as likely as any other.
 *
 * @module
 */
import type { Aligned, AlignedMember } from "./align.ts";
import { normaliseRows } from "./rows.ts";

/**
 * Averages members by rank within each class; rows then sum to 1.
 *
 * @param aligned M members' probabilities of N rows and C classes.
 * @param shares A weight for each member, summing to 1.
 * @returns Probabilities `[N, C]`.
 */
export function rankMean(
  { ids: { length: rows }, classes: { length: width }, members }: Aligned,
  shares: readonly number[],
): Float32Array {
  const result = new Float32Array(rows * width);
  const column = new Float32Array(rows), sorter = makeSorter(rows);
  const ranks = new Float64Array(rows), quantiles = new Float64Array(rows);
  for (let c = 0; c < width; c++) {
    ranks.fill(0);
    quantiles.fill(0);
    members.forEach((member, m) => {
      const share = shares[m]!;
      if (share === 0) return;
      fillColumn(column, member, width, c);
      const order = sorter(column);
      for (let first = 0, end = 0; first < rows; first = end) {
        const value = column[order[first]!]!;
        while (end < rows && column[order[end]!] === value) end++;
        const rank = share * (first + end - 1) / 2; // the mean of first..end-1
        for (let k = first; k < end; k++) {
          ranks[order[k]!]! += rank;
          quantiles[k]! += share * value;
        }
      }
    });
    for (let row = 0; row < rows; row++) result[row * width + c] = valueAt(quantiles, ranks[row]!);
  }
  normaliseRows(result, width, rows);
  return result;
}

function fillColumn(column: Float32Array, { probabilities, places }: AlignedMember, width: number, c: number): void {
  for (let row = 0; row < column.length; row++) {
    column[row] = probabilities[(places ? places[row]! : row) * width + c]! + 0; // -0 becomes 0
  }
}

/** The value at a place between two, by their distance. */
function valueAt(values: Float64Array, place: number): number {
  const low = Math.min(Math.floor(place), values.length - 1), high = Math.min(low + 1, values.length - 1);
  return values[low]! + (place - low) * (values[high]! - values[low]!);
}

const DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS;

/**
 * Makes a function that sorts rows by a column of numbers of at least 0: a radix sort of their bits, which have the order of
 * the numbers.
 *
 * @param rows How many rows there are.
 * @returns The rows in ascending order of their values, good until the next call.
 */
function makeSorter(rows: number): (column: Float32Array) => Uint32Array {
  let from = new Uint32Array(rows), to = new Uint32Array(rows);
  const counts = new Uint32Array(DIGITS);
  return (column) => {
    const bits = new Uint32Array(column.buffer, column.byteOffset, rows);
    for (let row = 0; row < rows; row++) from[row] = row;
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
      counts.fill(0);
      for (let row = 0; row < rows; row++) counts[bits[row]! >>> shift & (DIGITS - 1)]!++;
      for (let digit = 0, place = 0; digit < DIGITS; digit++) {
        const count = counts[digit]!;
        counts[digit] = place;
        place += count;
      }
      for (let k = 0; k < rows; k++) to[counts[bits[from[k]!]! >>> shift & (DIGITS - 1)]!++] = from[k]!;
      [from, to] = [to, from];
    }
    return from;
  };
}
