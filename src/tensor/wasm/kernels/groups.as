/**
 * Convolutions in groups of channels. The pixels that some rows of the result need are copied for one group at a time, with
 * zeros around them and channels rounded up to whole vectors, into a slice that stays in the cache; there a patch's rows are
 * runs of floats, and neighbouring patches lie a step apart, so that a product reads them as they are.
 *
 * A result is made for four pixels and eight channels at once, or for eight pixels and four channels where a group has no
 * more. Rows of three taps at stride 1 go along the slice instead, with the taps of four by four channels in registers: what
 * is read of a pixel then serves the three results that it belongs to.
 */
import { Geometry } from "./convolution";
import { begin, finish } from "./epilogue";
import { spread, storeRow } from "./gemm";
import { PANEL } from "./packing";
import { floats, fma, get, put, zero } from "./simd";

/** The groups of a convolution, and where its result goes. */
@unmanaged
export class Grouping {
  groups: i32;
  /** Channels of a group in the image, and in the result. */
  inputs: i32;
  outputs: i32;
  /** Rows of the result for which a slice is made. */
  rows: i32;
  /** Pixels of a target image, of which the result fills every `stepY`-th row and `stepX`-th column from the first on. */
  targetHeight: i32;
  targetWidth: i32;
  firstY: i32;
  firstX: i32;
  stepY: i32;
  stepX: i32;
}

/** Channels rounded up to whole vectors. */
@inline
export function vectorsUp(channels: i32): i32 {
  return (channels + 3) & ~3;
}

/** Pixels of a slice's row: results are made by eights at most. */
@inline
export function sliceColumns(g: Geometry): i32 {
  return (((g.gridWidth + 7) & ~7) - 1) * g.strideX + g.filterWidth;
}

/**
 * Packs the filter `[KH, KW, inputs, groups outputs]` for groups `from`..`to`: for each group and each eight of its outputs
 * (four, if no more are left) its taps, inputs (rounded up) and outputs, with zeros where there are none.
 *
 * For an input gradient the roles of inputs and outputs are exchanged, and the taps that reach a class of pixels,
 * `first`, `first + step`, ..., come in reverse order.
 */
export function packGroups(
  filter: usize, grouping: usize, filterHeight: i32, filterWidth: i32, firstY: i32, firstX: i32, stepY: i32, stepX: i32,
  transposed: i32, out: usize, part: i32, from: i32, to: i32,
): void {
  const G = changetype<Grouping>(grouping), c = G.inputs, e = G.outputs, up = vectorsUp(c);
  const tapsY = (filterHeight - firstY + stepY - 1) / stepY, tapsX = (filterWidth - firstX + stepX - 1) / stepX;
  // Floats of the filter from one of our inputs, or outputs, to the next, and from one tap to the next.
  const all = G.groups * (transposed ? c : e), input = transposed ? 1 : all, output = transposed ? all : 1;
  const tapSize = (transposed ? e : c) * all;
  out += floats(from * tapsY * tapsX * up * vectorsUp(e));
  for (let group = from; group < to; group++) {
    const start = filter + floats(group * (transposed ? c : e));
    for (let j = 0; j < e; j += PANEL) {
      const width = min(PANEL, vectorsUp(e - j)), count = min(PANEL, e - j);
      for (let t = 0; t < tapsY * tapsX; t++) {
        const ty = transposed ? tapsY - 1 - t / tapsX : t / tapsX, tx = transposed ? tapsX - 1 - t % tapsX : t % tapsX;
        const tap = (firstY + ty * stepY) * filterWidth + firstX + tx * stepX;
        let p = start + floats(tap * tapSize + j * output);
        for (let i = 0; i < up; i++) {
          if (i < c) packOutputs(p, floats(output), count, width, out);
          else memory.fill(out, 0, floats(width));
          p += floats(input), out += floats(width);
        }
      }
    }
  }
}

@inline
function packOutputs(p: usize, step: usize, count: i32, width: i32, out: usize): void {
  if (count == width && step == 4) {
    v128.store(out, v128.load(p));
    if (width == PANEL) v128.store(out, v128.load(p, 16), 16);
    return;
  }
  for (let k = 0; k < width; k++) {
    store<f32>(out + floats(k), k < count ? load<f32>(p) : 0);
    p += step;
  }
}

