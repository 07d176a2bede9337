/**
 * Rows through a batch norm and its activation on their way elsewhere. The loops go along the rows, two vectors at a turn,
 * and write both at the turn's end: without bounds checks V8 can then join them to one of twice the length.
 */
import { normalise, Normalised } from "./batch_norm";
import {
  activate, exponentialBy, GELU, get, HARD_SWISH, LEAKY_RELU, LIMIT, MINUS_LOG2_E, NONE, ONE, P1, P2, P3, P4, P5, put, RELU, ROUNDER,
  SILU, zero,
} from "./simd";

/**
 * Y = activation of the norm of X, and sums over the rows.
 *
 * @param input Normalised.
 * @param y May be X.
 * @param row Bytes of X from one row to the next.
 * @param gap Bytes of Y from one row to the next.
 * @param from Bytes from a row's beginning to the first channel; a multiple of 16.
 * @param to Bytes from a row's beginning to the channels' end.
 * @param sums Where each channel's sum is added; 0 for nowhere.
 */
export function normaliseInto(
  input: usize, x: usize, row: usize, y: usize, gap: usize, rows: i32, from: usize, to: usize, sums: usize,
): void {
  const n = changetype<Normalised>(input);
  // One loop for each activation, which is then known inside it.
  if (n.activation == SILU) {
    if (sums) rowsInto(n, x, row, y, gap, rows, from, to, sums, SILU, true);
    else rowsInto(n, x, row, y, gap, rows, from, to, 0, SILU, false);
  } else if (n.activation == RELU) rowsInto(n, x, row, y, gap, rows, from, to, sums, RELU, sums != 0);
  else if (n.activation == HARD_SWISH) rowsInto(n, x, row, y, gap, rows, from, to, sums, HARD_SWISH, sums != 0);
  else if (n.activation == GELU) rowsInto(n, x, row, y, gap, rows, from, to, sums, GELU, sums != 0);
  else if (n.activation == LEAKY_RELU) rowsInto(n, x, row, y, gap, rows, from, to, sums, LEAKY_RELU, sums != 0);
  else rowsInto(n, x, row, y, gap, rows, from, to, sums, NONE, sums != 0);
}

@inline
function rowsInto(
  n: Normalised, x: usize, row: usize, y: usize, gap: usize, rows: i32, from: usize, to: usize, sums: usize,
  activation: i32, summed: bool,
): void {
  const mean = n.mean, scale = n.scale, beta = n.beta;
  const log2e = f32x4.splat(MINUS_LOG2_E), rounder = f32x4.splat(ROUNDER), one = f32x4.splat(ONE);
  const low = f32x4.splat(-LIMIT), high = f32x4.splat(LIMIT), p1 = f32x4.splat(P1), p2 = f32x4.splat(P2);
  const p3 = f32x4.splat(P3), p4 = f32x4.splat(P4), p5 = f32x4.splat(P5);
  for (let i = 0; i < rows; i++) {
    let c = from;
    for (; c + 32 <= to; c += 32) {
      const z0 = normalise(v128.load(x + c), v128.load(mean + c), v128.load(scale + c), v128.load(beta + c));
      const z1 = normalise(
        v128.load(x + c, 16), v128.load(mean + c, 16), v128.load(scale + c, 16), v128.load(beta + c, 16),
      );
      const v0 = activation == SILU
        ? f32x4.div(z0, f32x4.add(one, exponentialBy(z0, log2e, rounder, low, high, p1, p2, p3, p4, p5, one)))
        : activate(z0, activation);
      const v1 = activation == SILU
        ? f32x4.div(z1, f32x4.add(one, exponentialBy(z1, log2e, rounder, low, high, p1, p2, p3, p4, p5, one)))
        : activate(z1, activation);
      if (summed) {
        const s0 = f32x4.add(v128.load(sums + c), v0), s1 = f32x4.add(v128.load(sums + c, 16), v1);
        v128.store(sums + c, s0);
        v128.store(sums + c, s1, 16);
      }
      v128.store(y + c, v0);
      v128.store(y + c, v1, 16);
    }
    for (; c + 16 <= to; c += 16) valueInto<v128>(n, x, y, c, sums, activation, summed);
    for (; c < to; c += 4) valueInto<f32>(n, x, y, c, sums, activation, summed);
    x += row, y += gap;
  }
}

@inline
function valueInto<T>(n: Normalised, x: usize, y: usize, c: usize, sums: usize, activation: i32, summed: bool): void {
  const z = normalise(get<T>(x + c), get<T>(n.mean + c), get<T>(n.scale + c), get<T>(n.beta + c));
  const value = activate(z, activation);
  put<T>(y + c, value);
  if (summed) put<T>(sums + c, f32x4.add(get<T>(sums + c), value));
}

/**
 * Y = activation of the norm of Y, plus another matrix that lies like it, and sums over the rows, as `normaliseInto`. As
 * there is mostly no activation, and little to compute, this goes down the columns, with the tables' values in registers.
 */
export function normaliseOnto(
  input: usize, y: usize, other: usize, row: usize, rows: i32, from: usize, to: usize, sums: usize,
): void {
  const n = changetype<Normalised>(input);
  let c = from;
  if (n.activation == NONE) {
    for (; c + 16 <= to; c += 16) columnOnto<v128>(n, y + c, other + c, row, rows, c, sums, NONE);
  }
  for (; c + 16 <= to; c += 16) columnOnto<v128>(n, y + c, other + c, row, rows, c, sums, n.activation);
  for (; c < to; c += 4) columnOnto<f32>(n, y + c, other + c, row, rows, c, sums, n.activation);
}

@inline
function columnOnto<T>(
  n: Normalised, y: usize, other: usize, row: usize, rows: i32, c: usize, sums: usize, activation: i32,
): void {
  const mean = get<T>(n.mean + c), scale = get<T>(n.scale + c), beta = get<T>(n.beta + c);
  let sum = zero();
  for (let i = 0; i < rows; i++) {
    const value = f32x4.add(activate(normalise(get<T>(y), mean, scale, beta), activation), get<T>(other));
    put<T>(y, value);
    sum = f32x4.add(sum, value);
    y += row, other += row;
  }
  if (sums) put<T>(sums + c, f32x4.add(get<T>(sums + c), sum));
}
