/**
 * The backward pass of a depthwise convolution between two batch norms, in one go over the rows of its input: the gradient
 * through the second norm is computed as rows enter the ring, the image is normalised and activated anew, and the input
 * gradient leaves through the activation, with the sums that the first norm's gradients need. Nothing in between is
 * written out.
 */
import { normalise, Normalised } from "./batch_norm";
import { Geometry } from "./convolution";
import { correlate, correlateWithThree } from "./correlate";
import { gradientOf, Operand } from "./operand";
import { channelsUp, copyRow, paddedWidth, setPair, TABLE } from "./rows";
import {
  activate, activationGradient, floats, fma, get, LIMIT, MINUS_LOG2_E, ONE, P1, P2, P3, P4, P5, put, ROUNDER, sigmoidBy,
  SILU,
} from "./simd";
import { slide } from "./slide";

/**
 * Rows `from`..`to` of all images' rows. The geometry is that of the forward convolution.
 *
 * @param dz The gradient before the second norm's activation.
 * @param operand The second norm's input gradient, `GRADIENT`.
 * @param x The first norm's input; without a first norm, the convolution's own.
 * @param input The first norm, `Normalised`; 0 for none.
 * @param filter Prepared, mirrored.
 * @param dx The gradient before the first norm's activation; without a first norm, of the convolution's input.
 * @param residual Without a first norm: what is added to dx; 0 for nothing.
 * @param filters Sums `[KH, KW, C rounded up]` for each part.
 * @param sums With a first norm: the sum of dx `[C]`, and of dx times (x - mean) `[C]`, for each part.
 * @param scratch Room for the table, `filterHeight` rows of `width + filterWidth - 1` pixels, a padded row, and three rows,
 *   for each part.
 */
export function depthwiseBlock(
  dz: usize, operand: usize, x: usize, input: usize, filter: usize, dx: usize, residual: usize, filters: usize,
  sums: usize, geometry: usize, scratch: usize, stride: usize, part: i32, from: i32, to: i32,
): void {
  const g = changetype<Geometry>(geometry), C = g.channels, up = channelsUp(C), pixel = floats(up), taps = g.filterWidth;
  const table = scratch + <usize>part * stride, ring = table + TABLE;
  const columns = g.width + taps - 1, rowBytes = <usize>columns * pixel;
  const image0 = ring + <usize>g.filterHeight * rowBytes, slopes = image0 + <usize>paddedWidth(g) * pixel;
  const result = slopes + <usize>g.width * pixel;
  memory.fill(ring, 0, slopes - ring);
  const filterBytes = <usize>(g.filterHeight * taps) * pixel;
  filters += <usize>part * filterBytes;
  sums += <usize>part * 2 * floats(C);
  memory.fill(filters, 0, filterBytes);
  if (input) memory.fill(sums, 0, 2 * floats(C));
  // Column i of the gradient goes to column offset + i stride of the padded row, where there is one.
  const offset = taps - 1 - g.left, gap = <usize>g.strideX * pixel;
  const first = offset < 0 ? (-offset + g.strideX - 1) / g.strideX : 0;
  const last = min(g.gridWidth, (columns - 1 - offset) / g.strideX + 1);
  const begin = floats((offset + first * g.strideX) * up);
  let image = -1, copied = -1;
  for (let r = from; r < to; r++) {
    if (r / g.height != image) {
      image = r / g.height;
      copied = -1;
    }
    const y0 = r % g.height + g.top; // row oy of the gradient meets filter row y0 - oy stride
    const low = max(0, (y0 - g.filterHeight + g.strideY) / g.strideY), high = min(g.gridHeight - 1, y0 / g.strideY);
    for (let oy = max(low, copied + 1); oy <= high; oy++) {
      const source = dz + <usize>((image * g.gridHeight + oy) * g.gridWidth + first) * floats(C);
      placeGradient(ring + <usize>(oy % g.filterHeight) * rowBytes + begin, gap, source, operand, last - first, C);
      copied = oy;
    }
    const o = <usize>(r * g.width) * floats(C), padded = image0 + <usize>g.left * pixel;
    if (input) activateRow(x + o, input, padded, slopes, g.width, C, up);
    else copyRow(padded, up, x + o, g.width, C);

    let pairs = 0;
    for (let oy = high; oy >= low; oy--) {
      const ky = y0 - oy * g.strideY;
      if (ky >= g.filterHeight) continue;
      setPair(table, pairs++, ring + <usize>(oy % g.filterHeight) * rowBytes, filter + <usize>(ky * taps) * pixel);
    }
    const column = image0 + <usize>first * gap;
    if (taps == 3 && g.strideX == 1 && pairs == 3) {
      const g0 = <usize>load<u32>(table) + begin, g1 = <usize>load<u32>(table, 8) + begin;
      correlateWithThree(column, g0, g1, <usize>load<u32>(table, 16) + begin, filters, last - first, pixel);
    } else {
      for (let i = 0; i < pairs; i++) {
        const pair = table + (<usize>i << 3), rows = <usize>load<u32>(pair, 4) - filter; // the filter row's place
        correlate(column, <usize>load<u32>(pair) + begin, filters + rows, taps, last - first, pixel, gap, gap);
      }
    }
    slide(table, pairs, taps, 1, result, g.width, pixel);
    if (input) leaveThroughActivation(result, slopes, x + o, input, dx + o, sums, g.width, C, up);
    else leave(result, residual ? residual + o : 0, dx + o, g.width, C, up);
  }
}

