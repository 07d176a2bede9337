/**
 * Matrix products, after Goto and van de Geijn, 2008, "Anatomy of high-performance matrix multiplication"
 * (https://doi.org/10.1145/1356052.1356053): a register block of 6 x 8 results, fed by a panel of B that stays in the
 * first-level cache.
 *
 * B `[K, N]` is packed into panels of 8 columns: panel j holds columns 8j..8j+7 for k = 0..K-1, 8 floats a k, with zeros
 * where the matrix ends. A is read row by row as it lies. K is cut into blocks of 384 (a panel's block is 12 KiB), and rows
 * into blocks of 96, for which all panels are gone through before the next.
 *
 * An element's sum runs over k in ascending order whatever the other two dimensions and the parts are, so results do not
 * depend on how the work is divided.
 */
import { floats, fma, zero } from "./simd";

/** Columns of a panel. */
export const PANEL: i32 = 8;
/** Rows of a register block. */
export const BLOCK: i32 = 6;
/** Values of k that are gone through at once. */
const DEPTH: i32 = 384;
/** Rows for which all panels are gone through. */
export const ROWS: i32 = 96;

/**
 * Packs panels `from`..`to` of B `[K, N]`, or of the transpose of B `[N, K]`.
 *
 * @param ldb Floats from one row of B, as it lies, to the next.
 */
