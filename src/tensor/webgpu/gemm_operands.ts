/**
 * How the operands of a matrix product are read: from a matrix as it lies, or from an image or a filter as if the matrix
 * of patches were there, which it never is (implicit GEMM: Chetlur et al., 2014, https://arxiv.org/abs/1410.0759).
 *
 * @module
 */
import { DEPTH } from "./gemm_plan.ts";

/**
 * Where an operand's values lie, by an outer index (the row of the left operand, the column of the right one) and k:
 *
 * - `rows`: a matrix `[outer, K]`;
 * - `columns`: a matrix `[K, outer]`;
 * - `patches`: an image, of which the outer index is a patch, and k a value of it;
 * - `patchColumns`: an image, of which k is a patch, and the outer index a value of it;
 * - `taps`: a filter turned round, of which k is a tap that reaches a pixel and a channel of the convolution's result, and
 *   the outer index a channel of its input.
 */
export type Layout = "rows" | "columns" | "patches" | "patchColumns" | "taps";

/** One of a product's two operands. */
export interface Operand {
  /** Where its values lie. */
  readonly layout: Layout;
  /** Whether four neighbours in memory can be loaded at once. */
  readonly vector: boolean;
}

/** Uniforms of a product, all u32; signed ones are reinterpreted. */
export const PRODUCT_FIELDS = [
  // Sizes of the product and its cut.
  ...["rows", "columns", "depth", "chunk", "parts", "batches", "groupColumns", "groupRows"],
  // Where the operands and the result of a batch begin, in values, and how many batches the operands have.
  ...["aStart", "aStride", "aBatches", "bStart", "bStride", "bBatches", "cStart"],
  // The image that patches are taken of, and the grid of patches.
  ...["height", "width", "channels", "gridHeight", "gridWidth", "filterWidth", "strideY", "strideX", "top", "left"],
  // The filter that taps are taken of: its width, and the last tap and the step back to the one before.
  ...["tapsWidth", "lastY", "lastX", "stepY", "stepX"],
  // The image that rows of the result are scattered over.
  ...["outHeight", "outWidth", "firstY", "firstX"],
] as const;

/** A name of {@linkcode PRODUCT_FIELDS}. */
export type ProductField = typeof PRODUCT_FIELDS[number];

/** WGSL of a layout: names that end in the variant's number come of its outer index, the others of k. */
interface LayoutCode {
  /** Whether neighbours in memory are neighbours along k, else along the outer index. */
  readonly alongDepth: boolean;
  /** Declares what follows of the outer index. */
  readonly outer: (o: string, id: string) => string;
  /** Declares what follows of `k`. */
  readonly depth: string;
  /** Condition for a value to be inside, beside those on k and the outer index themselves. */
  readonly inside?: (id: string) => string;
  /** The value's index. */
  readonly index: (o: string, id: string) => string;
}

/** Image and corner of patch p. */
const patchOf = (p: string, id: string) => `
    let image${id} = ${p} / (u.gridWidth * u.gridHeight) * u.height;
    let y${id} = i32(${p} / u.gridWidth % u.gridHeight * u.strideY) - i32(u.top);
    let x${id} = i32(${p} % u.gridWidth * u.strideX) - i32(u.left);`;

/** Place in the patch, and channel, of value v. */
const valueOf = (v: string, id: string) => `
    let tapY${id} = i32(${v} / u.channels / u.filterWidth);
    let tapX${id} = i32(${v} / u.channels % u.filterWidth);
    let channel${id} = ${v} % u.channels;`;

const insideImage = (patch: string, value: string) =>
  `u32(y${patch} + tapY${value}) < u.height && u32(x${patch} + tapX${value}) < u.width`;
const pixelIndex = (patch: string, value: string) =>
  `((image${patch} + u32(y${patch} + tapY${value})) * u.width + u32(x${patch} + tapX${value})) * u.channels + channel${value}`;

/** The layouts for the operand of that name, whose outer index ends at `limit`. */
function layoutCode(layout: Layout, name: string, limit: string): LayoutCode {
  switch (layout) {
    case "rows":
      return {
        alongDepth: true,
        outer: (o, id) => `let line${id} = ${name}Begin + ${o} * u.depth;`,
        depth: "",
        index: (_, id) => `line${id} + k`,
      };
    case "columns":
      return {
        alongDepth: false,
        outer: () => "",
        depth: `let line = ${name}Begin + k * ${limit};`,
        index: (o) => `line + ${o}`,
      };
    case "patches":
      return {
        alongDepth: true,
        outer: patchOf,
        depth: valueOf("k", ""),
        inside: (id) => insideImage(id, ""),
        index: (_, id) => pixelIndex(id, ""),
      };
    case "patchColumns":
      return {
        alongDepth: false,
        outer: valueOf,
        depth: patchOf("k", ""),
        inside: (id) => insideImage("", id),
        index: (_, id) => pixelIndex("", id),
      };
    case "taps":
      return {
        alongDepth: true,
        outer: () => "",
        depth: `${valueOf("k", "")}
    let line = ((u.lastY - u32(tapY) * u.stepY) * u.tapsWidth + u.lastX - u32(tapX) * u.stepX) * ${limit};`,
        index: (o) => `(line + ${o}) * u.channels + channel`,
      };
  }
}

