/**
 * CLAHE: contrast-limited adaptive histogram equalization of lightness, so that shadows and highlights show what is in
 * them and colours stay. Zuiderveld, 1994, in Graphics Gems IV; tiles, clip limit, padding and rounding as in OpenCV.
 * https://docs.opencv.org/4.x/d6/db6/classcv_1_1CLAHE.html
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import { lightnessKernels } from "./lightness.ts";
import { mirror } from "./mirror.ts";
import { fillRoom, findRoom, pixelKernels, roomAt } from "./pixel_kernels.ts";
import type { Preprocess } from "./step.ts";

/** Options of CLAHE. */
export interface ClaheOptions {
  /** Tiles down and across: a number is both. */
  readonly tiles: number | readonly [rows: number, columns: number];
  /** How often a level may occur in a tile, as a multiple of the mean; 0: any number of times. */
  readonly clip: number;
}

/** Makes the step. */
export function clahe({ tiles, clip }: ClaheOptions): Preprocess {
  const grid = typeof tiles === "number" ? [tiles, tiles] as const : tiles;
  let plan: Plan | undefined; // a data set's images mostly have one size
  return ({ data, height, width }) => {
    const { levels, relight } = lightnessKernels(), count = height * width;
    if (plan?.height !== height || plan.width !== width) plan = planTiles([height, width], { tiles: grid, clip });
    const places = findRoom(data.length, data.length, count, count, ...plan.sizes);
    const [from, to, before, after] = places as [number, number, number, number];
    fillRoom(from, data);
    levels(from, before, count);
    equalize(plan, before, after, places.slice(4));
    relight(from, before, after, to, count);
    return { data: roomAt(to, data.length).slice(), height, width };
  };
}

/** A weight between tiles, in whole: 255 and two of them fit 31 bits. */
const ONE = 1 << 11;

/** What tiles and clip limit are. */
interface TileOptions {
  /** Tiles down and across. */
  readonly tiles: Size;
  /** How often a level may occur in a tile, as a multiple of the mean; 0: any number of times. */
  readonly clip: number;
}

/**
 * Equalizes one plane of bytes tile by tile, blending the curves of the four nearest tiles at each pixel.
 *
 * @param plane Bytes `[H, W]`.
 * @param size Height and width in pixels.
 * @param options Tiles down and across, and the clip limit.
 * @returns Bytes `[H, W]`.
 */
export function equalizeTiles(plane: Uint8Array, size: Size, options: TileOptions): Uint8Array {
  const plan = planTiles(size, options), count = plane.length;
  const [from, to, ...places] = findRoom(count, count, ...plan.sizes) as [number, number, ...number[]];
  fillRoom(from, plane);
  equalize(plan, from, to, places);
  return roomAt(to, count).slice();
}

/** What is the same for all planes of a size. */
interface Plan {
  readonly height: number;
  readonly width: number;
  readonly rows: number;
  readonly columns: number;
  readonly tileHeight: number;
  readonly tileWidth: number;
  readonly clip: number;
  readonly down: Cells;
  readonly across: Cells;
  /** For each row where its cells' curves begin, in bytes, and how much it takes of the tiles below. */
  readonly lines: Int32Array;
  /** For each column how much it takes of the tiles on the left and right, twice. */
  readonly weights: Int16Array;
  /** Bytes that the kernels need beside the planes: to count, for cells' curves, and for the three lists above. */
  readonly sizes: readonly number[];
}

function planTiles([height, width]: Size, { tiles: [rows, columns], clip }: TileOptions): Plan {
  // As OpenCV has it: unless both sides divide evenly both are padded, one that does by a whole pixel a tile.
  const even = height % rows === 0 && width % columns === 0;
  const tileHeight = even ? height / rows : Math.floor(height / rows) + 1;
  const tileWidth = even ? width / columns : Math.floor(width / columns) + 1;
  const down = cellsOf(height, tileHeight, rows), across = cellsOf(width, tileWidth, columns);
  const size = 1024 * across.cells.length, lines = new Int32Array(2 * height), weights = new Int16Array(4 * width);
  down.cells.forEach((_, cell) => {
    for (let y = down.stops[cell]!; y < down.stops[cell + 1]!; y++) lines.set([cell * size, down.weights[y]!], 2 * y);
  });
  across.weights.forEach((right, x) => weights.set([ONE - right, right, ONE - right, right], 4 * x));
  const sizes = [4096, size * down.cells.length, across.stops.byteLength, lines.byteLength, weights.byteLength];
  return { height, width, rows, columns, tileHeight, tileWidth, clip, down, across, lines, weights, sizes };
}