/** Copies a group's channels of pixels that lie `fromStep` bytes apart to where they lie `toStep` apart. */
@inline
export function copyPixels(to: usize, toStep: usize, from: usize, fromStep: usize, pixels: i32, channels: i32): void {
  const bytes = floats(channels);
  for (let i = 0; i < pixels; i++) {
    let o: usize = 0;
    for (; o + 16 <= bytes; o += 16) put<v128>(to + o, get<v128>(from + o));
    for (; o < bytes; o += 4) put<f32>(to + o, get<f32>(from + o));
    to += toStep, from += fromStep;
  }
}

/** Fills a slice, which is zero elsewhere, with a group's channels of image rows from `y0` on, which may lie outside. */
export function fillSlice(
  slice: usize, x: usize, g: Geometry, image: i32, y0: i32, height: i32, group: i32, c: i32, rowBytes: usize, pixel: usize,
): void {
  const low = max(0, -y0), high = min(height, g.height - y0), first = max(0, g.left);
  const last = min(sliceColumns(g), g.left + g.width), row = floats(g.channels);
  for (let i = low; i < high; i++) {
    const source = x + <usize>((image * g.height + y0 + i) * g.width + first - g.left) * row + floats(group * c);
    copyPixels(slice + <usize>i * rowBytes + <usize>first * pixel, pixel, source, row, last - first, c);
  }
}

/**
 * Y, rows `from`..`to` of all images' rows.
 *
 * @param geometry Of the image, with all its channels.
 * @param filter Packed.
 * @param epilogue What is done to Y after; 0 for nothing.
 * @param scratch Room for a slice and a row of the result's vectors, for each part.
 */
export function convolveGroups(
  x: usize, geometry: usize, grouping: usize, filter: usize, y: usize, epilogue: usize, scratch: usize, stride: usize,
  part: i32, from: i32, to: i32,
): void {
  const g = changetype<Geometry>(geometry), G = changetype<Grouping>(grouping), c = G.inputs, e = G.outputs;
  const up = vectorsUp(c), pixel = floats(up), rowBytes = <usize>sliceColumns(g) * pixel, N = G.groups * e;
  const sums = scratch + <usize>part * stride, slice = sums + <usize>((g.gridWidth + 7) & ~7) * 16;
  const run = <usize>g.filterWidth * pixel, patch = g.filterHeight * g.filterWidth * up;
  const step = <usize>g.strideX * pixel, yStep = <usize>G.stepX * floats(N);
  const slides = g.filterWidth == 3 && g.strideX == 1 && up == 4;
  begin(epilogue, part, (to - from) * g.gridWidth, 0, N);
  for (let r = from; r < to;) {
    const image = r / g.gridHeight, line = r % g.gridHeight, rows = min(min(G.rows, to - r), g.gridHeight - line);
    const y0 = line * g.strideY - g.top, height = (rows - 1) * g.strideY + g.filterHeight;
    memory.fill(slice, 0, <usize>height * rowBytes);
    const first = (image * G.targetHeight + G.firstY + line * G.stepY) * G.targetWidth + G.firstX;
    let w = filter;
    for (let group = 0; group < G.groups; group++) {
      fillSlice(slice, x, g, image, y0, height, group, c, rowBytes, pixel);
      for (let j = 0; j < e; j += PANEL) {
        const width = min(PANEL, e - j), out = y + <usize>first * floats(N) + floats(group * e + j);
        for (let i = 0; i < rows; i++) {
          const source = slice + <usize>(i * g.strideY) * rowBytes;
          const target = out + <usize>(i * G.stepY * G.targetWidth) * floats(N);
          if (width > 4) {
            for (let k = 0; k < g.gridWidth; k += 4) {
              fourByEight(
                source + <usize>k * step, step, rowBytes, g.filterHeight, run, w, target + <usize>k * yStep, yStep,
                min(4, g.gridWidth - k), width,
              );
            }
          } else if (slides) {
            slideGroup(source, rowBytes, g.filterHeight, w, sums, target, yStep, g.gridWidth, width);
          } else {
            for (let k = 0; k < g.gridWidth; k += 8) {
              eightByFour(
                source + <usize>k * step, step, rowBytes, g.filterHeight, run, w, target + <usize>k * yStep, yStep,
                min(8, g.gridWidth - k), width,
              );
            }
          }
        }
        w += floats(patch * (width > 4 ? 8 : 4));
      }
    }
    finish(epilogue, part, y, r * g.gridWidth, rows * g.gridWidth, (r - from) * g.gridWidth, 0, N);
    r += rows;
  }
}

