/**
 * The matrix product as WGSL: a workgroup makes a tile of the result out of tiles of the operands in its own memory, and
 * each thread of it a few rows and columns in registers. All inner loops are written out, as the shader compiler bounds
 * the loops that it sees. The loads of the next tiles are under way while the present ones are multiplied.
 *
 * @module
 */
import { type Operand, operandCode, PRODUCT_FIELDS } from "./gemm_operands.ts";
import { DEPTH, type Tile } from "./gemm_plan.ts";

/** What tells one product's program from another. */
export interface ProductSpec {
  /** Shares of the result. */
  readonly tile: Tile;
  /** The left operand, whose outer index is a row of the result. */
  readonly a: Operand;
  /** The right operand, whose outer index is a column of the result. */
  readonly b: Operand;
  /** Whether rows of the result are whole vec4s. */
  readonly vector: boolean;
  /** Whether rows of the result are pixels that lie apart in an image. */
  readonly scattered: boolean;
}

/** The program's key. */
export function productKey({ tile, a, b, vector, scattered }: ProductSpec): string {
  const width = (wide: boolean) => wide ? 4 : 1;
  return `product ${tile.rows}x${tile.columns} ${a.layout}${width(a.vector)} ${b.layout}${width(b.vector)} ` +
    `${width(vector)}${scattered ? " scattered" : ""}`;
}

/** The program's code; uniforms at binding 0, then left operand, right operand, result. */
export function productCode({ tile, a, b, vector, scattered }: ProductSpec): string {
  const { rows, columns, threadRows, threadColumns, threads } = tile;
  const across = columns / threadColumns;
  const operands = [
    operandCode("a", a, { side: rows, limit: "u.rows", first: "firstRow", threads, lane: "lane" }),
    // Counted from the last thread, so that where one load each is enough, others load this one.
    operandCode("b", b, { side: columns, limit: "u.columns", first: "firstColumn", threads, lane: "mirrored" }),
  ] as const;
  const join = (part: "prepare" | "fetch" | "stash") => operands.map((operand) => operand[part]).join("\n");
  const element = (wide: boolean) => wide ? "vec4<f32>" : "f32";
  const sums = grid(threadRows, threadColumns / 4).map(([i, j]) => `var sum${i}_${j} = vec4<f32>();`);

  return `
struct Uniforms { ${PRODUCT_FIELDS.map((name) => `${name}: u32`).join(", ")} };
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read> a: array<${element(a.vector)}>;
@group(0) @binding(2) var<storage, read> b: array<${element(b.vector)}>;
@group(0) @binding(3) var<storage, read_write> c: array<${element(vector)}>;
var<workgroup> aTile: array<vec4<f32>, ${DEPTH * rows / 4}>;
var<workgroup> bTile: array<vec4<f32>, ${DEPTH * columns / 4}>;
${scattered ? PLACE : "fn place(row: u32) -> u32 { return row; }"}

@compute @workgroup_size(${threads}) fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
) {
  let group = workgroup.y * workgroups.x + workgroup.x;
  let tiles = u.groupColumns * u.groupRows;
  if (group >= tiles * u.parts * u.batches) { return; }
  let firstColumn = group % u.groupColumns * ${columns}u;
  let firstRow = group / u.groupColumns % u.groupRows * ${rows}u;
  let part = group / tiles % u.parts;
  let batch = group / tiles / u.parts;
  let aBegin = u.aStart + batch % u.aBatches * u.aStride;
  let bBegin = u.bStart + batch % u.bBatches * u.bStride;
  let cBegin = u.cStart + (part * u.batches + batch) * u.rows * u.columns;
  let end = min(part * u.chunk + u.chunk, u.depth);
  var at = part * u.chunk;
  let mirrored = ${threads - 1}u - lane;
  let x = lane % ${across}u;
  let y = lane / ${across}u;
  ${sums.join(" ")}
${join("prepare")}
${join("fetch")}
  while (at < end) {
${join("stash")}
    workgroupBarrier();
    at += ${DEPTH}u;
    if (at < end) {
${join("fetch")}
    }
${multiplications(tile, operands[0].read, operands[1].read)}
    workgroupBarrier();
  }
${stores(tile, vector)}
}`;
}

/** The place in the result of a pixel of a class, by its number. */
const PLACE = `
fn place(row: u32) -> u32 {
  let image = row / (u.gridWidth * u.gridHeight);
  let y = u.firstY + row / u.gridWidth % u.gridHeight * u.stepY;
  let x = u.firstX + row % u.gridWidth * u.stepX;
  return (image * u.outHeight + y) * u.outWidth + x;
}`;

type Read = (k: number, quad: string) => string;

function multiplications({ rows, columns, threadRows, threadColumns }: Tile, readA: Read, readB: Read): string {
  const down = rows / threadRows, across = columns / threadColumns, lines = [];
  for (let k = 0; k < DEPTH; k++) {
    lines.push("{");
    for (let i = 0; i < threadRows / 4; i++) lines.push(`let a${i} = ${readA(k, `y + ${i * down}u`)};`);
    for (let j = 0; j < threadColumns / 4; j++) lines.push(`let b${j} = ${readB(k, `x + ${j * across}u`)};`);
    for (const [i, j] of grid(threadRows, threadColumns / 4)) {
      const sum = `sum${i}_${j}`;
      lines.push(`${sum} = fma(vec4<f32>(a${Math.floor(i / 4)}.${"xyzw"[i % 4]}), b${j}, ${sum});`);
    }
    lines.push("}");
  }
  return lines.join("\n");
}

function stores({ rows, columns, threadRows, threadColumns }: Tile, vector: boolean): string {
  const down = rows / threadRows, across = columns / threadColumns, lines = [];
  for (let i = 0; i < threadRows; i++) {
    const row = `firstRow + (y + ${Math.floor(i / 4) * down}u) * 4u + ${i % 4}u`;
    lines.push(`{ let row = ${row}; if (row < u.rows) { let line = cBegin + place(row) * u.columns;`);
    for (let j = 0; j < threadColumns / 4; j++) {
      lines.push(`{ let column = firstColumn + (x + ${j * across}u) * 4u;`);
      if (vector) lines.push(`if (column < u.columns) { c[(line + column) / 4u] = sum${i}_${j}; }`);
      for (let part = 0; part < 4 && !vector; part++) {
        const target = `c[line + column + ${part}u]`;
        lines.push(`if (column + ${part}u < u.columns) { ${target} = sum${i}_${j}.${"xyzw"[part]}; }`);
      }
      lines.push("}");
    }
    lines.push("} }");
  }
  return lines.join("\n");
}

/** All pairs of 0..m-1 and 0..n-1. */
function grid(m: number, n: number): [number, number][] {
  return Array.from({ length: m * n }, (_, i) => [Math.floor(i / n), i % n]);
}
