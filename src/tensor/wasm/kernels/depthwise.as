/**
 * Depthwise convolutions `[KH, KW, C, 1]` and their gradients.
 *
 * The work goes by rows of the result. The rows of the image that a result row needs are copied, with zeros left and
 * right, into a ring of padded rows, so that the inner loops know no edges; a row is copied once though KH results use it.
 * In the ring, as in the prepared filters, channels are rounded up to a multiple of four.
 *
 * The inner loops go along a row for four channels at a time, with the filter in registers: each column is loaded once
 * and added to all the sums that it belongs to, and the sums move on by one. Sums of neighbouring results are independent,
 * so the additions overlap.
 *
 * The input gradient is the same convolution of the output gradient, whose columns are set apart by the stride, with the
 * filter mirrored; rows that the stride leaves empty are skipped.
 */
import { Geometry } from "./convolution";
import { floats, fma, zero } from "./simd";

/** C rounded up to a multiple of four. */
@inline
function channelsUp(C: i32): i32 {
  return (C + 3) & ~3;
}

/**
 * Copies a filter with its channels rounded up, and its columns in reverse order if `mirrored`.
 */
export function prepareFilter(filter: usize, out: usize, height: i32, width: i32, C: i32, mirrored: i32): void {
  const up = channelsUp(C);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const tap = y * width + (mirrored ? width - 1 - x : x);
      copyChannels(out + floats((y * width + x) * up), filter + floats(tap * C), C, up);
    }
  }
}

/** Copies the channels of a pixel, and zeros up to `up`. */
@inline
function copyChannels(to: usize, from: usize, C: i32, up: i32): void {
  memory.copy(to, from, floats(C));
  for (let c = C; c < up; c++) store<f32>(to + floats(c), 0);
}

/** Copies pixels into a padded row, `gap` floats apart. */
function copyRow(to: usize, gap: i32, from: usize, pixels: i32, C: i32): void {
  const up = channelsUp(C);
  if (gap == C) return memory.copy(to, from, floats(pixels * C));
  for (let i = 0; i < pixels; i++) copyChannels(to + floats(i * gap), from + floats(i * C), C, up);
}

/** Copies a result row, whose channels are rounded up, to where it belongs. */
function copyResult(to: usize, from: usize, pixels: i32, C: i32): void {
  const up = channelsUp(C);
  for (let i = 0; i < pixels; i++) memory.copy(to + floats(i * C), from + floats(i * up), floats(C));
}

/** The most rows of a filter. */
const MAX_ROWS: i32 = 32;
/** Bytes of a part's table of (image row, filter row) pairs. */
const TABLE: usize = 8 * MAX_ROWS;

/** Puts a pair into a part's table. */
@inline
function setPair(table: usize, index: i32, row: usize, filter: usize): void {
  const entry = table + (<usize>index << 3);
  store<u32>(entry, <u32>row);
  store<u32>(entry, <u32>filter, 4);
}

/** Columns of a padded row of the image. */
@inline
function paddedWidth(g: Geometry): i32 {
  return max(g.width + max(0, g.left), (g.gridWidth - 1) * g.strideX + g.filterWidth);
}

/**
 * Y, rows `from`..`to` of all images' rows.
 *
 * @param filter Prepared.
 * @param scratch Room for the table, `filterHeight` padded rows and a result row, for each part.
 */
