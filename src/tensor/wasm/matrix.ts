/**
 * Matrix products on our kernels, and `BatchMatMul` made of them.
 *
 * @module
 */
import { batchRuns, broadcastShape } from "../shapes.ts";
import { engine } from "./engine.ts";
import { PARTS } from "./pool.ts";
import { count, replaceKernel } from "../registry.ts";

/** Columns of a panel, rows of a register block, rows and values of k gone through at once, as in packing.as and gemm.as. */
export const PANEL = 8, BLOCK = 5, ROWS = 60, DEPTH = 384, TRANSPOSED_DEPTH = 256;

/** Multiplications below which threads cost more than they bring. */
const SMALL = 32_768;
/** Rows below which a product is divided by columns. */
const FEW_ROWS = 512;
/** Bytes in which a part packs rows of A. */
export const PACKED_ROWS = ROWS * DEPTH * 4;

/** How many panels N columns fill. */
export function panelCount(N: number): number {
  return Math.ceil(N / PANEL);
}

/** Rows rounded up to whole register blocks. */
export function blocksUp(rows: number): number {
  return Math.ceil(rows / BLOCK) * BLOCK;
}

/** Operands of a product: addresses, and sizes in elements. */
export interface Product {
  /** A, `[M, K]`, or `[K, M]` in a transposed product. */
  readonly a: number;
  /** What is done to A before: an address that {@linkcode placeOperand} gave. */
  readonly operandA?: number;
  /** B, `[K, N]`. */
  readonly b: number;
  /** What is done to B before; in a transposed product only. */
  readonly operandB?: number;
  /** C, `[M, N]`. */
  readonly c: number;
  readonly M: number;
  readonly N: number;
  readonly K: number;
  /** Whether B lies as `[N, K]`. */
  readonly transposeB?: boolean;
  /** What is done to C after: an address that {@linkcode placeEpilogue} gave; not in a transposed product. */
  readonly epilogue?: number;
}

/** Packs B for all parts to use; returns the panels' address. */
export function packPanels(
  { b, operandB = 0, N, K, transposeB = false }: Pick<Product, "b" | "operandB" | "N" | "K" | "transposeB">,
): number {
  const { run, scratch } = engine();
  const panels = scratch("panels", panelCount(N) * PANEL * K * 4);
  const parts = K * N < SMALL ? 1 : PARTS;
  run("packPanels", [b, operandB, transposeB ? K : N, Number(transposeB), K, N, panels], panelCount(N), { parts });
  return panels;
}

/**
 * C = A B.
 *
 * @returns How many parts' sums the epilogue left.
 */
export function multiply(
  { a, operandA = 0, b, c, M, N, K, transposeB = false, epilogue = 0 }: Product,
): number {
  const { run, scratch } = engine();
  const parts = M * N * K < SMALL ? 1 : PARTS;
  if (M >= FEW_ROWS) {
    const panels = packPanels({ b, N, K, transposeB }), room = scratch("columns", parts * PACKED_ROWS);
    const args = [a, operandA, panels, c, N, K, epilogue, room, PACKED_ROWS];
    return run("gemmRows", args, M, { grain: BLOCK, parts });
  }
  const rows = scratch("rows", blocksUp(M) * K * 4);
  run("packBlocks", [a, operandA, M, K, rows], blocksUp(M) / BLOCK, { parts: M * K < SMALL ? 1 : parts });
  const most = Math.ceil(panelCount(N) / Math.min(parts, panelCount(N)));
  const stride = most * PANEL * K * 4, room = scratch("columns", parts * stride);
  run("gemmColumns", [rows, b, Number(transposeB), c, M, N, K, epilogue, room, stride], panelCount(N), { parts });
  return 1;
}

/**
 * Whether a sum over P of products `[M, N]` is better divided along P, at the price of a result for each part, than by
 * rows of the result, which needs all of B packed.
 */
export function dividesAlong(P: number, M: number): boolean {
  return P >= 4096 && P >= (PARTS - 1) * M;
}