/** Pixels for which the tables' values of a channel are read once. */
const TOGETHER: i32 = 8;

/** Puts pixels of the second norm's input gradient into a row, `gap` bytes apart. */
function placeGradient(to: usize, gap: usize, dz: usize, operand: usize, pixels: i32, C: i32): void {
  const o = changetype<Operand>(operand), row = floats(C);
  for (let i = 0; i < pixels; i += TOGETHER) {
    const count = min(TOGETHER, pixels - i);
    let c: usize = 0;
    for (; c + 16 <= row; c += 16) placeColumn<v128>(to + c, gap, dz + c, o, c, count, row);
    for (; c < row; c += 4) placeColumn<f32>(to + c, gap, dz + c, o, c, count, row);
    dz += <usize>count * row, to += <usize>count * gap;
  }
}

@inline
function placeColumn<T>(to: usize, gap: usize, dz: usize, o: Operand, c: usize, count: i32, row: usize): void {
  const mean = get<T>(o.mean + c), scale = get<T>(o.scale + c), offset = get<T>(o.offset + c);
  const slope = get<T>(o.slope + c);
  let x = dz + o.other;
  for (let i = 0; i < count; i++) {
    put<T>(to, gradientOf(get<T>(dz), get<T>(x), mean, scale, offset, slope));
    dz += row, x += row, to += gap;
  }
}

/** A row through the first norm and its activation, and the activation's slopes. */
function activateRow(x: usize, input: usize, to: usize, slopes: usize, pixels: i32, C: i32, up: i32): void {
  const n = changetype<Normalised>(input), row = floats(C), pixel = floats(up);
  for (let i = 0; i < pixels; i += TOGETHER) {
    const count = min(TOGETHER, pixels - i);
    let c: usize = 0;
    if (n.activation == 2) {
      for (; c + 16 <= row; c += 16) activateColumn<v128>(x + c, n, c, to + c, slopes + c, count, row, pixel, 2);
    } else {
      for (; c + 16 <= row; c += 16) {
        activateColumn<v128>(x + c, n, c, to + c, slopes + c, count, row, pixel, n.activation);
      }
    }
    for (; c < row; c += 4) activateColumn<f32>(x + c, n, c, to + c, slopes + c, count, row, pixel, n.activation);
    x += <usize>count * row, to += <usize>count * pixel, slopes += <usize>count * pixel;
  }
}

