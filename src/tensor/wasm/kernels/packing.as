/**
 * How the operands of a product lie when they are packed.
 *
 * B `[K, N]` is packed into panels of 8 columns: panel j holds columns 8j..8j+7 for k = 0..K-1, 8 floats a k, with zeros
 * where the matrix ends. A is packed by fives of rows, 5 floats a k: one load then brings four values, which shuffles
 * spread. V8 checks each load, and two accumulators a row for five rows leave just enough registers for that.
 */
import { GATED, GRADIENT, gradientOf, kindOf, Operand, otherRow, PLAIN, valueOf } from "./operand";
import { floats, get, put } from "./simd";

/** Columns of a panel. */
export const PANEL: i32 = 8;
/** Rows of a register block. */
export const BLOCK: i32 = 5;

/** A number of rows rounded up to whole register blocks. */
@inline
export function blocksUp(rows: i32): i32 {
  return (rows + BLOCK - 1) / BLOCK * BLOCK;
}

/**
 * Packs panels `from`..`to` of B `[K, N]`, or of the transpose of B `[N, K]`.
 *
 * @param operand What is done to B before; 0 for nothing. A transposed B takes none.
 * @param ldb Floats from one row of B, as it lies, to the next.
 */
export function packPanels(
  b: usize, operand: usize, ldb: i32, transposed: i32, K: i32, N: i32, panels: usize, part: i32, from: i32, to: i32,
): void {
  const first = from * PANEL, columns = min(N, to * PANEL) - first, out = panels + floats(first * K);
  if (transposed) packTransposed(b + floats(first * ldb), ldb, K, columns, out);
  else if (operand) packGradient(b, operand, floats(ldb), K, first, columns, out);
  else packStraight(b + floats(first), floats(ldb), K, columns, out);
}

/** Packs B `[K, N]`, 16 panels at once, so that what is read of a row is worth a memory access. */
function packStraight(b: usize, row: usize, K: i32, N: i32, panels: usize): void {
  const step = floats(K * PANEL);
  for (let column = 0; column < N; column += 16 * PANEL) {
    const whole = min(16, (N - column) / PANEL), rest = min(16 * PANEL, N - column) - whole * PANEL;
    let from = b + floats(column), to = panels + floats(column * K);
    for (let k = 0; k < K; k++) {
      let p = from, q = to;
      for (let i = 0; i < whole; i++) {
        v128.store(q, v128.load(p));
        v128.store(q, v128.load(p, 16), 16);
        p += floats(PANEL), q += step;
      }
      if (rest > 0) packScalars(p, 4, rest, q);
      from += row, to += floats(PANEL);
    }
  }
}

/** Packs a batch norm's input gradient, panel by panel, so that the tables' values stay in registers. */
function packGradient(b: usize, operand: usize, row: usize, K: i32, first: i32, N: i32, panels: usize): void {
  const o = changetype<Operand>(operand);
  for (let j = 0; j < N; j += PANEL) {
    const c = floats(first + j);
    let from = b + c, to = panels + floats(j * K);
    if (N - j >= PANEL) {
      const m0 = v128.load(o.mean + c), s0 = v128.load(o.scale + c), m1 = v128.load(o.mean + c, 16);
      const o0 = v128.load(o.offset + c), l0 = v128.load(o.slope + c), s1 = v128.load(o.scale + c, 16);
      const o1 = v128.load(o.offset + c, 16), l1 = v128.load(o.slope + c, 16);
      for (let k = 0; k < K; k++) {
        const x = from + o.other;
        v128.store(to, gradientOf(v128.load(from), v128.load(x), m0, s0, o0, l0));
        v128.store(to, gradientOf(v128.load(from, 16), v128.load(x, 16), m1, s1, o1, l1), 16);
        from += row, to += floats(PANEL);
      }
    } else {
      for (let k = 0; k < K; k++) {
        for (let i = 0; i < PANEL; i++) {
          const p = from + floats(i), at = to + floats(i);
          if (i < N - j) put<f32>(at, valueOf<f32>(GRADIENT, operand, p, p + o.other, c + floats(i)));
          else store<f32>(at, 0);
        }
        from += row, to += floats(PANEL);
      }
    }
  }
}

/** Packs the transpose of B `[N, K]`, whose rows are `ldb` floats apart. */
function packTransposed(b: usize, ldb: i32, K: i32, N: i32, panels: usize): void {
  const row = floats(ldb);
  for (let j = 0; j < N; j += PANEL) {
    const width = min(PANEL, N - j);
    let from = b + <usize>j * row, k = 0;
    if (width == PANEL) {
      for (; k + 4 <= K; k += 4) {
        transposeFour(v128.load(from), v128.load(from + row), v128.load(from + 2 * row), v128.load(from + 3 * row), panels, 32);
        const lower = from + 4 * row;
        transposeFour(
          v128.load(lower), v128.load(lower + row), v128.load(lower + 2 * row), v128.load(lower + 3 * row), panels + 16, 32,
        );
        from += 16, panels += floats(4 * PANEL);
      }
    }
    for (; k < K; k++) {
      packScalars(from, row, width, panels);
      from += 4, panels += floats(PANEL);
    }
  }
}

/** One k of a panel from values `step` bytes apart, and zeros where the matrix ends. */
function packScalars(from: usize, step: usize, width: i32, to: usize): void {
  for (let j = 0; j < PANEL; j++) {
    store<f32>(to, j < width ? load<f32>(from) : 0);
    from += step, to += 4;
  }
}

