/**
 * Matrix products on the GPU, and `BatchMatMul` made of them.
 *
 * @module
 */
import { count, replaceKernel } from "../registry.ts";
import type * as tf from "../tf.ts";
import { batchRuns, broadcastShape } from "../shapes.ts";
import { bufferOf, dispatch, foldedGrid, output, release, temporary } from "./dispatch.ts";
import { type Layout, PRODUCT_FIELDS, type ProductField } from "./gemm_operands.ts";
import { planProduct, type ProductPlan, type ProductSize } from "./gemm_plan.ts";
import { productCode, productKey } from "./gemm.ts";
import { sumParts } from "./gemm_sum.ts";

/** A product's operand: its values, how they lie, and how many neighbours there are along the contiguous index. */
export interface Factor {
  /** The values. */
  readonly tensor: tf.TensorInfo;
  /** How they lie. */
  readonly layout: Layout;
  /** Length of what is contiguous in memory; where four divide it, values are loaded by fours. */
  readonly contiguous: number;
}

/** A product of matrices, or of what the operands' layouts make one. */
export interface Product extends ProductSize {
  /** The left operand. */
  readonly a: Factor;
  /** The right operand. */
  readonly b: Factor;
  /** The result, which is written. */
  readonly out: tf.TensorInfo;
  /** Whether rows of the result are pixels of an image, by the geometry; then K is not divided. */
  readonly scattered?: boolean;
  /** What the layouts need to know, and where batches begin; all others are 0, and 1 for counts of batches. */
  readonly geometry?: Partial<Record<ProductField, number>>;
  /** By default the cheapest. */
  readonly plan?: ProductPlan;
}

/** Runs a product: C = A B. */
export function multiply(product: Product): void {
  const { a, b, out, M, N, K, batches = 1, scattered = false, geometry } = product;
  const { tile, parts, chunk, groups } = product.plan ??
    planProduct({ M, N, K, batches, divisible: product.divisible ?? !scattered });
  const sizes: Partial<Record<ProductField, number>> = {
    rows: M,
    columns: N,
    depth: K,
    chunk,
    parts,
    batches,
    groupColumns: Math.ceil(N / tile.columns),
    groupRows: Math.ceil(M / tile.rows),
    aBatches: 1,
    bBatches: 1,
    ...geometry,
  };
  const spec = {
    tile,
    a: { layout: a.layout, vector: a.contiguous % 4 === 0 },
    b: { layout: b.layout, vector: b.contiguous % 4 === 0 },
    vector: N % 4 === 0,
    scattered,
  };
  const size = M * N * batches, sums = bufferOf(out), target = parts === 1 ? sums : temporary(parts * size);
  dispatch({ key: productKey(spec), code: () => productCode(spec) }, {
    uniforms: { integers: PRODUCT_FIELDS.map((name) => sizes[name] ?? 0) },
    buffers: [bufferOf(a.tensor), bufferOf(b.tensor), target],
    grid: foldedGrid(groups),
  });
  if (parts === 1) return;
  sumParts(target, { sums, size, parts });
  release(target);
}

/** Registers `BatchMatMul`. */
export function registerMatrix(): void {
  replaceKernel<"a" | "b">("webgpu", "BatchMatMul", (stock) => ({ a, b }, attrs) => {
    const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
    if (a.dtype !== "float32" || b.dtype !== "float32") return stock({ a, b }, attrs);
    const [a0, a1] = a.shape.slice(-2) as [number, number], [b0, b1] = b.shape.slice(-2) as [number, number];
    const [M, K] = transposeA ? [a1, a0] : [a0, a1], N = transposeB ? b0 : b1;
    const outer = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    if (count(outer) * M * N * K === 0) return stock({ a, b }, attrs);
    const out = output([...outer, M, N]);
    const product = {
      a: { tensor: a, layout: transposeA ? "columns" : "rows", contiguous: a1 } as const,
      b: { tensor: b, layout: transposeB ? "rows" : "columns", contiguous: b1 } as const,
      out,
      M,
      N,
      K,
    };
    for (const { batches, ...starts } of batchRuns(a.shape.slice(0, -2), b.shape.slice(0, -2), outer)) {
      const geometry = {
        aStart: starts.a * M * K,
        bStart: starts.b * K * N,
        cStart: starts.c * M * N,
        aStride: M * K,
        bStride: K * N,
        aBatches: starts.aBatches,
        bBatches: starts.bBatches,
      };
      // The second stage of a divided sum writes all of the result, so that one run of several is not divided.
      multiply({ ...product, batches, divisible: batches === count(outer), geometry });
    }
    return out;
  });
}
