/**
 * Matrix products, after Goto and van de Geijn, 2008, "Anatomy of high-performance matrix multiplication"
 * (https://doi.org/10.1145/1356052.1356053): a register block of 5 x 8 results, fed by packed rows of A and by a panel of B
 * that stays in the first-level cache; `packing.as` says how they lie. K is cut into blocks of 384 (a panel's block is
 * 12 KiB), and rows into blocks of 60, for which all panels are gone through before the next.
 *
 * What comes before a product may be done while packing, and what comes after it while its rows are in the cache: see
 * `operand.as` and `epilogue.as`.
 *
 * An element's sum runs over k in ascending order whatever the other two dimensions and the parts are, so results do not
 * depend on how the work is divided.
 */
import { begin, finish } from "./epilogue";
import { BLOCK, blocksUp, packColumns, PANEL, packPanels, packRows } from "./packing";
import { floats, fma, zero } from "./simd";

/** Values of k that are gone through at once. */
export const DEPTH: i32 = 384;
/** Rows for which all panels are gone through. */
export const ROWS: i32 = 60;
/** Values of p that are gone through at once in a transposed product. */
export const TRANSPOSED_DEPTH: i32 = 256;

/**
 * C[from..to, N] = A B, with A and C as they lie and B in panels.
 *
 * @param operand What is done to A before; 0 for nothing.
 * @param epilogue What is done to C after; 0 for nothing.
 * @param scratch Room for 60 x 384 floats for each part.
 */
export function gemmRows(
  a: usize, operand: usize, panels: usize, c: usize, N: i32, K: i32, epilogue: usize, scratch: usize, stride: usize,
  part: i32, from: i32, to: i32,
): void {
  const room = scratch + <usize>part * stride;
  begin(epilogue, part, to - from, 0, N);
  for (let row = from; row < to; row += ROWS) {
    const rows = min(ROWS, to - row);
    multiplyRows(a, operand, row, panels, c + <usize>row * floats(N), rows, N, K, room);
    finish(epilogue, part, c, row, rows, row - from, 0, N);
  }
}

/** C[rows, N] = rows `row`.. of A times B, for few rows. */
export function multiplyRows(
  a: usize, operand: usize, row: i32, panels: usize, c: usize, rows: i32, N: i32, K: i32, room: usize,
): void {
  for (let k = 0; k < K; k += DEPTH) {
    const depth = min(DEPTH, K - k);
    packRows(a, operand, K, row, rows, k, depth, room);
    multiplyPacked(room, panels + floats(k * PANEL), K, c, rows, N, N, depth, k > 0);
  }
}

/** C[rows, columns] (+)= packed rows times packed panels, whose next panel is `panelRows` values of k away. */
@inline
function multiplyPacked(
  rows: usize, panels: usize, panelRows: i32, c: usize, M: i32, columns: i32, N: i32, depth: i32, add: bool,
): void {
  const ldc = floats(N);
  for (let j = 0, panel = panels; j < columns; j += PANEL, panel += floats(panelRows * PANEL)) {
    for (let i = 0; i < M; i += BLOCK) {
      multiplyBlock(
        rows + floats(i * depth), panel, c + <usize>i * ldc + floats(j), ldc, depth, min(BLOCK, M - i),
        min(PANEL, columns - j), add,
      );
    }
  }
}

/**
 * The columns of C that panels `from`..`to` make up, for all M rows, which are packed already; each part packs its own
 * panels. This divides the work where there are few rows and a large B, as at the end of a network.
 *
 * @param rows A as `packBlocks` leaves it.
 * @param scratch Room for the part's panels, `stride` bytes for each part.
 */
export function gemmColumns(
  rows: usize, b: usize, transposed: i32, c: usize, M: i32, N: i32, K: i32, epilogue: usize, scratch: usize,
  stride: usize, part: i32, from: i32, to: i32,
): void {
  const panels = scratch + <usize>part * stride, first = from * PANEL, columns = min(N, to * PANEL) - first;
  packPanels(b, 0, transposed ? K : N, transposed, K, N, panels - floats(first * K), 0, from, to);
  begin(epilogue, 0, M, first, first + columns);
  for (let k = 0; k < K; k += DEPTH) {
    const depth = min(DEPTH, K - k), block = rows + floats(k * blocksUp(M));
    for (let row = 0; row < M; row += ROWS) {
      multiplyPacked(
        block + floats(row * depth), panels + floats(k * PANEL), K, c + floats(row * N + first), min(ROWS, M - row),
        columns, N, depth, k > 0,
      );
    }
  }
  for (let row = 0; row < M; row += ROWS) {
    finish(epilogue, 0, c, row, min(ROWS, M - row), row, first, first + columns);
  }
}