/** Eight channels of `count` <= 4 pixels, whose patches lie `step` bytes apart. */
function fourByEight(
  x: usize, step: usize, rowBytes: usize, rows: i32, run: usize, w: usize, y: usize, yStep: usize, count: i32, width: i32,
): void {
  let c00 = zero(), c01 = zero(), c10 = zero(), c11 = zero(), c20 = zero(), c21 = zero(), c30 = zero(), c31 = zero();
  for (let ky = 0; ky < rows; ky++) {
    let p0 = x, p1 = p0 + step, p2 = p1 + step, p3 = p2 + step;
    for (const end = x + run; p0 < end; p0 += 16) {
      const v0 = v128.load(p0), v1 = v128.load(p1), v2 = v128.load(p2), v3 = v128.load(p3);
      let b0 = v128.load(w), b1 = v128.load(w, 16), s = spread(v0, 0);
      c00 = fma(s, b0, c00), c01 = fma(s, b1, c01), s = spread(v1, 0);
      c10 = fma(s, b0, c10), c11 = fma(s, b1, c11), s = spread(v2, 0);
      c20 = fma(s, b0, c20), c21 = fma(s, b1, c21), s = spread(v3, 0);
      c30 = fma(s, b0, c30), c31 = fma(s, b1, c31);
      b0 = v128.load(w, 32), b1 = v128.load(w, 48), s = spread(v0, 1);
      c00 = fma(s, b0, c00), c01 = fma(s, b1, c01), s = spread(v1, 1);
      c10 = fma(s, b0, c10), c11 = fma(s, b1, c11), s = spread(v2, 1);
      c20 = fma(s, b0, c20), c21 = fma(s, b1, c21), s = spread(v3, 1);
      c30 = fma(s, b0, c30), c31 = fma(s, b1, c31);
      b0 = v128.load(w, 64), b1 = v128.load(w, 80), s = spread(v0, 2);
      c00 = fma(s, b0, c00), c01 = fma(s, b1, c01), s = spread(v1, 2);
      c10 = fma(s, b0, c10), c11 = fma(s, b1, c11), s = spread(v2, 2);
      c20 = fma(s, b0, c20), c21 = fma(s, b1, c21), s = spread(v3, 2);
      c30 = fma(s, b0, c30), c31 = fma(s, b1, c31);
      b0 = v128.load(w, 96), b1 = v128.load(w, 112), s = spread(v0, 3);
      c00 = fma(s, b0, c00), c01 = fma(s, b1, c01), s = spread(v1, 3);
      c10 = fma(s, b0, c10), c11 = fma(s, b1, c11), s = spread(v2, 3);
      c20 = fma(s, b0, c20), c21 = fma(s, b1, c21), s = spread(v3, 3);
      c30 = fma(s, b0, c30), c31 = fma(s, b1, c31);
      p1 += 16, p2 += 16, p3 += 16, w += 128;
    }
    x += rowBytes;
  }
  storeRow(y, c00, c01, width, false);
  if (count > 1) storeRow(y + yStep, c10, c11, width, false);
  if (count > 2) storeRow(y + 2 * yStep, c20, c21, width, false);
  if (count > 3) storeRow(y + 3 * yStep, c30, c31, width, false);
}