export function depthwise(
  x: usize, filter: usize, y: usize, geometry: usize, scratch: usize, stride: usize, part: i32, from: i32, to: i32,
): void {
  const g = changetype<Geometry>(geometry), C = g.channels, up = channelsUp(C), pixel = floats(up);
  const table = scratch + <usize>part * stride, ring = table + TABLE;
  const rowBytes = <usize>paddedWidth(g) * pixel, result = ring + <usize>g.filterHeight * rowBytes;
  memory.fill(ring, 0, <usize>g.filterHeight * rowBytes);
  let image = -1, copied = -1; // the image whose rows are in the ring, and the last of them
  for (let r = from; r < to; r++) {
    if (r / g.gridHeight != image) {
      image = r / g.gridHeight;
      copied = -1;
    }
    const y0 = r % g.gridHeight * g.strideY - g.top, end = min(g.height, y0 + g.filterHeight);
    for (let iy = max(max(0, y0), copied + 1); iy < end; iy++) {
      const row = ring + <usize>(iy % g.filterHeight) * rowBytes;
      copyRow(row + <usize>g.left * pixel, up, x + <usize>((image * g.height + iy) * g.width) * floats(C), g.width, C);
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
    slide(table, pairs, g.filterWidth, g.strideX, up == C ? out : result, g.gridWidth, pixel);
    if (up != C) copyResult(out, result, g.gridWidth, C);
  }
}

/**
 * The input gradient, rows `from`..`to` of all images' rows. The geometry is that of the forward convolution.
 *
 * @param filter Prepared, mirrored.
 * @param scratch Room for the table, `filterHeight` rows of `width + filterWidth - 1` pixels and a result row, for each
 *   part.
 */
export function depthwiseInput(
  dy: usize, filter: usize, dx: usize, geometry: usize, scratch: usize, stride: usize, part: i32, from: i32, to: i32,
): void {
  const g = changetype<Geometry>(geometry), C = g.channels, up = channelsUp(C), pixel = floats(up);
  const table = scratch + <usize>part * stride, ring = table + TABLE;
  const columns = g.width + g.filterWidth - 1, rowBytes = <usize>columns * pixel;
  const result = ring + <usize>g.filterHeight * rowBytes;
  memory.fill(ring, 0, <usize>g.filterHeight * rowBytes);
  // Column i of the output gradient goes to column offset + i stride of the padded row, where there is one.
  const offset = g.filterWidth - 1 - g.left;
  const first = offset < 0 ? (-offset + g.strideX - 1) / g.strideX : 0;
  const last = min(g.gridWidth, (columns - 1 - offset) / g.strideX + 1);
  let image = -1, copied = -1;
  for (let r = from; r < to; r++) {
    if (r / g.height != image) {
      image = r / g.height;
      copied = -1;
    }
    const y0 = r % g.height + g.top; // row oy of the output gradient meets filter row y0 - oy stride
    const low = max(0, (y0 - g.filterHeight + g.strideY) / g.strideY), high = min(g.gridHeight - 1, y0 / g.strideY);
    for (let oy = max(low, copied + 1); oy <= high; oy++) {
      const row = ring + <usize>(oy % g.filterHeight) * rowBytes;
      const source = dy + <usize>((image * g.gridHeight + oy) * g.gridWidth + first) * floats(C);
      copyRow(row + floats((offset + first * g.strideX) * up), g.strideX * up, source, last - first, C);
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
    slide(table, pairs, g.filterWidth, 1, up == C ? out : result, g.width, pixel);
    if (up != C) copyResult(out, result, g.width, C);
  }
}

/** A result row: the sum over the table's pairs of an image row convolved with a filter row. */
function slide(table: usize, pairs: i32, taps: i32, stride: i32, out: usize, pixels: i32, pixel: usize): void {
  if (pairs == 0) return memory.fill(out, 0, <usize>pixels * pixel);
  if (taps == 3 && stride == 1 && pairs == 3) {
    slideThree(
      load<u32>(table), load<u32>(table, 8), load<u32>(table, 16), load<u32>(table, 4), load<u32>(table, 12),
      load<u32>(table, 20), out, pixels, pixel,
    );
    return;
  }
  for (let i = 0; i < pairs; i++) {
    const x: usize = load<u32>(table), filter: usize = load<u32>(table, 4);
    table += 8;
    if (taps == 3 && stride == 1) slide3(x, filter, out, pixels, pixel, i > 0);
    else if (taps == 3 && stride == 2) slide3by2(x, filter, out, pixels, pixel, i > 0);
    else if (taps == 5 && stride == 1) slide5(x, filter, out, pixels, pixel, i > 0);
    else if (taps == 5 && stride == 2) slide5by2(x, filter, out, pixels, pixel, i > 0);
    else slideAny(x, filter, taps, stride, out, pixels, pixel, i > 0);
  }
}

/** Three rows by three taps at stride 1, all nine weights in registers. */
function slideThree(
  x0: usize, x1: usize, x2: usize, f0: usize, f1: usize, f2: usize, out: usize, pixels: i32, pixel: usize,
): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    let f = f0 + c;
    const w00 = v128.load(f), w01 = v128.load(f + pixel), w02 = v128.load(f + 2 * pixel);
    f = f1 + c;
    const w10 = v128.load(f), w11 = v128.load(f + pixel), w12 = v128.load(f + 2 * pixel);
    f = f2 + c;
    const w20 = v128.load(f), w21 = v128.load(f + pixel), w22 = v128.load(f + 2 * pixel);
    // The sums of the two results that the next column goes on with.
    let at = c, v0 = v128.load(x0 + at), v1 = v128.load(x1 + at), v2 = v128.load(x2 + at);
    let older = fma(v2, w20, fma(v1, w10, f32x4.mul(v0, w00)));
    at += pixel;
    v0 = v128.load(x0 + at), v1 = v128.load(x1 + at), v2 = v128.load(x2 + at);
    older = fma(v2, w21, fma(v1, w11, fma(v0, w01, older)));
    let newer = fma(v2, w20, fma(v1, w10, f32x4.mul(v0, w00)));
    let q = out + c;
    for (let i = 0; i < pixels; i++) {
      at += pixel;
      v0 = v128.load(x0 + at), v1 = v128.load(x1 + at), v2 = v128.load(x2 + at);
      v128.store(q, fma(v2, w22, fma(v1, w12, fma(v0, w02, older))));
      older = fma(v2, w21, fma(v1, w11, fma(v0, w01, newer)));
      newer = fma(v2, w20, fma(v1, w10, f32x4.mul(v0, w00)));
      q += pixel;
    }
  }
}

