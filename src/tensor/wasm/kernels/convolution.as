/**
 * Convolutions as matrix products: patches of the image are gathered row by row into a tile that stays in the cache, and
 * the tile is multiplied by the filter. A patch `[KH, KW, C]` of an NHWC image is KH runs of KW C floats.
 */
import { begin, finish } from "./epilogue";
import { DEPTH, multiplyRows, multiplyTransposed, ROWS, TRANSPOSED_DEPTH } from "./gemm";
import { BLOCK, blocksUp, packColumns, PANEL, packPanels } from "./packing";
import { floats } from "./simd";

/** Shape of a convolution: the image that patches come from, the grid of patches, the patch, its steps and its origin. */
@unmanaged
export class Geometry {
  height: i32;
  width: i32;
  channels: i32;
  gridHeight: i32;
  gridWidth: i32;
  filterHeight: i32;
  filterWidth: i32;
  strideY: i32;
  strideX: i32;
  /** Rows above the image where the first patch begins; may be negative. */
  top: i32;
  left: i32;

  /** Floats of a patch. */
  @inline
  get patch(): i32 {
    return this.filterHeight * this.filterWidth * this.channels;
  }
}

/** Copies columns `from`..`to` of one patch to `out`; what lies outside the image is zero. */
function gatherPatch(x: usize, g: Geometry, index: i32, from: i32, to: i32, out: usize): void {
  const gridX = index % g.gridWidth, row = index / g.gridWidth;
  const y0 = row % g.gridHeight * g.strideY - g.top, x0 = gridX * g.strideX - g.left;
  const image = row / g.gridHeight * g.height, C = g.channels, run = g.filterWidth * C;
  const first = max(0, -x0) * C, last = min(g.filterWidth, g.width - x0) * C; // the part of a run inside the image
  for (let ky = from / run; ky < g.filterHeight; ky++) {
    const start = ky * run, low = max(from, start), high = min(to, start + run);
    if (low >= high) return;
    const y = y0 + ky;
    const a = y < 0 || y >= g.height ? high : min(high, max(low, start + first));
    const b = max(a, min(high, start + last));
    const source = x + floats(((image + y) * g.width + x0) * C - start);
    clear(out + floats(low - from), floats(a - low));
    copy(out + floats(a - from), source + floats(a), floats(b - a));
    clear(out + floats(b - from), floats(high - b));
  }
}

@inline
function copy(to: usize, from: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
  for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(from + i));
}

@inline
function clear(to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 4) store<f32>(to + i, 0);
}

/** Writes patches `from`..`to` as rows of a matrix. */
export function gatherRows(x: usize, geometry: usize, out: usize, part: i32, from: i32, to: i32): void {
  const g = changetype<Geometry>(geometry), K = g.patch;
  for (let i = from; i < to; i++) gatherPatch(x, g, i, 0, K, out + <usize>i * floats(K));
}

/**
 * Y[patches, N] = patches times a filter `[K, N]` in panels.
 *
 * @param epilogue What is done to Y after; 0 for nothing.
 * @param scratch Room for 60 patches and 60 x 384 floats for each part.
 */
export function convolve(
  x: usize, geometry: usize, panels: usize, y: usize, N: i32, epilogue: usize, scratch: usize, stride: usize,
  part: i32, from: i32, to: i32,
): void {
  const g = changetype<Geometry>(geometry), K = g.patch, tile = scratch + <usize>part * stride;
  const room = tile + <usize>ROWS * floats(K);
  begin(epilogue, part, to - from, 0, N);
  for (let row = from; row < to; row += ROWS) {
    const rows = min(ROWS, to - row);
    for (let i = 0; i < rows; i++) gatherPatch(x, g, row + i, 0, K, tile + <usize>i * floats(K));
    multiplyRows(tile, 0, 0, panels, y + <usize>row * floats(N), rows, N, K, room);
    finish(epilogue, part, y, row, rows, row - from, 0, N);
  }
}

/**
 * As `convolve`, into every `stepY`-th row and `stepX`-th column of images `[height, width, N]`, from (`firstY`,
 * `firstX`) on: the pixels of an input gradient that one class of filter taps reaches.
 */