/** Up to four channels of `count` <= 8 pixels. */
function eightByFour(
  x: usize, step: usize, rowBytes: usize, rows: i32, run: usize, w: usize, y: usize, yStep: usize, count: i32, width: i32,
): void {
  let c0 = zero(), c1 = zero(), c2 = zero(), c3 = zero(), c4 = zero(), c5 = zero(), c6 = zero(), c7 = zero();
  const four = 4 * step;
  for (let ky = 0; ky < rows; ky++) {
    let p0 = x, p1 = p0 + step, p2 = p1 + step, p3 = p2 + step;
    for (const end = x + run; p0 < end; p0 += 16) {
      const b0 = v128.load(w), b1 = v128.load(w, 16), b2 = v128.load(w, 32), b3 = v128.load(w, 48);
      c0 = productOf(v128.load(p0), b0, b1, b2, b3, c0), c4 = productOf(v128.load(p0 + four), b0, b1, b2, b3, c4);
      c1 = productOf(v128.load(p1), b0, b1, b2, b3, c1), c5 = productOf(v128.load(p1 + four), b0, b1, b2, b3, c5);
      c2 = productOf(v128.load(p2), b0, b1, b2, b3, c2), c6 = productOf(v128.load(p2 + four), b0, b1, b2, b3, c6);
      c3 = productOf(v128.load(p3), b0, b1, b2, b3, c3), c7 = productOf(v128.load(p3 + four), b0, b1, b2, b3, c7);
      p1 += 16, p2 += 16, p3 += 16, w += 64;
    }
    x += rowBytes;
  }
  storeVector(y, c0, width);
  if (count > 1) storeVector(y + yStep, c1, width);
  if (count > 2) storeVector(y + 2 * yStep, c2, width);
  if (count > 3) storeVector(y + 3 * yStep, c3, width);
  if (count > 4) storeVector(y + 4 * yStep, c4, width);
  if (count > 5) storeVector(y + 5 * yStep, c5, width);
  if (count > 6) storeVector(y + 6 * yStep, c6, width);
  if (count > 7) storeVector(y + 7 * yStep, c7, width);
}

/** sum + four inputs times their rows of four outputs. */
@inline
function productOf(v: v128, b0: v128, b1: v128, b2: v128, b3: v128, sum: v128): v128 {
  return fma(spread(v, 3), b3, fma(spread(v, 2), b2, fma(spread(v, 1), b1, fma(spread(v, 0), b0, sum))));
}

@inline
function storeVector(y: usize, v: v128, width: i32): void {
  if (width == 4) v128.store(y, v);
  else storeRow(y, v, zero(), width, false);
}

/** A row of up to four channels of four inputs, by rows of three taps at stride 1. */
function slideGroup(
  x: usize, rowBytes: usize, rows: i32, w: usize, sums: usize, y: usize, yStep: usize, pixels: i32, width: i32,
): void {
  for (let ky = 0; ky < rows; ky++) {
    const w00 = v128.load(w), w01 = v128.load(w, 16), w02 = v128.load(w, 32), w03 = v128.load(w, 48);
    const w10 = v128.load(w, 64), w11 = v128.load(w, 80), w12 = v128.load(w, 96), w13 = v128.load(w, 112);
    const w20 = v128.load(w, 128), w21 = v128.load(w, 144), w22 = v128.load(w, 160), w23 = v128.load(w, 176);
    let p = x, v = v128.load(p);
    // The sums of the two results that the next pixel goes on with.
    let older = productOf(v, w00, w01, w02, w03, zero());
    v = v128.load(p, 16);
    older = productOf(v, w10, w11, w12, w13, older);
    let newer = productOf(v, w00, w01, w02, w03, zero()), q = sums;
    p += 32;
    const last = ky == rows - 1;
    for (let i = 0; i < pixels; i++) {
      v = v128.load(p);
      let s = spread(v, 0), done = fma(s, w20, older), next = fma(s, w10, newer), fresh = f32x4.mul(s, w00);
      s = spread(v, 1), done = fma(s, w21, done), next = fma(s, w11, next), fresh = fma(s, w01, fresh);
      s = spread(v, 2), done = fma(s, w22, done), next = fma(s, w12, next), fresh = fma(s, w02, fresh);
      s = spread(v, 3), done = fma(s, w23, done), older = fma(s, w13, next), newer = fma(s, w03, fresh);
      if (ky > 0) done = f32x4.add(done, v128.load(q));
      if (last) {
        storeVector(y, done, width);
        y += yStep;
      } else v128.store(q, done);
      p += 16, q += 16;
    }
    x += rowBytes, w += 192;
  }
}
