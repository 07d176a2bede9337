/**
 * How a matrix product is cut into tiles and parts: the cheapest by a model of a large GPU, which counts the arithmetic,
 * the loads and the waiting of each choice, after the roofline model of Williams, Waterman and Patterson, 2009,
 * https://doi.org/10.1145/1498765.1498785. The model is the same on every machine, and so the sums are too. Its numbers are
 * those of a data sheet and estimates; none is measured.
 *
 * @module
 */

/** A workgroup's share of the result, and a thread's share of that, in values. */
export interface Tile {
  /** Rows of the result. */
  readonly rows: number;
  /** Columns of the result. */
  readonly columns: number;
  /** Rows of a thread. */
  readonly threadRows: number;
  /** Columns of a thread. */
  readonly threadColumns: number;
  /** Threads of the workgroup. */
  readonly threads: number;
}

/** Sizes of a product `[M, K]` times `[K, N]`, several of them if they are batched. */
export interface ProductSize {
  /** Rows of the result. */
  readonly M: number;
  /** Columns of the result. */
  readonly N: number;
  /** Length of the sums. */
  readonly K: number;
  /** How many products; 1 by default. */
  readonly batches?: number;
  /** Whether K may be divided among workgroups; by default it may. */
  readonly divisible?: boolean;
}

/** How a product is done. */
export interface ProductPlan {
  /** Shares of the result. */
  readonly tile: Tile;
  /** Parts of K, each with a result of its own. */
  readonly parts: number;
  /** Length of such a part; a multiple of {@linkcode DEPTH}. */
  readonly chunk: number;
  /** Workgroups in all. */
  readonly groups: number;
}

/** Length along K that a workgroup holds at once. */
export const DEPTH = 16;
/** Longest sum of products that one float32 takes up: its rounding stays near 4e-6 of the sum's size. */
export const LONGEST_CHUNK = 8192;
/** Values that all parts' results may have together: 64 MiB. */
export const MOST_PARTIALS = 1 << 24;

/** The GPU of the model, an H200: processors, and what each does in a cycle: multiplications, bytes of DRAM and of cache. */
const PROCESSORS = 132, FMAS = 128, DRAM_BYTES = 18.5, CACHE_BYTES = 40;
/** Threads that keep a processor busy, its registers, and those of a thread beside its sums. */
const BUSY_THREADS = 256, REGISTERS = 65536, OTHER_REGISTERS = 64;
/** Cycles of a step along K by latency alone, of a workgroup's beginning and end, and of one more dispatch. */
const STEP_CYCLES = 500, GROUP_CYCLES = 1500, DISPATCH_CYCLES = 5000;
/** Parts that a workgroup of the second stage loads at once. */
const SUM_PARTS = 32;
/** Work besides multiplications, in multiplications: for each loaded value, and the share of what should overlap. */
const LOAD_WORK = 8, UNHIDDEN = 0.1;

/** Sides of tiles; a thread has eight values along the long ones and four along the short ones. */
const SIDES = [16, 32, 64, 96, 128];

/** All tiles: whole warps of 32 threads, at least two. */
export const TILES: readonly Tile[] = SIDES.flatMap((rows) =>
  SIDES.map((columns) => {
    const threadRows = rows < 64 ? 4 : 8, threadColumns = columns < 64 ? 4 : 8;
    return { rows, columns, threadRows, threadColumns, threads: rows * columns / threadRows / threadColumns };
  })
).filter(({ threads }) => threads >= 64 && threads % 32 === 0);

/** Time of a multiplication by a tile, in units of a lone one: threads with fewer values read more, small tiles load more. */
function work({ rows, columns, threadRows, threadColumns }: Tile): number {
  return { 64: 1.25, 32: 1.7, 16: 2.5 }[threadRows * threadColumns]! + LOAD_WORK * (1 / rows + 1 / columns);
}

/** Estimated cycles of a product by a tile and a number of parts. */
function cycles(
  { M, N, K, batches = 1 }: ProductSize,
  tile: Tile,
  parts: number,
  chunk: number,
  groups: number,
): number {
  const each = Math.ceil(groups / PROCESSORS), busy = Math.min(1, each * tile.threads / BUSY_THREADS);
  const registers = (tile.threadRows * tile.threadColumns + OTHER_REGISTERS) * tile.threads;
  const rounds = Math.ceil(each / Math.floor(REGISTERS / registers));
  const through = (bytes: number) => bytes / DRAM_BYTES / PROCESSORS;
  const results = 4 * M * N * batches;
  const times = [
    each * tile.rows * tile.columns * chunk / FMAS * work(tile) / busy,
    each * (tile.rows + tile.columns) * chunk * 4 / CACHE_BYTES,
    rounds * (Math.ceil(chunk / DEPTH) * STEP_CYCLES + GROUP_CYCLES),
    through(4 * (M * K + K * N) * batches + results * parts),
  ];
  const sum = times.reduce((sum, time) => sum + time, 0);
  const summing = Math.max(through(results * (parts + 1)), parts / SUM_PARTS * STEP_CYCLES);
  const second = parts === 1 ? 0 : DISPATCH_CYCLES + summing;
  return Math.max(...times) + UNHIDDEN * sum + second;
}

const plans = new Map<string, ProductPlan>();

/**
 * The plan for a product.
 *
 * @returns The same plan for the same sizes, whatever the machine.
 */
export function planProduct(size: ProductSize): ProductPlan {
  const { M, N, K, batches = 1, divisible = true } = size, key = `${M} ${N} ${K} ${batches} ${divisible}`;
  let plan = plans.get(key);
  if (!plan) plans.set(key, plan = cheapest(size));
  return plan;
}

function cheapest(size: ProductSize): ProductPlan {
  const { M, N, K, batches = 1, divisible = true } = size;
  const most = Math.max(1, Math.min(Math.ceil(K / 64), Math.floor(MOST_PARTIALS / (M * N * batches))));
  const least = Math.min(most, Math.max(1, Math.ceil(K / LONGEST_CHUNK)));
  let best: ProductPlan | undefined, lowest = Infinity;
  for (const tile of TILES) {
    const tiles = Math.ceil(M / tile.rows) * Math.ceil(N / tile.columns) * batches;
    for (const wanted of divisible ? partCounts(least, most) : [1]) {
      const chunk = Math.max(1, Math.ceil(K / wanted / DEPTH)) * DEPTH, parts = Math.max(1, Math.ceil(K / chunk));
      const groups = tiles * parts, cost = cycles(size, tile, parts, chunk, groups);
      if (cost >= lowest) continue;
      lowest = cost;
      best = { tile, parts, chunk, groups };
    }
  }
  return best!;
}

/** Numbers of parts worth trying, from least to most: each about a third more than the one before. */
function partCounts(least: number, most: number): number[] {
  const counts = [];
  for (let n = least; n <= most; n = Math.ceil(n * 4 / 3)) counts.push(n);
  return counts;
}