/** Packs blocks `from`..`to` of five rows of A `[M, K]` for `gemmColumns`: K by blocks, and in each the rows. */
export function packBlocks(
  a: usize, operand: usize, M: i32, K: i32, out: usize, part: i32, from: i32, to: i32,
): void {
  const row = from * BLOCK, rows = min(M, to * BLOCK) - row;
  for (let k = 0; k < K; k += DEPTH) {
    const depth = min(DEPTH, K - k);
    packRows(a, operand, K, row, rows, k, depth, out + floats(k * blocksUp(M) + row * depth));
  }
}

/** The register block: C[height <= 5, width <= 8] (+)= five packed rows times a panel. */
function multiplyBlock(
  a: usize, panel: usize, c: usize, ldc: usize, depth: i32, height: i32, width: i32, add: bool,
): void {
  let c00 = zero(), c01 = zero(), c10 = zero(), c11 = zero(), c20 = zero(), c21 = zero();
  let c30 = zero(), c31 = zero(), c40 = zero(), c41 = zero();
  let b = panel;
  for (const end = panel + floats((depth & ~3) * PANEL); b < end; b += 128) {
    let b0 = v128.load(b), b1 = v128.load(b, 16), v = v128.load(a), s = spread(v, 0);
    c00 = fma(s, b0, c00), c01 = fma(s, b1, c01), s = spread(v, 1);
    c10 = fma(s, b0, c10), c11 = fma(s, b1, c11), s = spread(v, 2);
    c20 = fma(s, b0, c20), c21 = fma(s, b1, c21), s = spread(v, 3);
    c30 = fma(s, b0, c30), c31 = fma(s, b1, c31), v = v128.load(a, 16), s = spread(v, 0);
    c40 = fma(s, b0, c40), c41 = fma(s, b1, c41);
    b0 = v128.load(b, 32), b1 = v128.load(b, 48), s = spread(v, 1);
    c00 = fma(s, b0, c00), c01 = fma(s, b1, c01), s = spread(v, 2);
    c10 = fma(s, b0, c10), c11 = fma(s, b1, c11), s = spread(v, 3);
    c20 = fma(s, b0, c20), c21 = fma(s, b1, c21), v = v128.load(a, 32), s = spread(v, 0);
    c30 = fma(s, b0, c30), c31 = fma(s, b1, c31), s = spread(v, 1);
    c40 = fma(s, b0, c40), c41 = fma(s, b1, c41);
    b0 = v128.load(b, 64), b1 = v128.load(b, 80), s = spread(v, 2);
    c00 = fma(s, b0, c00), c01 = fma(s, b1, c01), s = spread(v, 3);
    c10 = fma(s, b0, c10), c11 = fma(s, b1, c11), v = v128.load(a, 48), s = spread(v, 0);
    c20 = fma(s, b0, c20), c21 = fma(s, b1, c21), s = spread(v, 1);
    c30 = fma(s, b0, c30), c31 = fma(s, b1, c31), s = spread(v, 2);
    c40 = fma(s, b0, c40), c41 = fma(s, b1, c41);
    b0 = v128.load(b, 96), b1 = v128.load(b, 112), s = spread(v, 3);
    c00 = fma(s, b0, c00), c01 = fma(s, b1, c01), v = v128.load(a, 64), s = spread(v, 0);
    c10 = fma(s, b0, c10), c11 = fma(s, b1, c11), s = spread(v, 1);
    c20 = fma(s, b0, c20), c21 = fma(s, b1, c21), s = spread(v, 2);
    c30 = fma(s, b0, c30), c31 = fma(s, b1, c31), s = spread(v, 3);
    c40 = fma(s, b0, c40), c41 = fma(s, b1, c41);
    a += floats(4 * BLOCK);
  }
  for (const end = panel + floats(depth * PANEL); b < end; b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load_splat<f32>(a);
    c00 = fma(s, b0, c00), c01 = fma(s, b1, c01), s = v128.load_splat<f32>(a, 4);
    c10 = fma(s, b0, c10), c11 = fma(s, b1, c11), s = v128.load_splat<f32>(a, 8);
    c20 = fma(s, b0, c20), c21 = fma(s, b1, c21), s = v128.load_splat<f32>(a, 12);
    c30 = fma(s, b0, c30), c31 = fma(s, b1, c31), s = v128.load_splat<f32>(a, 16);
    c40 = fma(s, b0, c40), c41 = fma(s, b1, c41);
    a += floats(BLOCK);
  }
  storeRow(c, c00, c01, width, add);
  if (height > 1) storeRow(c + ldc, c10, c11, width, add);
  if (height > 2) storeRow(c + 2 * ldc, c20, c21, width, add);
  if (height > 3) storeRow(c + 3 * ldc, c30, c31, width, add);
  if (height > 4) storeRow(c + 4 * ldc, c40, c41, width, add);
}

