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

/** Bits of a weight between tiles: 255 and two of them fit 31. */
const BITS = 11, ONE = 1 << BITS, HALF = 1 << (2 * BITS - 1);

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
  const curves = tileCurves(plane, { rows, columns, tileHeight, tileWidth, height, width, clip });
  const stops = stopsOf(width, tileWidth, columns), weights = weightsOf(width, tileWidth);
  const out = new Uint8Array(plane.length);
  for (let y = 0; y < height; y++) {
    const at = y / tileHeight - 0.5, first = Math.floor(at);
    const lower = Math.round((at - first) * ONE), upper = ONE - lower;
    const top = Math.max(first, 0) * columns * 256, bottom = Math.min(first + 1, rows - 1) * columns * 256;
    for (const { from, to, left, right } of stops) {
      const topLeft = top + left, topRight = top + right, bottomLeft = bottom + left, bottomRight = bottom + right;
      for (let x = from, p = y * width + from; x < to; x++, p++) {
        const value = plane[p]!, far = weights[x]!, near = ONE - far;
        const above = Math.imul(curves[topLeft + value]!, near) + Math.imul(curves[topRight + value]!, far);
        const below = Math.imul(curves[bottomLeft + value]!, near) + Math.imul(curves[bottomRight + value]!, far);
        out[p] = (Math.imul(above, upper) + Math.imul(below, lower) + HALF) >> (2 * BITS);
      }
    }
  }
  return out;
}

/** A run of columns between two tiles' centres, and where those tiles' curves begin. */
interface Stop {
  readonly from: number;
  readonly to: number;
  readonly left: number;
  readonly right: number;
}

function stopsOf(width: number, tileWidth: number, columns: number): Stop[] {
  const stops: Stop[] = [];
  for (let from = 0, to = 0; from < width; from = to) {
    const first = Math.floor(from / tileWidth - 0.5);
    while (to < width && Math.floor(to / tileWidth - 0.5) === first) to++;
    stops.push({ from, to, left: Math.max(first, 0) * 256, right: Math.min(first + 1, columns - 1) * 256 });
  }
  return stops;
}

/** How much each column takes of the tile to its right. */
function weightsOf(width: number, tileWidth: number): Int32Array {
  return Int32Array.from({ length: width }, (_, x) => {
    const at = x / tileWidth - 0.5;
    return Math.round((at - Math.floor(at)) * ONE);
  });
}

interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly tileHeight: number;
  readonly tileWidth: number;
  readonly height: number;
  readonly width: number;
  readonly clip: number;
}

/** Each tile's curve, 256 bytes by value, row by row. */
function tileCurves(plane: Uint8Array, grid: Grid): Uint8Array {
  const { rows, columns, tileHeight, tileWidth, height, width, clip } = grid;
  const area = tileHeight * tileWidth, limit = clip > 0 ? Math.max(Math.trunc(clip * area / 256), 1) : area;
  const across = Int32Array.from({ length: columns * tileWidth }, (_, x) => mirror(x, width));
  const curves = new Uint8ClampedArray(rows * columns * 256), counts = new Int32Array(256);
  for (let tile = 0; tile < rows * columns; tile++) {
    const top = Math.floor(tile / columns) * tileHeight, left = tile % columns * tileWidth;
    counts.fill(0);
    for (let y = top; y < top + tileHeight; y++) {
      const row = mirror(y, height) * width;
      for (let x = left; x < left + tileWidth; x++) counts[plane[row + across[x]!]!]!++;
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