export function packPanels(
  b: usize, ldb: i32, transposed: i32, K: i32, N: i32, panels: usize, part: i32, from: i32, to: i32,
): void {
  const rows = from * PANEL;
  if (transposed) return packTransposed(b + floats(rows * ldb), ldb, K, min(N, to * PANEL) - rows, panels + floats(rows * K));
  packStraight(b + floats(rows), floats(ldb), K, min(N, to * PANEL) - rows, panels + floats(rows * K));
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

/** Packs the transpose of B `[N, K]`, whose rows are `ldb` floats apart. */
function packTransposed(b: usize, ldb: i32, K: i32, N: i32, panels: usize): void {
  const row = floats(ldb);
  for (let j = 0; j < N; j += PANEL) {
    const width = min(PANEL, N - j);
    let from = b + <usize>j * row, k = 0;
    if (width == PANEL) {
      for (; k + 4 <= K; k += 4) {
        transposeFour(from, row, panels);
        transposeFour(from + 4 * row, row, panels + 16);
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

/** Writes four rows of four floats as four columns of a panel. */
@inline
function transposeFour(from: usize, row: usize, out: usize): void {
  const r0 = v128.load(from), r1 = v128.load(from + row);
  const r2 = v128.load(from + 2 * row), r3 = v128.load(from + 3 * row);
  const low01 = interleaveLow(r0, r1), low23 = interleaveLow(r2, r3);
  const high01 = interleaveHigh(r0, r1), high23 = interleaveHigh(r2, r3);
  v128.store(out, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(out, v128.shuffle<i64>(low01, low23, 1, 3), 32);
  v128.store(out, v128.shuffle<i64>(high01, high23, 0, 2), 64);
  v128.store(out, v128.shuffle<i64>(high01, high23, 1, 3), 96);
}

/** a0 b0 a1 b1 */
@inline
function interleaveLow(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 4, 1, 5);
}

/** a2 b2 a3 b3 */
@inline
function interleaveHigh(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 6, 3, 7);
}

/** C[from..to, N] = A B, with rows of A and C `lda` and `ldc` bytes apart and B in panels. */
export function gemmRows(
  a: usize, lda: usize, panels: usize, c: usize, ldc: usize, N: i32, K: i32, part: i32, from: i32, to: i32,
): void {
  for (let row = from; row < to; row += ROWS) {
    multiplyRows(a + <usize>row * lda, lda, panels, c + <usize>row * ldc, ldc, min(ROWS, to - row), N, K);
  }
}

/**
 * The columns of C that panels `from`..`to` make up, for all M rows: each part packs its own panels. This divides the
 * work where there are few rows and a large B, as at the end of a network.
 *
 * @param scratch Room for the part's panels, `stride` bytes for each part.
 */
export function gemmColumns(
  a: usize, lda: usize, b: usize, ldb: i32, transposed: i32, c: usize, ldc: usize, M: i32, N: i32, K: i32,
  scratch: usize, stride: usize, part: i32, from: i32, to: i32,
): void {
  const panels = scratch + <usize>part * stride, width = min(N, to * PANEL) - from * PANEL;
  packPanels(b + floats(from * PANEL * (transposed ? ldb : 1)), ldb, transposed, K, width, panels, 0, 0, to - from);
  for (let row = 0; row < M; row += ROWS) {
    multiplyRows(
      a + <usize>row * lda, lda, panels, c + <usize>row * ldc + floats(from * PANEL), ldc, min(ROWS, M - row), width, K,
    );
  }
}

/** C[rows, N] = A[rows, K] B, for few rows. */
export function multiplyRows(
  a: usize, lda: usize, panels: usize, c: usize, ldc: usize, rows: i32, N: i32, K: i32,
): void {
  for (let k = 0; k < K; k += DEPTH) {
    const depth = min(DEPTH, K - k);
    for (let j = 0; j < N; j += PANEL) {
      const panel = panels + floats(j * K + k * PANEL);
      for (let i = 0; i < rows; i += BLOCK) {
        multiplyBlock(
          a + <usize>i * lda + floats(k), lda, panel, c + <usize>i * ldc + floats(j), ldc, depth,
          min(BLOCK, rows - i), min(PANEL, N - j), k > 0,
        );
      }
    }
  }
}

/** The register block: C[height <= 6, width <= 8] (+)= A[height, depth] times a panel. */
function multiplyBlock(
  a: usize, lda: usize, panel: usize, c: usize, ldc: usize, depth: i32, height: i32, width: i32, add: bool,
): void {
  // Rows that the matrix lacks repeat its last one, and are not stored.
  const a0 = a;
  const a1 = height > 1 ? a0 + lda : a0;
  const a2 = height > 2 ? a1 + lda : a1;
  const a3 = height > 3 ? a2 + lda : a2;
  const a4 = height > 4 ? a3 + lda : a3;
  const a5 = height > 5 ? a4 + lda : a4;
  let c00 = zero(), c01 = zero(), c10 = zero(), c11 = zero(), c20 = zero(), c21 = zero();
  let c30 = zero(), c31 = zero(), c40 = zero(), c41 = zero(), c50 = zero(), c51 = zero();
  let k: usize = 0;
  for (let b = panel, end = panel + floats(depth * PANEL); b < end; b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load_splat<f32>(a0 + k);
    c00 = fma(s, b0, c00), c01 = fma(s, b1, c01);
    s = v128.load_splat<f32>(a1 + k);
    c10 = fma(s, b0, c10), c11 = fma(s, b1, c11);
    s = v128.load_splat<f32>(a2 + k);
    c20 = fma(s, b0, c20), c21 = fma(s, b1, c21);
    s = v128.load_splat<f32>(a3 + k);
    c30 = fma(s, b0, c30), c31 = fma(s, b1, c31);
    s = v128.load_splat<f32>(a4 + k);
    c40 = fma(s, b0, c40), c41 = fma(s, b1, c41);
    s = v128.load_splat<f32>(a5 + k);
    c50 = fma(s, b0, c50), c51 = fma(s, b1, c51);
    k += 4;
  }
  storeRow(c, c00, c01, width, add);
  if (height > 1) storeRow(c + ldc, c10, c11, width, add);
  if (height > 2) storeRow(c + 2 * ldc, c20, c21, width, add);
  if (height > 3) storeRow(c + 3 * ldc, c30, c31, width, add);
  if (height > 4) storeRow(c + 4 * ldc, c40, c41, width, add);
  if (height > 5) storeRow(c + 5 * ldc, c50, c51, width, add);
}

/** Writes, or adds, a row of a register block. */
@inline
function storeRow(c: usize, low: v128, high: v128, width: i32, add: bool): void {
  if (width == PANEL) {
    if (add) {
      low = f32x4.add(low, v128.load(c));
      high = f32x4.add(high, v128.load(c, 16));
    }
    v128.store(c, low);
    v128.store(c, high, 16);
  } else storePartOfRow(c, low, high, width, add);
}

function storePartOfRow(c: usize, low: v128, high: v128, width: i32, add: bool): void {
  for (let j = 0; j < width; j++) {
    if (j == 4) low = high;
    const value = f32x4.extract_lane(low, 0);
    store<f32>(c, add ? load<f32>(c) + value : value);
    low = i8x16.shuffle(low, low, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    c += 4;
  }
}

/**
 * C[M, N] = sum over p of A[p, M]^T B[p, N], for weight gradients: the rows `from`..`to` only, one result a part, to be
 * summed by `sumParts`. This divides the work where p runs far and C is small.
 *
 * @param c Result of part 0.
 * @param partials Results of parts 1, 2, ...
 * @param scratch `transposedScratch(M, N)` bytes for each part.
 */
export function gemmTransposedRows(
  a: usize, lda: usize, b: usize, ldb: i32, c: usize, M: i32, N: i32, partials: usize, scratch: usize, stride: usize,
  part: i32, from: i32, to: i32,
): void {
  if (part > 0) c = partials + <usize>(part - 1) * floats(M * N);
  const columns = scratch + <usize>part * stride;
  const panels = columns + floats(columnsUp(M) * TRANSPOSED_DEPTH);
  for (let p = from; p < to; p += TRANSPOSED_DEPTH) {
    const depth = min(TRANSPOSED_DEPTH, to - p);
    packColumns(a + <usize>p * lda, lda, depth, M, columns);
    packPanels(b + floats(p * ldb), ldb, 0, depth, N, panels, 0, 0, (N + PANEL - 1) / PANEL);
    multiplyTransposed(columns, panels, depth * PANEL, c, M, N, depth, p > from);
  }
}

/**
 * The same product, divided by rows of C, which are columns `from`..`to` of A: for a long C and few p. All parts share
 * the panels of B, packed beforehand with K = P.
 */
export function gemmTransposedColumns(
  a: usize, lda: usize, panels: usize, c: usize, N: i32, P: i32, scratch: usize, stride: usize,
  part: i32, from: i32, to: i32,
): void {
  const columns = scratch + <usize>part * stride;
  for (let p = 0; p < P; p += TRANSPOSED_DEPTH) {
    const depth = min(TRANSPOSED_DEPTH, P - p);
    packColumns(a + <usize>p * lda + floats(from), lda, depth, to - from, columns);
    multiplyTransposed(
      columns, panels + floats(p * PANEL), P * PANEL, c + floats(from * N), to - from, N, depth, p > 0,
    );
  }
}

/** Values of p that are gone through at once. */
export const TRANSPOSED_DEPTH: i32 = 256;

/** M rounded up to whole register blocks. */
@inline
export function columnsUp(M: i32): i32 {
  return (M + BLOCK - 1) / BLOCK * BLOCK;
}

/**
 * Packs columns of A `[depth, M]` by sixes, and rows by twos: for columns 6i..6i+5 and rows p, p + 1 the twelve values
 * a[p][6i] a[p+1][6i] a[p][6i+1] a[p+1][6i+1] ..., with zeros where the matrix ends.
 */
export function packColumns(a: usize, lda: usize, depth: i32, M: i32, out: usize): void {
  for (let i = 0; i < M; i += BLOCK) {
    let row = a + floats(i);
    const width = min(BLOCK, M - i);
    for (let p = 0; p < depth; p += 2) {
      const next = p + 1 < depth ? row + lda : row;
      if (width == BLOCK) {
        const r0 = v128.load(row), r1 = v128.load(next);
        v128.store(out, interleaveLow(r0, r1));
        v128.store(out, interleaveHigh(r0, r1), 16);
        v128.store(out, interleaveLow(v128.load64_zero(row, 16), v128.load64_zero(next, 16)), 32);
      } else {
        for (let q = 0; q < BLOCK; q++) {
          store<f32>(out + floats(2 * q), q < width ? load<f32>(row + floats(q)) : 0);
          store<f32>(out + floats(2 * q + 1), q < width ? load<f32>(next + floats(q)) : 0);
        }
      }
      row += 2 * lda;
      out += floats(2 * BLOCK);
    }
  }
}

/** C[M, N] (+)= the product of packed columns and packed panels, whose next panel is `panelStep` floats away. */
export function multiplyTransposed(
  columns: usize, panels: usize, panelStep: i32, c: usize, M: i32, N: i32, depth: i32, add: bool,
): void {
  const ldc = floats(N);
  for (let j = 0, panel = panels; j < N; j += PANEL, panel += floats(panelStep)) {
    for (let i = 0; i < M; i += BLOCK) {
      multiplyPackedBlock(
        columns + floats(i * (depth + (depth & 1))), panel, c + floats(i * N + j), ldc, depth, min(BLOCK, M - i), min(PANEL, N - j), add,
      );
    }
  }
}

/**
 * As `multiplyBlock`, with A packed by `packColumns`: one load brings two values of k for two rows, and shuffles spread
 * them, which takes fewer loads, each of which V8 checks.
 */
function multiplyPackedBlock(
  a: usize, panel: usize, c: usize, ldc: usize, depth: i32, height: i32, width: i32, add: bool,
): void {
  let c00 = zero(), c01 = zero(), c10 = zero(), c11 = zero(), c20 = zero(), c21 = zero();
  let c30 = zero(), c31 = zero(), c40 = zero(), c41 = zero(), c50 = zero(), c51 = zero();
  let b = panel;
  for (const end = panel + floats((depth & ~1) * PANEL); b < end; b += 64) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), d0 = v128.load(b, 32), d1 = v128.load(b, 48);
    let pair = v128.load(a), s = spread(pair, 0);
    c00 = fma(s, b0, c00), c01 = fma(s, b1, c01);
    s = spread(pair, 1);
    c00 = fma(s, d0, c00), c01 = fma(s, d1, c01);
    s = spread(pair, 2);
    c10 = fma(s, b0, c10), c11 = fma(s, b1, c11);
    s = spread(pair, 3);
    c10 = fma(s, d0, c10), c11 = fma(s, d1, c11);
    pair = v128.load(a, 16), s = spread(pair, 0);
    c20 = fma(s, b0, c20), c21 = fma(s, b1, c21);
    s = spread(pair, 1);
    c20 = fma(s, d0, c20), c21 = fma(s, d1, c21);
    s = spread(pair, 2);
    c30 = fma(s, b0, c30), c31 = fma(s, b1, c31);
    s = spread(pair, 3);
    c30 = fma(s, d0, c30), c31 = fma(s, d1, c31);
    pair = v128.load(a, 32), s = spread(pair, 0);
    c40 = fma(s, b0, c40), c41 = fma(s, b1, c41);
    s = spread(pair, 1);
    c40 = fma(s, d0, c40), c41 = fma(s, d1, c41);
    s = spread(pair, 2);
    c50 = fma(s, b0, c50), c51 = fma(s, b1, c51);
    s = spread(pair, 3);
    c50 = fma(s, d0, c50), c51 = fma(s, d1, c51);
    a += floats(2 * BLOCK);
  }
  if (depth & 1) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load_splat<f32>(a);
    c00 = fma(s, b0, c00), c01 = fma(s, b1, c01);
    s = v128.load_splat<f32>(a, 8);
    c10 = fma(s, b0, c10), c11 = fma(s, b1, c11);
    s = v128.load_splat<f32>(a, 16);
    c20 = fma(s, b0, c20), c21 = fma(s, b1, c21);
    s = v128.load_splat<f32>(a, 24);
    c30 = fma(s, b0, c30), c31 = fma(s, b1, c31);
    s = v128.load_splat<f32>(a, 32);
    c40 = fma(s, b0, c40), c41 = fma(s, b1, c41);
    s = v128.load_splat<f32>(a, 40);
    c50 = fma(s, b0, c50), c51 = fma(s, b1, c51);
  }
  storeRow(c, c00, c01, width, add);
  if (height > 1) storeRow(c + ldc, c10, c11, width, add);
  if (height > 2) storeRow(c + 2 * ldc, c20, c21, width, add);
  if (height > 3) storeRow(c + 3 * ldc, c30, c31, width, add);
  if (height > 4) storeRow(c + 4 * ldc, c40, c41, width, add);
  if (height > 5) storeRow(c + 5 * ldc, c50, c51, width, add);
}

/** One lane in all four; the lane is known when compiling. */
@inline
function spread(v: v128, lane: i32): v128 {
  if (lane == 0) return v128.shuffle<f32>(v, v, 0, 0, 0, 0);
  if (lane == 1) return v128.shuffle<f32>(v, v, 1, 1, 1, 1);
  if (lane == 2) return v128.shuffle<f32>(v, v, 2, 2, 2, 2);
  return v128.shuffle<f32>(v, v, 3, 3, 3, 3);
}