/** Writes a sum, or adds it to what an earlier row left. */
@inline
function settle(q: usize, sum: v128, add: bool): void {
  v128.store(q, add ? f32x4.add(v128.load(q), sum) : sum);
}

/** One row, three taps, stride 1. */
function slide3(x: usize, filter: usize, out: usize, pixels: i32, pixel: usize, add: bool): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    const f = filter + c, w0 = v128.load(f), w1 = v128.load(f + pixel), w2 = v128.load(f + 2 * pixel);
    let p = x + c, q = out + c;
    let a = v128.load(p), b = v128.load(p + pixel);
    p += 2 * pixel;
    for (let i = 0; i < pixels; i++) {
      const d = v128.load(p);
      settle(q, fma(d, w2, fma(b, w1, f32x4.mul(a, w0))), add);
      a = b, b = d;
      p += pixel, q += pixel;
    }
  }
}

/** One row, three taps, stride 2. */
function slide3by2(x: usize, filter: usize, out: usize, pixels: i32, pixel: usize, add: bool): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    const f = filter + c, w0 = v128.load(f), w1 = v128.load(f + pixel), w2 = v128.load(f + 2 * pixel);
    let p = x + c, q = out + c, a = v128.load(p);
    for (let i = 0; i < pixels; i++) {
      const b = v128.load(p + pixel), d = v128.load(p + 2 * pixel);
      settle(q, fma(d, w2, fma(b, w1, f32x4.mul(a, w0))), add);
      a = d;
      p += 2 * pixel, q += pixel;
    }
  }
}

/** One row, five taps, stride 1. */
function slide5(x: usize, filter: usize, out: usize, pixels: i32, pixel: usize, add: bool): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    const f = filter + c, w0 = v128.load(f), w1 = v128.load(f + pixel), w2 = v128.load(f + 2 * pixel);
    const w3 = v128.load(f + 3 * pixel), w4 = v128.load(f + 4 * pixel);
    let p = x + c, q = out + c;
    let a = v128.load(p), b = v128.load(p + pixel), d = v128.load(p + 2 * pixel), e = v128.load(p + 3 * pixel);
    p += 4 * pixel;
    for (let i = 0; i < pixels; i++) {
      const g = v128.load(p);
      settle(q, fma(g, w4, fma(e, w3, fma(d, w2, fma(b, w1, f32x4.mul(a, w0))))), add);
      a = b, b = d, d = e, e = g;
      p += pixel, q += pixel;
    }
  }
}