@inline
function activateColumn<T>(
  x: usize, n: Normalised, c: usize, to: usize, slopes: usize, count: i32, row: usize, pixel: usize, activation: i32,
): void {
  const mean = get<T>(n.mean + c), scale = get<T>(n.scale + c), beta = get<T>(n.beta + c);
  // What sigmoidBy() takes, read before the loop.
  const log2e = f32x4.splat(MINUS_LOG2_E), rounder = f32x4.splat(ROUNDER), one = f32x4.splat(ONE);
  const low = f32x4.splat(-LIMIT), high = f32x4.splat(LIMIT), p1 = f32x4.splat(P1), p2 = f32x4.splat(P2);
  const p3 = f32x4.splat(P3), p4 = f32x4.splat(P4), p5 = f32x4.splat(P5);
  for (let i = 0; i < count; i++) {
    const z = normalise(get<T>(x), mean, scale, beta);
    if (activation == SILU) {
      const s = sigmoidBy(z, log2e, rounder, low, high, p1, p2, p3, p4, p5, one), y = f32x4.mul(z, s);
      put<T>(to, y);
      put<T>(slopes, fma(y, f32x4.sub(one, s), s));
    } else {
      put<T>(to, activate(z, activation));
      put<T>(slopes, activationGradient(one, z, activation));
    }
    x += row, to += pixel, slopes += pixel;
  }
}

/** dX = gradient times slope, and its sums. */
function leaveThroughActivation(
  gradient: usize, slopes: usize, x: usize, input: usize, dx: usize, sums: usize, pixels: i32, C: i32, up: i32,
): void {
  const mean = changetype<Normalised>(input).mean, row = floats(C), pixel = floats(up);
  for (let i = 0; i < pixels; i += TOGETHER) {
    const count = min(TOGETHER, pixels - i);
    let c: usize = 0;
    for (; c + 16 <= row; c += 16) {
      leaveColumn<v128>(gradient + c, slopes + c, x + c, mean + c, dx + c, sums + c, count, row, pixel);
    }
    for (; c < row; c += 4) {
      leaveColumn<f32>(gradient + c, slopes + c, x + c, mean + c, dx + c, sums + c, count, row, pixel);
    }
    gradient += <usize>count * pixel, slopes += <usize>count * pixel, x += <usize>count * row, dx += <usize>count * row;
  }
}

@inline
function leaveColumn<T>(
  gradient: usize, slopes: usize, x: usize, mean: usize, dx: usize, sums: usize, pixels: i32, row: usize, pixel: usize,
): void {
  const m = get<T>(mean);
  let sum = get<T>(sums), product = get<T>(sums + row);
  for (let i = 0; i < pixels; i++) {
    const d = f32x4.mul(get<T>(gradient), get<T>(slopes));
    put<T>(dx, d);
    sum = f32x4.add(sum, d);
    product = fma(d, f32x4.sub(get<T>(x), m), product);
    gradient += pixel, slopes += pixel, x += row, dx += row;
  }
  put<T>(sums, sum);
  put<T>(sums + row, product);
}

/** dX = gradient, plus the residual's where there is one. */
function leave(gradient: usize, residual: usize, dx: usize, pixels: i32, C: i32, up: i32): void {
  const row = floats(C);
  for (let i = 0; i < pixels; i++) {
    let c: usize = 0;
    for (; c + 16 <= row; c += 16) {
      const d = get<v128>(gradient + c);
      put<v128>(dx + c, residual ? f32x4.add(d, get<v128>(residual + c)) : d);
    }
    for (; c < row; c += 4) {
      const d = get<f32>(gradient + c);
      put<f32>(dx + c, residual ? f32x4.add(d, get<f32>(residual + c)) : d);
    }
    gradient += floats(up), dx += row;
    if (residual) residual += row;
  }
}
