/**
 * CLAHE: contrast-limited adaptive histogram equalization of lightness, so that shadows and highlights show what is in
 * them and colours stay. Zuiderveld, 1994, in Graphics Gems IV; tiles, clip limit, padding and rounding as in OpenCV.
 * https://docs.opencv.org/4.x/d6/db6/classcv_1_1CLAHE.html
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import { lightnessOf, withLightness } from "./lightness.ts";
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
  return (image) => {
    const before = lightnessOf(image);
    const after = equalizeTiles(before, [image.height, image.width], { tiles: grid, clip });
    return withLightness(image, { before, after });
  };
}

/** A weight between tiles, in whole: 255 and two of them fit 31 bits. */
const ONE = 1 << 11;

/**
 * Equalizes one plane of bytes tile by tile, blending the curves of the four nearest tiles at each pixel.
 *
 * @param plane Bytes `[H, W]`.
 * @param size Height and width in pixels.
 * @param options Tiles down and across, and the clip limit.
 * @returns Bytes `[H, W]`.
 */
export function equalizeTiles(
  plane: Uint8Array,
  [height, width]: Size,
  { tiles: [rows, columns], clip }: { readonly tiles: Size; readonly clip: number },
): Uint8Array {
  // As OpenCV has it: unless both sides divide evenly both are padded, one that does by a whole pixel a tile.
  const even = height % rows === 0 && width % columns === 0;
  const tileHeight = even ? height / rows : Math.floor(height / rows) + 1;
  const tileWidth = even ? width / columns : Math.floor(width / columns) + 1;
  const down = cellsOf(height, tileHeight, rows), across = cellsOf(width, tileWidth, columns);
  const size = 1024 * down.cells.length * across.cells.length, count = plane.length;
  const room = [count, count, 4096, size, 4 * across.stops.length, 8 * height, 8 * width];
  const [from, to, counts, table, stops, lines, weights] = findRoom(...room) as Seven;
  fillRoom(from, plane);
  const curves = tileCurves({ plane, from, counts, rows, columns, tileHeight, tileWidth, height, width, clip });
  fillRoom(table, cellCurves(curves, columns, down.cells, across.cells));
  fillRoom(stops, across.stops);
  fillRoom(lines, linesOf(down, 1024 * across.cells.length));
  fillRoom(weights, Int16Array.from({ length: 4 * width }, (_, i) => weigh(across.weights[i >> 2]!, i % 2 === 1)));
  pixelKernels().blendTiles(from, to, width, height, table, stops, across.cells.length, lines, weights);
  return roomAt(to, count).slice();
}

type Seven = [number, number, number, number, number, number, number];

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

function weigh(after: number, isAfter: boolean): number {
  return isAfter ? after : ONE - after;
}

/** For each row of pixels where its cells' curves begin, in bytes, and how much it takes of the tiles below. */
function linesOf({ cells, stops, weights }: Cells, size: number): Int32Array {
  const lines = new Int32Array(2 * weights.length);
  for (let cell = 0; cell < cells.length; cell++) {
    for (let y = stops[cell]!; y < stops[cell + 1]!; y++) lines.set([cell * size, weights[y]!], 2 * y);
  }
  return lines;
}

/** Each cell's four curves side by side: above on the left and right, below on the left and right. */
function cellCurves(curves: Uint8Array, columns: number, down: Cells["cells"], across: Cells["cells"]): Uint8Array {
  const out = new Uint8Array(1024 * down.length * across.length);
  let to = 0;
  for (const [above, below] of down) {
    for (const [left, right] of across) {
      const [a, b] = [256 * (above * columns + left), 256 * (above * columns + right)];
      const [c, d] = [256 * (below * columns + left), 256 * (below * columns + right)];
      for (let value = 0; value < 256; value++, to += 4) {
        out[to] = curves[a + value]!;
        out[to + 1] = curves[b + value]!;
        out[to + 2] = curves[c + value]!;
        out[to + 3] = curves[d + value]!;
      }
    }
  }
  return out;
}

interface Grid {
  readonly plane: Uint8Array;
  /** Where the kernels find the plane, and where they may count. */
  readonly from: number;
  readonly counts: number;
  readonly rows: number;
  readonly columns: number;
  readonly tileHeight: number;
  readonly tileWidth: number;
  readonly height: number;
  readonly width: number;
  readonly clip: number;
}

/** Each tile's curve, 256 bytes by value, row by row. */
function tileCurves(grid: Grid): Uint8Array {
  const { plane, from, rows, columns, tileHeight, tileWidth, height, width, clip } = grid;
  const area = tileHeight * tileWidth, limit = clip > 0 ? Math.max(Math.trunc(clip * area / 256), 1) : area;
  const curves = new Uint8ClampedArray(rows * columns * 256), { countLevels } = pixelKernels();
  const bytes = roomAt(grid.counts, 1024), counts = new Int32Array(bytes.buffer, bytes.byteOffset, 256);
  for (let tile = 0; tile < rows * columns; tile++) {
    const top = Math.floor(tile / columns) * tileHeight, left = tile % columns * tileWidth;
    const bottom = Math.min(top + tileHeight, height), right = Math.min(left + tileWidth, width);
    countLevels(from + top * width + left, width, Math.max(bottom - top, 0), Math.max(right - left, 0), grid.counts);
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