/** One row, five taps, stride 2. */
function slide5by2(x: usize, filter: usize, out: usize, pixels: i32, pixel: usize, add: bool): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    const f = filter + c, w0 = v128.load(f), w1 = v128.load(f + pixel), w2 = v128.load(f + 2 * pixel);
    const w3 = v128.load(f + 3 * pixel), w4 = v128.load(f + 4 * pixel);
    let p = x + c, q = out + c;
    let a = v128.load(p), b = v128.load(p + pixel), d = v128.load(p + 2 * pixel);
    p += 3 * pixel;
    for (let i = 0; i < pixels; i++) {
      const e = v128.load(p), g = v128.load(p + pixel);
      settle(q, fma(g, w4, fma(e, w3, fma(d, w2, fma(b, w1, f32x4.mul(a, w0))))), add);
      a = d, b = e, d = g;
      p += 2 * pixel, q += pixel;
    }
  }
}

/** One row, any number of taps and any stride; four results at once. */
function slideAny(
  x: usize, filter: usize, taps: i32, stride: i32, out: usize, pixels: i32, pixel: usize, add: bool,
): void {
  const step = <usize>stride * pixel;
  let i = 0;
  for (; i + 4 <= pixels; i += 4) {
    for (let c: usize = 0; c < pixel; c += 16) {
      let p = x + <usize>i * step + c, f = filter + c;
      let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
      for (let k = 0; k < taps; k++) {
        const w = v128.load(f);
        s0 = fma(v128.load(p), w, s0);
        s1 = fma(v128.load(p + step), w, s1);
        s2 = fma(v128.load(p + 2 * step), w, s2);
        s3 = fma(v128.load(p + 3 * step), w, s3);
        p += pixel, f += pixel;
      }
      const q = out + <usize>i * pixel + c;
      settle(q, s0, add);
      settle(q + pixel, s1, add);
      settle(q + 2 * pixel, s2, add);
      settle(q + 3 * pixel, s3, add);
    }
  }
  for (; i < pixels; i++) {
    for (let c: usize = 0; c < pixel; c += 16) {
      let p = x + <usize>i * step + c, f = filter + c, s = zero();
      for (let k = 0; k < taps; k++) {
        s = fma(v128.load(p), v128.load(f), s);
        p += pixel, f += pixel;
      }
      settle(out + <usize>i * pixel + c, s, add);
    }
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
    if (taps == 3 && g.strideX == 1 && end - start == 3) {
      const sum = sums + <usize>((start - y0) * 3) * pixel;
      correlateThree(
        ring + <usize>(start % g.filterHeight) * rowBytes, ring + <usize>((start + 1) % g.filterHeight) * rowBytes,
        ring + <usize>((start + 2) % g.filterHeight) * rowBytes, dyRow, sum, g.gridWidth, pixel,
      );
      continue;
    }
    for (let iy = start; iy < end; iy++) {
      const row = ring + <usize>(iy % g.filterHeight) * rowBytes, sum = sums + <usize>((iy - y0) * taps) * pixel;
      if (taps == 3) correlate3(row, dyRow, sum, g.gridWidth, pixel, g.strideX);
      else if (taps == 5) correlate5(row, dyRow, sum, g.gridWidth, pixel, g.strideX);
      else correlateAny(row, dyRow, sum, taps, g.gridWidth, pixel, g.strideX);
    }
  }
}

