/**
 * What goes along the rows of a matrix `[P, C]`: sums over all of them, and copies of some columns, of which concatenations
 * along the last axis and their gradients are made.
 */
import { floats, get, put } from "./simd";

/** Rows that are gone through at once, for which a sum stays in a register. */
const ROWS: i32 = 16;

/** For each part the sums `[C]` of rows `from`..`to`. */
export function sumRows(x: usize, C: i32, partials: usize, part: i32, from: i32, to: i32): void {
  const row = floats(C), sums = partials + <usize>part * row;
  memory.fill(sums, 0, row);
  for (let r = from; r < to; r += ROWS) {
    const rows = min(ROWS, to - r), p = x + <usize>r * row;
    let c: usize = 0;
    for (; c + 16 <= row; c += 16) addRows<v128>(p + c, sums + c, row, rows);
    for (; c < row; c += 4) addRows<f32>(p + c, sums + c, row, rows);
  }
}

@inline
function addRows<T>(x: usize, sum: usize, row: usize, rows: i32): void {
  let s = get<T>(sum);
  for (let i = 0; i < rows; i++) {
    s = f32x4.add(s, get<T>(x));
    x += row;
  }
  put<T>(sum, s);
}

/** Copies `count` floats of rows `from`..`to`, which lie `step` and `toStep` floats apart. */
export function copyColumns(
  x: usize, step: i32, y: usize, toStep: i32, count: i32, part: i32, from: i32, to: i32,
): void {
  const bytes = floats(count);
  let p = x + <usize>from * floats(step), q = y + <usize>from * floats(toStep);
  for (let r = from; r < to; r++) {
    let o: usize = 0;
    for (; o + 16 <= bytes; o += 16) put<v128>(q + o, get<v128>(p + o));
    for (; o < bytes; o += 4) put<f32>(q + o, get<f32>(p + o));
    p += floats(step), q += floats(toStep);
  }
}