/** One lane in all four; the lane is known when compiling. */
@inline
export function spread(v: v128, lane: i32): v128 {
  if (lane == 0) return v128.shuffle<f32>(v, v, 0, 0, 0, 0);
  if (lane == 1) return v128.shuffle<f32>(v, v, 1, 1, 1, 1);
  if (lane == 2) return v128.shuffle<f32>(v, v, 2, 2, 2, 2);
  return v128.shuffle<f32>(v, v, 3, 3, 3, 3);
}

/** Writes, or adds, a row of a register block. */
@inline
export function storeRow(c: usize, low: v128, high: v128, width: i32, add: bool): void {
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
 * @param operand What is done to A before; 0 for nothing.
 * @param operandB What is done to B before; 0 for nothing.
 * @param c Result of part 0.
 * @param partials Results of parts 1, 2, ...
 * @param scratch Room for 256 packed rows of A and B for each part.
 */
export function gemmTransposedRows(
  a: usize, operand: usize, b: usize, operandB: usize, c: usize, M: i32, N: i32, partials: usize, scratch: usize,
  stride: usize, part: i32, from: i32, to: i32,
): void {
  if (part > 0) c = partials + <usize>(part - 1) * floats(M * N);
  const columns = scratch + <usize>part * stride, panels = columns + floats(blocksUp(M) * TRANSPOSED_DEPTH);
  for (let p = from; p < to; p += TRANSPOSED_DEPTH) {
    const depth = min(TRANSPOSED_DEPTH, to - p);
    packColumns(a, operand, M, p, depth, 0, M, columns);
    packPanels(b + <usize>p * floats(N), operandB, N, 0, depth, N, panels, 0, 0, (N + PANEL - 1) / PANEL);
    multiplyTransposed(columns, panels, depth, c, M, N, depth, p > from);
  }
}

/**
 * A product, and with the same rows another, transposed one: `gemmRows` for C and `gemmTransposedRows` for D, by blocks of
 * rows, so that what both read is in the cache the second time.
 *
 * @param scratch Room for 60 x 384 floats, and for 256 packed rows of A2 and B2, for each part.
 */
export function gemmBoth(
  a: usize, operand: usize, panels: usize, c: usize, N: i32, K: i32, epilogue: usize, a2: usize, operandA2: usize,
  b2: usize, operandB2: usize, d: usize, M2: i32, N2: i32, partials: usize, scratch: usize, stride: usize,
  part: i32, from: i32, to: i32,
): void {
  const room = scratch + <usize>part * stride, columns = room + floats(ROWS * DEPTH);
  const panels2 = columns + floats(blocksUp(M2) * TRANSPOSED_DEPTH);
  if (part > 0) d = partials + <usize>(part - 1) * floats(M2 * N2);
  begin(epilogue, part, to - from, 0, N);
  for (let p = from; p < to; p += 4 * ROWS) {
    const depth = min(4 * ROWS, to - p);
    for (let row = p; row < p + depth; row += ROWS) {
      const rows = min(ROWS, p + depth - row);
      multiplyRows(a, operand, row, panels, c + <usize>row * floats(N), rows, N, K, room);
      finish(epilogue, part, c, row, rows, row - from, 0, N);
    }
    packColumns(a2, operandA2, M2, p, depth, 0, M2, columns);
    packPanels(b2 + <usize>p * floats(N2), operandB2, N2, 0, depth, N2, panels2, 0, 0, (N2 + PANEL - 1) / PANEL);
    multiplyTransposed(columns, panels2, depth, d, M2, N2, depth, p > from);
  }
}

/**
 * The same product, divided by rows of C, which are columns `from`..`to` of A: for a long C and few p. All parts share
 * the panels of B, packed beforehand with K = P.
 */
export function gemmTransposedColumns(
  a: usize, operand: usize, M: i32, panels: usize, c: usize, N: i32, P: i32, scratch: usize, stride: usize,
  part: i32, from: i32, to: i32,
): void {
  const columns = scratch + <usize>part * stride;
  for (let p = 0; p < P; p += TRANSPOSED_DEPTH) {
    const depth = min(TRANSPOSED_DEPTH, P - p);
    packColumns(a, operand, M, p, depth, from, to - from, columns);
    multiplyTransposed(columns, panels + floats(p * PANEL), P, c + floats(from * N), to - from, N, depth, p > 0);
  }
}

/** C[M, N] (+)= the product of packed columns and packed panels, whose next panel is `panelRows` values of p away. */
export function multiplyTransposed(
  columns: usize, panels: usize, panelRows: i32, c: usize, M: i32, N: i32, depth: i32, add: bool,
): void {
  multiplyPacked(columns, panels, panelRows, c, M, N, N, depth, add);
}