/** Three rows by three taps at stride 1: nine sums in registers, a column of the image meets three of the gradient. */
function correlateThree(
  x0: usize, x1: usize, x2: usize, dy: usize, sums: usize, pixels: i32, pixel: usize,
): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    let s00 = zero(), s01 = zero(), s02 = zero(), s10 = zero(), s11 = zero(), s12 = zero();
    let s20 = zero(), s21 = zero(), s22 = zero();
    let g1 = zero(), g2 = zero(); // the gradients one and two columns back
    let at = c;
    for (let i = -2; i < pixels; i++) {
      const g0 = i + 2 < pixels ? v128.load(dy + at) : zero();
      let v = v128.load(x0 + at);
      s00 = fma(v, g0, s00), s01 = fma(v, g1, s01), s02 = fma(v, g2, s02);
      v = v128.load(x1 + at);
      s10 = fma(v, g0, s10), s11 = fma(v, g1, s11), s12 = fma(v, g2, s12);
      v = v128.load(x2 + at);
      s20 = fma(v, g0, s20), s21 = fma(v, g1, s21), s22 = fma(v, g2, s22);
      g2 = g1, g1 = g0;
      at += pixel;
    }
    let q = sums + c;
    settle(q, s00, true), settle(q + pixel, s01, true), settle(q + 2 * pixel, s02, true);
    q += 3 * pixel;
    settle(q, s10, true), settle(q + pixel, s11, true), settle(q + 2 * pixel, s12, true);
    q += 3 * pixel;
    settle(q, s20, true), settle(q + pixel, s21, true), settle(q + 2 * pixel, s22, true);
  }
}

/** One row, three taps. */
function correlate3(x: usize, dy: usize, sums: usize, pixels: i32, pixel: usize, stride: i32): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    let s0 = zero(), s1 = zero(), s2 = zero(), p = x + c, g = dy + c;
    for (let i = 0; i < pixels; i++) {
      const d = v128.load(g);
      s0 = fma(v128.load(p), d, s0);
      s1 = fma(v128.load(p + pixel), d, s1);
      s2 = fma(v128.load(p + 2 * pixel), d, s2);
      p += <usize>stride * pixel, g += pixel;
    }
    const q = sums + c;
    settle(q, s0, true), settle(q + pixel, s1, true), settle(q + 2 * pixel, s2, true);
  }
}

/** One row, five taps. */
function correlate5(x: usize, dy: usize, sums: usize, pixels: i32, pixel: usize, stride: i32): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero(), s4 = zero(), p = x + c, g = dy + c;
    for (let i = 0; i < pixels; i++) {
      const d = v128.load(g);
      s0 = fma(v128.load(p), d, s0);
      s1 = fma(v128.load(p + pixel), d, s1);
      s2 = fma(v128.load(p + 2 * pixel), d, s2);
      s3 = fma(v128.load(p + 3 * pixel), d, s3);
      s4 = fma(v128.load(p + 4 * pixel), d, s4);
      p += <usize>stride * pixel, g += pixel;
    }
    let q = sums + c;
    settle(q, s0, true), settle(q + pixel, s1, true), settle(q + 2 * pixel, s2, true);
    settle(q + 3 * pixel, s3, true), settle(q + 4 * pixel, s4, true);
  }
}

/** One row, any number of taps. */
function correlateAny(
  x: usize, dy: usize, sums: usize, taps: i32, pixels: i32, pixel: usize, stride: i32,
): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    for (let k = 0; k < taps; k++) {
      let s = zero(), p = x + <usize>k * pixel + c, g = dy + c;
      for (let i = 0; i < pixels; i++) {
        s = fma(v128.load(p), v128.load(g), s);
        p += <usize>stride * pixel, g += pixel;
      }
      settle(sums + <usize>k * pixel + c, s, true);
    }
  }
}

/** Adds the parts' sums into a filter gradient `[taps, C]`, for taps `from`..`to`. */
export function sumFilters(
  partials: usize, parts: i32, out: usize, taps: i32, C: i32, part: i32, from: i32, to: i32,
): void {
  const up = channelsUp(C), size = floats(taps * up);
  for (let tap = from; tap < to; tap++) {
    for (let c = 0; c < C; c++) {
      let p = partials + floats(tap * up + c), sum: f32 = 0;
      for (let i = 0; i < parts; i++) {
        sum += load<f32>(p);
        p += size;
      }
      store<f32>(out + floats(tap * C + c), sum);
    }
  }
}