/** Writes four rows of four floats as columns, `step` bytes apart. */
@inline
function transposeFour(r0: v128, r1: v128, r2: v128, r3: v128, out: usize, step: usize): void {
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(out + step, v128.shuffle<i64>(low01, low23, 1, 3));
  v128.store(out + 2 * step, v128.shuffle<i64>(high01, high23, 0, 2));
  v128.store(out + 3 * step, v128.shuffle<i64>(high01, high23, 1, 3));
}

/**
 * Packs `rows` rows of A `[.., K]` from row `first` on, and of each the values `k`..`k + depth`, by fives of rows: for the
 * block i and a k the values a[5i][k] .. a[5i+4][k]. Rows that the matrix lacks repeat its last one; nobody stores them.
 */
export function packRows(
  a: usize, operand: usize, K: i32, first: i32, rows: i32, k: i32, depth: i32, out: usize,
): void {
  const kind = kindOf(operand);
  if (kind == GATED) packRowsOf(GATED, a, operand, K, first, rows, k, depth, out);
  else if (kind == GRADIENT) packRowsOf(GRADIENT, a, operand, K, first, rows, k, depth, out);
  else packRowsOf(PLAIN, a, operand, K, first, rows, k, depth, out);
}

@inline
function packRowsOf(
  kind: i32, a: usize, operand: usize, K: i32, first: i32, rows: i32, k: i32, depth: i32, out: usize,
): void {
  const row = floats(K), start = floats(k), stop = floats(k + depth);
  for (let i = 0; i < rows; i += BLOCK) {
    const last = rows - 1 - i, i0 = first + i, a0 = a + <usize>i0 * row;
    const i1 = i0 + min(1, last), i2 = i0 + min(2, last), i3 = i0 + min(3, last), i4 = i0 + min(4, last);
    const a1 = a + <usize>i1 * row, a2 = a + <usize>i2 * row, a3 = a + <usize>i3 * row, a4 = a + <usize>i4 * row;
    const b0 = otherRow(kind, operand, a0, i0), b1 = otherRow(kind, operand, a1, i1);
    const b2 = otherRow(kind, operand, a2, i2), b3 = otherRow(kind, operand, a3, i3);
    const b4 = otherRow(kind, operand, a4, i4);
    let c = start;
    for (; c + 16 <= stop; c += 16) {
      const r4 = valueOf<v128>(kind, operand, a4 + c, b4 + c, c);
      transposeFour(
        valueOf<v128>(kind, operand, a0 + c, b0 + c, c), valueOf<v128>(kind, operand, a1 + c, b1 + c, c),
        valueOf<v128>(kind, operand, a2 + c, b2 + c, c), valueOf<v128>(kind, operand, a3 + c, b3 + c, c), out, 20,
      );
      v128.store32_lane(out, r4, 0, 16);
      v128.store32_lane(out, r4, 1, 36);
      v128.store32_lane(out, r4, 2, 56);
      v128.store32_lane(out, r4, 3, 76);
      out += 80;
    }
    for (; c < stop; c += 4) {
      put<f32>(out, valueOf<f32>(kind, operand, a0 + c, b0 + c, c));
      put<f32>(out + 4, valueOf<f32>(kind, operand, a1 + c, b1 + c, c));
      put<f32>(out + 8, valueOf<f32>(kind, operand, a2 + c, b2 + c, c));
      put<f32>(out + 12, valueOf<f32>(kind, operand, a3 + c, b3 + c, c));
      put<f32>(out + 16, valueOf<f32>(kind, operand, a4 + c, b4 + c, c));
      out += floats(BLOCK);
    }
  }
}

/**
 * Packs `columns` columns of A `[.., M]` from column `from` on, and of each the rows `first`..`first + depth`, by fives of
 * columns: for the block i and a row p the values a[p][5i] .. a[p][5i+4], with zeros where there are no more columns.
 */
export function packColumns(
  a: usize, operand: usize, M: i32, first: i32, depth: i32, from: i32, columns: i32, out: usize,
): void {
  const kind = kindOf(operand);
  if (kind == GATED) packColumnsOf(GATED, a, operand, M, first, depth, from, columns, out);
  else packColumnsOf(PLAIN, a, operand, M, first, depth, from, columns, out);
}

@inline
function packColumnsOf(
  kind: i32, a: usize, operand: usize, M: i32, first: i32, depth: i32, from: i32, columns: i32, out: usize,
): void {
  const row = floats(M);
  for (let i = 0; i < columns; i += BLOCK) {
    const c = floats(from + i), width = min(BLOCK, columns - i);
    for (let p = first; p < first + depth; p++) {
      const at = a + <usize>p * row, other = otherRow(kind, operand, at, p) + c;
      if (width == BLOCK) {
        put<v128>(out, valueOf<v128>(kind, operand, at + c, other, c));
        put<f32>(out + 16, valueOf<f32>(kind, operand, at + c + 16, other + 16, c + 16));
      } else {
        for (let q: usize = 0; q < 20; q += 4) {
          if (q < floats(width)) put<f32>(out + q, valueOf<f32>(kind, operand, at + c + q, other + q, c + q));
          else store<f32>(out + q, 0);
        }
      }
      out += floats(BLOCK);
    }
  }
}