/** Equalizes the plane at one address into that at another. */
function equalize(plan: Plan, from: number, to: number, places: readonly number[]): void {
  const { height, width, columns, down, across } = plan;
  const [counts, table, stops, lines, weights] = places as [number, number, number, number, number];
  fillCells(roomAt(table, plan.sizes[1]!), tileCurves(plan, from, counts), { columns, down, across });
  fillRoom(stops, across.stops);
  fillRoom(lines, plan.lines);
  fillRoom(weights, plan.weights);
  pixelKernels().blendTiles(from, to, width, height, table, stops, across.cells.length, lines, weights);
}

/** The way along one side: the cells between tiles' centres. */
interface Cells {
  /** The tiles before and after each cell. */
  readonly cells: readonly (readonly [before: number, after: number])[];
  /** Where each cell begins, and where the last ends, in pixels. */
  readonly stops: Int32Array;
  /** How much each pixel takes of the tile after it. */
  readonly weights: Int32Array;
}

function cellsOf(length: number, tile: number, tiles: number): Cells {
  const cells: [number, number][] = [], stops: number[] = [], weights = new Int32Array(length);
  for (let at = 0, latest = NaN; at < length; at++) {
    const place = at / tile - 0.5, first = Math.floor(place);
    weights[at] = Math.round((place - first) * ONE);
    if (first === latest) continue;
    latest = first;
    stops.push(at);
    cells.push([Math.max(first, 0), Math.min(first + 1, tiles - 1)]);
  }
  return { cells, stops: Int32Array.of(...stops, length), weights };
}

/** Fills each cell's four curves side by side: above on the left and right, below on the left and right. */
function fillCells(
  out: Uint8Array,
  curves: Uint8Array,
  { columns, down, across }: Pick<Plan, "columns" | "down" | "across">,
): void {
  let to = 0;
  for (const [above, below] of down.cells) {
    for (const [left, right] of across.cells) {
      const a = 256 * (above * columns + left), b = 256 * (above * columns + right);
      const c = 256 * (below * columns + left), d = 256 * (below * columns + right);
      for (let value = 0; value < 256; value++, to += 4) {
        out[to] = curves[a + value]!;
        out[to + 1] = curves[b + value]!;
        out[to + 2] = curves[c + value]!;
        out[to + 3] = curves[d + value]!;
      }
    }
  }
}

/** Each tile's curve, 256 bytes by value, row by row. */
function tileCurves(plan: Plan, from: number, counted: number): Uint8Array {
  const { rows, columns, tileHeight, tileWidth, height, width, clip } = plan;
  const area = tileHeight * tileWidth, limit = clip > 0 ? Math.max(Math.trunc(clip * area / 256), 1) : area;
  const curves = new Uint8ClampedArray(rows * columns * 256), { countLevels } = pixelKernels();
  const plane = roomAt(from, height * width), counts = new Int32Array(plane.buffer, counted, 256);
  for (let tile = 0; tile < rows * columns; tile++) {
    const top = Math.floor(tile / columns) * tileHeight, left = tile % columns * tileWidth;
    const bottom = Math.min(top + tileHeight, height), right = Math.min(left + tileWidth, width);
    countLevels(from + top * width + left, width, Math.max(bottom - top, 0), Math.max(right - left, 0), counted);
    for (let y = top; y < top + tileHeight; y++) { // what is beyond the border mirrors what is within
      const row = mirror(y, height) * width;
      for (let x = y < bottom ? Math.max(left, right) : left; x < left + tileWidth; x++) {
        counts[plane[row + mirror(x, width)]!]!++;
      }
    }
    clipCounts(counts, limit);
    for (let value = 0, sum = 0; value < 256; value++) {
      sum += counts[value]!;
      curves[tile * 256 + value] = sum * 255 / area;
    }
  }
  return new Uint8Array(curves.buffer);
}

/** Cuts counts at a limit and spreads what was cut evenly, the remainder at even distances. */
function clipCounts(counts: Int32Array, limit: number): void {
  let cut = 0;
  for (let value = 0; value < 256; value++) {
    const above = counts[value]! - limit;
    if (above <= 0) continue;
    counts[value] = limit;
    cut += above;
  }
  const each = Math.floor(cut / 256), rest = cut % 256;
  for (let value = 0; value < 256; value++) counts[value]! += each;
  const distance = rest === 0 ? 256 : Math.max(Math.floor(256 / rest), 1);
  for (let value = 0, left = rest; value < 256 && left > 0; value += distance, left--) counts[value]!++;
}