/** Where an operand stands in the program. */
export interface OperandPlace {
  /** Length of the tile along the outer index. */
  readonly side: number;
  /** The uniform that ends the outer index. */
  readonly limit: string;
  /** The tile's first outer index. */
  readonly first: string;
  /** The workgroup's threads. */
  readonly threads: number;
  /** The thread's number. */
  readonly lane: string;
}

/** What brings a tile of an operand to the workgroup's memory. */
export interface OperandCode {
  /** Declares, once, what each thread will load. */
  readonly prepare: string;
  /** Loads the thread's values for the tile that begins at k = `at`, zeros from `end` on. */
  readonly fetch: string;
  /** Stores them in the workgroup's memory. */
  readonly stash: string;
  /** The vec4 at depth k of the tile and quad q. */
  readonly read: (k: number, q: string) => string;
}

/**
 * The code of an operand. The tile is cut into blocks of 4 x 4 values; a thread loads a block as four lines that are
 * contiguous in memory, and if those run along k, turns it. In memory a tile is `[DEPTH, side / 4]` vec4s; turned blocks
 * go to quads permuted by k, so that the stores of neighbouring threads meet different banks.
 *
 * @param name Name of the buffer; `${name}Begin` is where its batch begins.
 * @param operand Layout and width of loads.
 */
export function operandCode(
  name: string,
  { layout, vector }: Operand,
  { side, limit, first, threads, lane }: OperandPlace,
): OperandCode {
  const { alongDepth, outer, depth, inside, index } = layoutCode(layout, name, limit);
  const quads = side / 4, blocks = quads * DEPTH / 4, twist = quads % 8 === 0 ? 2 : 1;
  const four = [0, 1, 2, 3], wide = vector ? [0] : four;
  const outers = alongDepth ? four : wide, depths = alongDepth ? wide : four;
  const prepare = [], fetch = [], stash = [];
  for (let slot = 0; slot * threads < blocks; slot++) {
    const at = `${name}${slot}`, id = (i: number) => `${at}_${i}`, value = (line: number) => `${at}Line${line}`;
    const guard = blocks < threads * (slot + 1) ? `if (${at}Block < ${blocks}u)` : "";
    const [quad, step] = alongDepth
      ? [`${at}Block / ${DEPTH / 4}u`, `${at}Block % ${DEPTH / 4}u`]
      : [`${at}Block % ${quads}u`, `${at}Block / ${quads}u`];
    // Without branches, so that all loads are on their way at once; what is outside loads the first value and drops it.
    const load = (i: number, j: number) => {
      const o = `o${id(i)}`, conditions = ["k < end", `${o} < ${limit}`, ...(inside ? [inside(id(i))] : [])];
      const [line, part] = alongDepth ? [i, j] : [j, i], place = `select(0u, ${index(o, id(i))}, inside)`;
      const assignment = vector
        ? `${value(line)} = select(vec4<f32>(), ${name}[${place} / 4u], inside);`
        : `${value(line)}.${"xyzw"[part]} = select(0.0, ${name}[${place}], inside);`;
      return `{ let inside = ${conditions.join(" && ")}; ${assignment} }`;
    };
    prepare.push(
      `let ${at}Block = ${lane} + ${slot * threads}u;`,
      `let ${at}Quad = ${quad};`,
      `let ${at}Step = ${step};`,
      ...four.map((line) => `var ${value(line)} = vec4<f32>();`),
      ...outers.map((i) => `let o${id(i)} = ${first} + ${at}Quad * 4u + ${i}u; ${outer(`o${id(i)}`, id(i))}`),
    );
    fetch.push(
      `${guard} {`,
      ...depths.flatMap((j) => [
        `{ let k = at + ${at}Step * 4u + ${j}u; ${depth}`,
        ...outers.map((i) => load(i, j)),
        "}",
      ]),
      "}",
    );
    const target = alongDepth ? `(${at}Quad ^ (${at}Step * ${twist}u))` : `${at}Quad`;
    const turned = (line: number) => `vec4<f32>(${four.map((i) => `${value(i)}.${"xyzw"[line]}`).join(", ")})`;
    stash.push(
      `${guard} {`,
      ...four.map((line) => {
        const place = `(${at}Step * 4u + ${line}u) * ${quads}u + ${target}`;
        return `${name}Tile[${place}] = ${alongDepth ? turned(line) : value(line)};`;
      }),
      "}",
    );
  }
  const read = (k: number, quad: string) => {
    const place = alongDepth && k >= 4 ? `((${quad}) ^ ${Math.floor(k / 4) * twist}u)` : `(${quad})`;
    return `${name}Tile[${k * quads}u + ${place}]`;
  };
  return { prepare: prepare.join("\n"), fetch: fetch.join("\n"), stash: stash.join("\n"), read };
}
