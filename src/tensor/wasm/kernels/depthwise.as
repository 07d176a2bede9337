/**
 * Depthwise convolutions `[KH, KW, C, 1]` and their gradients, row by row of the result; see `rows.as` and `slide.as`.
 *
 * `back_rows.as` says how a row of the input gradient is made; each has the rows of the output gradient that meet it.
 */
import { gradientColumns, leadColumns, slideBack } from "./back_rows";
import { Geometry } from "./convolution";
import { correlate } from "./correlate";
import { begin, finish } from "./epilogue";
import { channelsUp, copyResult, copyRow, paddedWidth, placeRow, setPair, TABLE } from "./rows";
import { floats, get, put } from "./simd";
import { slide } from "./slide";

/** Pixels of the result that an epilogue goes through at once. */
const TOGETHER: i32 = 64;

/**
 * Y, rows `from`..`to` of all images' rows.
 *
 * @param input The batch norm and activation that X goes through first; 0 for none.
 * @param filter Prepared.
 * @param epilogue What is done to Y after; 0 for nothing.
 * @param scratch Room for the table, `filterHeight` padded rows and a result row, for each part.
 */
export function depthwise(
  x: usize, input: usize, filter: usize, y: usize, geometry: usize, epilogue: usize, scratch: usize, stride: usize,
  part: i32, from: i32, to: i32,
): void {
  const g = changetype<Geometry>(geometry), C = g.channels, up = channelsUp(C), pixel = floats(up);
  const table = scratch + <usize>part * stride, ring = table + TABLE;
  const rowBytes = <usize>paddedWidth(g) * pixel, result = ring + <usize>g.filterHeight * rowBytes;
  memory.fill(ring, 0, <usize>g.filterHeight * rowBytes);
  const start = from * g.gridWidth;
  let finished = start; // pixels that the epilogue has gone through
  begin(epilogue, part, to * g.gridWidth - start, 0, C);
  let image = -1, copied = -1; // the image whose rows are in the ring, and the last of them
  for (let r = from; r < to; r++) {
    if (r / g.gridHeight != image) {
      image = r / g.gridHeight;
      copied = -1;
    }
    const y0 = r % g.gridHeight * g.strideY - g.top, end = min(g.height, y0 + g.filterHeight);
    for (let iy = max(max(0, y0), copied + 1); iy < end; iy++) {
      const row = ring + <usize>(iy % g.filterHeight) * rowBytes + <usize>g.left * pixel;
      placeRow(input, row, up, x + <usize>((image * g.height + iy) * g.width) * floats(C), g.width, C);
      copied = iy;
    }
    let pairs = 0;
    for (let ky = 0; ky < g.filterHeight; ky++) {
      const iy = y0 + ky;
      if (iy < 0 || iy >= g.height) continue;
      const row = ring + <usize>(iy % g.filterHeight) * rowBytes;
      setPair(table, pairs++, row, filter + <usize>(ky * g.filterWidth) * pixel);
    }
    const out = y + <usize>(r * g.gridWidth) * floats(C);
    slide(table, pairs, 0, 0, g.filterWidth, pixel, g.strideX, up == C ? out : result, pixel, g.gridWidth, pixel);
    if (up != C) copyResult(out, result, g.gridWidth, C);
    const done = (r + 1) * g.gridWidth;
    if (done - finished < TOGETHER && r + 1 < to) continue;
    finish(epilogue, part, y, finished, done - finished, finished - start, 0, C);
    finished = done;
  }
}

/**
 * The input gradient, rows `from`..`to` of all images' rows. The geometry is that of the forward convolution.
 *
 * @param filter Prepared, mirrored.
 * @param scratch Room for the table, `filterHeight` padded rows of the gradient and a result row, for each part.
 */