export function convolveScattered(
  x: usize, geometry: usize, panels: usize, y: usize, N: i32, height: i32, width: i32, firstY: i32, firstX: i32,
  stepY: i32, stepX: i32, scratch: usize, stride: usize, part: i32, from: i32, to: i32,
): void {
  const g = changetype<Geometry>(geometry), K = g.patch;
  const tile = scratch + <usize>part * stride, room = tile + <usize>ROWS * floats(K);
  const result = room + <usize>ROWS * floats(DEPTH);
  for (let row = from; row < to; row += ROWS) {
    const rows = min(ROWS, to - row);
    for (let i = 0; i < rows; i++) gatherPatch(x, g, row + i, 0, K, tile + <usize>i * floats(K));
    multiplyRows(tile, 0, 0, panels, result, rows, N, K, room);
    for (let i = 0; i < rows; i++) {
      const column = (row + i) % g.gridWidth, line = (row + i) / g.gridWidth;
      const py = line / g.gridHeight * height + firstY + line % g.gridHeight * stepY, px = firstX + column * stepX;
      copy(y + <usize>(py * width + px) * floats(N), result + <usize>i * floats(N), floats(N));
    }
  }
}

/**
 * Packs the taps of a filter `[KH, KW, C, E]` that reach one class of input pixels, both transposed and in reverse order:
 * the B `[taps E, C]` of an input gradient. Taps are `first`, `first + step`, ... along each axis.
 */
export function packTaps(
  filter: usize, filterHeight: i32, filterWidth: i32, C: i32, E: i32, firstY: i32, firstX: i32, stepY: i32, stepX: i32,
  panels: usize, part: i32, from: i32, to: i32,
): void {
  const tapsY = (filterHeight - firstY + stepY - 1) / stepY, tapsX = (filterWidth - firstX + stepX - 1) / stepX;
  const K = tapsY * tapsX * E;
  for (let panel = from; panel < to; panel++) {
    let out = panels + floats(panel * K * PANEL);
    for (let ty = tapsY - 1; ty >= 0; ty--) {
      for (let tx = tapsX - 1; tx >= 0; tx--) {
        const tap = (firstY + ty * stepY) * filterWidth + firstX + tx * stepX;
        const rows = filter + <usize>(tap * C + panel * PANEL) * floats(E); // E floats for each of the panel's channels
        packPanels(rows, 0, E, 1, E, min(PANEL, C - panel * PANEL), out, 0, 0, 1);
        out += floats(E * PANEL);
      }
    }
  }
}

/** Filter gradient `[K, N]` from patches `from`..`to`, one result a part, as `gemmTransposedRows`. */
export function convolveTransposedRows(
  x: usize, geometry: usize, dy: usize, c: usize, N: i32, partials: usize, scratch: usize, stride: usize,
  part: i32, from: i32, to: i32,
): void {
  const g = changetype<Geometry>(geometry), K = g.patch;
  if (part > 0) c = partials + <usize>(part - 1) * floats(K * N);
  const tile = scratch + <usize>part * stride, columns = tile + floats(K * TRANSPOSED_DEPTH);
  const panels = columns + floats(blocksUp(K) * TRANSPOSED_DEPTH);
  for (let p = from; p < to; p += TRANSPOSED_DEPTH) {
    const depth = min(TRANSPOSED_DEPTH, to - p);
    for (let i = 0; i < depth; i++) gatherPatch(x, g, p + i, 0, K, tile + <usize>i * floats(K));
    packColumns(tile, 0, K, 0, depth, 0, K, columns);
    packPanels(dy + <usize>p * floats(N), 0, N, 0, depth, N, panels, 0, 0, (N + PANEL - 1) / PANEL);
    multiplyTransposed(columns, panels, depth, c, K, N, depth, p > from);
  }
}

/** Rows `from`..`to`, by fives, of a filter gradient `[K, N]` from all P patches, as `gemmTransposedColumns`. */
export function convolveTransposedColumns(
  x: usize, geometry: usize, panels: usize, c: usize, N: i32, P: i32, scratch: usize, stride: usize,
  part: i32, from: i32, to: i32,
): void {
  const g = changetype<Geometry>(geometry), width = to - from;
  const tile = scratch + <usize>part * stride, columns = tile + floats(width * TRANSPOSED_DEPTH);
  for (let p = 0; p < P; p += TRANSPOSED_DEPTH) {
    const depth = min(TRANSPOSED_DEPTH, P - p);
    for (let i = 0; i < depth; i++) gatherPatch(x, g, p + i, from, to, tile + <usize>i * floats(width));
    packColumns(tile, 0, width, 0, depth, 0, width, columns);
    multiplyTransposed(
      columns, panels + floats(p * PANEL), P, c + floats(from * N), width, N, depth, p > 0,
    );
  }
}