/** C = A^T B. */
export function multiplyTransposed(
  { a, operandA = 0, b, operandB = 0, c, M, N, K: P, transposeB = false }: Product,
): void {
  const { run, scratch } = engine();
  if (!transposeB && dividesAlong(P, M)) {
    const stride = (blocksUp(M) + panelCount(N) * PANEL) * TRANSPOSED_DEPTH * 4;
    sumOfParts(c, M * N, (partials) => {
      const room = scratch("columns", PARTS * stride);
      const args = [a, operandA, b, operandB, c, M, N, partials, room, stride];
      return run("gemmTransposedRows", args, P, { grain: 32 });
    });
    return;
  }
  const panels = packPanels({ b, operandB, N, K: P, transposeB });
  const parts = M * N * P < SMALL ? 1 : PARTS;
  const stride = columnsOfPart(M, parts) * TRANSPOSED_DEPTH * 4, room = scratch("columns", parts * stride);
  run("gemmTransposedColumns", [a, operandA, M, panels, c, N, P, room, stride], M, { grain: BLOCK, parts });
}

/**
 * C = A B, and D = A2^T B2 of as many rows: in one go where the rows are many, as both read much of the same.
 *
 * @param product The first, without a transposed operand A.
 * @param transposed The second; its K is the first's M.
 * @returns How many parts' sums the epilogue left.
 */
export function multiplyBoth(product: Product, transposed: Product): number {
  const { a, operandA = 0, c, M, N, K, epilogue = 0 } = product;
  const { a: a2, operandA: operandA2 = 0, b: b2, operandB: operandB2 = 0, c: d, M: M2, N: N2 } = transposed;
  if (!dividesAlong(M, M2)) {
    const parts = multiply(product);
    multiplyTransposed(transposed);
    return parts;
  }
  const { run, scratch } = engine(), panels = packPanels(product);
  const stride = PACKED_ROWS + (blocksUp(M2) + panelCount(N2) * PANEL) * TRANSPOSED_DEPTH * 4;
  let parts = 0;
  sumOfParts(d, M2 * N2, (partials) => {
    const room = scratch("columns", PARTS * stride);
    const first = [a, operandA, panels, c, N, K, epilogue], second = [a2, operandA2, b2, operandB2, d, M2, N2];
    return parts = run("gemmBoth", [...first, ...second, partials, room, stride], M, { grain: 4 * ROWS });
  });
  return parts;
}

/** The most columns that a part gets when M are divided by fives. */
export function columnsOfPart(M: number, parts: number): number {
  const units = Math.ceil(M / BLOCK);
  return Math.ceil(units / Math.min(parts, units)) * BLOCK;
}

/**
 * Runs a kernel whose parts each give a whole result of `size` floats, the first in `out`, and adds them up.
 *
 * @param run Given the address for the others' results, runs the kernel and returns the number of parts.
 */
export function sumOfParts(out: number, size: number, run: (partials: number) => number): void {
  const { run: runKernel, scratch } = engine();
  const partials = scratch("partials", (PARTS - 1) * size * 4);
  const parts = run(partials);
  if (parts === 1) return;
  runKernel("sumParts", [out, partials, parts - 1, size * 4], size, { grain: 1024 });
}

/** Registers `BatchMatMul`. */
export function registerMatrix(): void {
  replaceKernel<"a" | "b">("wasm", "BatchMatMul", (stock) => ({ a, b }, attrs) => {
    const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
    if (a.dtype !== "float32" || b.dtype !== "float32") return stock({ a, b }, attrs);
    const [a0, a1] = a.shape.slice(-2) as [number, number], [b0, b1] = b.shape.slice(-2) as [number, number];
    const [M, K] = transposeA ? [a1, a0] : [a0, a1], N = transposeB ? b0 : b1;
    const outer = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const e = engine(), out = e.output([...outer, M, N]);
    if (count(out.shape) === 0 || K === 0) return stock({ a, b }, attrs);
    for (
      const { batches, aBatches, bBatches, ...start } of batchRuns(a.shape.slice(0, -2), b.shape.slice(0, -2), outer)
    ) {
      for (let i = 0; i < batches; i++) {
        const product: Product = {
          a: e.address(a) + (start.a + i % aBatches) * M * K * 4,
          b: e.address(b) + (start.b + i % bBatches) * K * N * 4,
          c: e.address(out) + (start.c + i) * M * N * 4,
          M,
          N,
          K,
          transposeB,
        };
        if (transposeA) multiplyTransposed(product);
        else multiply(product);
      }
    }
    return out;
  });
}