export function depthwiseInput(
  dy: usize, filter: usize, dx: usize, geometry: usize, scratch: usize, stride: usize, part: i32, from: i32, to: i32,
): void {
  const g = changetype<Geometry>(geometry), C = g.channels, up = channelsUp(C), pixel = floats(up);
  const table = scratch + <usize>part * stride, ring = table + TABLE;
  const rowBytes = <usize>gradientColumns(g) * pixel, lead = <usize>leadColumns(g) * pixel;
  const result = ring + <usize>g.filterHeight * rowBytes;
  memory.fill(ring, 0, <usize>g.filterHeight * rowBytes);
  let image = -1, copied = -1;
  for (let r = from; r < to; r++) {
    if (r / g.height != image) {
      image = r / g.height;
      copied = -1;
    }
    const y0 = r % g.height + g.top; // row oy of the output gradient meets filter row y0 - oy stride
    const low = max(0, (y0 - g.filterHeight + g.strideY) / g.strideY), high = min(g.gridHeight - 1, y0 / g.strideY);
    for (let oy = max(low, copied + 1); oy <= high; oy++) {
      const source = dy + <usize>((image * g.gridHeight + oy) * g.gridWidth) * floats(C);
      copyRow(ring + <usize>(oy % g.filterHeight) * rowBytes + lead, up, source, g.gridWidth, C);
      copied = oy;
    }
    let pairs = 0;
    for (let oy = high; oy >= low; oy--) {
      const ky = y0 - oy * g.strideY;
      if (ky >= g.filterHeight) continue;
      const row = ring + <usize>(oy % g.filterHeight) * rowBytes;
      setPair(table, pairs++, row, filter + <usize>(ky * g.filterWidth) * pixel);
    }
    const out = dx + <usize>(r * g.width) * floats(C);
    slideBack(g, table, pairs, up == C ? out : result, pixel);
    if (up != C) copyResult(out, result, g.width, C);
  }
}

/**
 * The filter gradient from result rows `from`..`to`: one sum `[KH, KW, C rounded up]` for each part.
 *
 * @param partials The parts' sums, one after another.
 * @param scratch Room for `filterHeight` padded rows and a row of the output gradient, for each part.
 */
export function depthwiseFilter(
  x: usize, dy: usize, partials: usize, geometry: usize, scratch: usize, stride: usize, part: i32, from: i32, to: i32,
): void {
  const g = changetype<Geometry>(geometry), C = g.channels, up = channelsUp(C), pixel = floats(up);
  const ring = scratch + <usize>part * stride, taps = g.filterWidth;
  const rowBytes = <usize>paddedWidth(g) * pixel, gradient = ring + <usize>g.filterHeight * rowBytes;
  const sumBytes = <usize>(g.filterHeight * taps) * pixel, sums = partials + <usize>part * sumBytes;
  memory.fill(ring, 0, <usize>g.filterHeight * rowBytes);
  memory.fill(sums, 0, sumBytes);
  let image = -1, copied = -1;
  for (let r = from; r < to; r++) {
    if (r / g.gridHeight != image) {
      image = r / g.gridHeight;
      copied = -1;
    }
    const y0 = r % g.gridHeight * g.strideY - g.top, start = max(0, y0), end = min(g.height, y0 + g.filterHeight);
    for (let iy = max(start, copied + 1); iy < end; iy++) {
      const row = ring + <usize>(iy % g.filterHeight) * rowBytes;
      copyRow(row + <usize>g.left * pixel, up, x + <usize>((image * g.height + iy) * g.width) * floats(C), g.width, C);
      copied = iy;
    }
    let dyRow = dy + <usize>(r * g.gridWidth) * floats(C);
    if (up != C) {
      copyRow(gradient, up, dyRow, g.gridWidth, C);
      dyRow = gradient;
    }
    for (let iy = start; iy < end; iy++) {
      const row = ring + <usize>(iy % g.filterHeight) * rowBytes, sum = sums + <usize>((iy - y0) * taps) * pixel;
      correlate(row, dyRow, sum, taps, g.gridWidth, pixel, g.strideX);
    }
  }
}

/** Adds the parts' sums into a filter gradient `[taps, C]`, for taps `from`..`to`. */
export function sumFilters(
  partials: usize, parts: i32, out: usize, taps: i32, C: i32, part: i32, from: i32, to: i32,
): void {
  const pixel = floats(channelsUp(C)), row = floats(C), size = <usize>taps * pixel;
  for (let tap = from; tap < to; tap++) {
    const p = partials + <usize>tap * pixel, q = out + <usize>tap * row;
    let c: usize = 0;
    for (; c + 16 <= row; c += 16) put<v128>(q + c, sumAcross<v128>(p + c, parts, size));
    for (; c < row; c += 4) put<f32>(q + c, sumAcross<f32>(p + c, parts, size));
  }
}

@inline
function sumAcross<T>(p: usize, parts: i32, size: usize): v128 {
  let sum = get<T>(p);
  for (let i = 1; i < parts; i++) {
    p += size;
    sum = f32x4.add(sum, get<T>(p));
  }
  return sum;
}
