/**
 * The filter's gradient of convolutions in groups, from the slices that `groups.as` explains: for four inputs, four or eight
 * outputs and a tap, or three at stride 1, the sums over all pixels of a slice are in registers.
 */
import { Geometry } from "./convolution";
import { spread } from "./gemm";
import { copyPixels, fillSlice, Grouping, sliceColumns, vectorsUp } from "./groups";
import { floats, fma, get, put, zero } from "./simd";

/**
 * Sums `[groups, KH, KW, inputs, outputs]`, both rounded up to whole vectors: of rows `from`..`to` of the result, one such
 * array for each part; or, for groups `from`..`to`, of all rows.
 *
 * @param allRows How many rows there are, if parts are of groups; else 0.
 * @param scratch Room for a slice and for as many rows of a group's gradient, for each part.
 */
export function correlateGroups(
  x: usize, dy: usize, geometry: usize, grouping: usize, sums: usize, allRows: i32, scratch: usize, stride: usize,
  part: i32, from: i32, to: i32,
): void {
  const g = changetype<Geometry>(geometry), G = changetype<Grouping>(grouping), c = G.inputs, e = G.outputs;
  const up = vectorsUp(c), pixel = floats(up), rowBytes = <usize>sliceColumns(g) * pixel, N = G.groups * e;
  const outputs = floats(vectorsUp(e)), tap = <usize>up * outputs;
  const size = <usize>(g.filterHeight * g.filterWidth) * tap;
  const gradient = scratch + <usize>part * stride, slice = gradient + <usize>(G.rows * g.gridWidth) * outputs;
  let firstGroup = 0, lastGroup = G.groups, first = from, last = to;
  if (allRows) firstGroup = from, lastGroup = to, first = 0, last = allRows;
  else sums += <usize>(part * G.groups) * size;
  memory.fill(sums + <usize>firstGroup * size, 0, <usize>(lastGroup - firstGroup) * size);
  const slides = g.filterWidth == 3 && g.strideX == 1, down = <usize>g.strideY * rowBytes;
  const across = <usize>g.strideX * pixel;
  for (let r = first; r < last;) {
    const image = r / g.gridHeight, line = r % g.gridHeight, rows = min(min(G.rows, last - r), g.gridHeight - line);
    const y0 = line * g.strideY - g.top, height = (rows - 1) * g.strideY + g.filterHeight;
    memory.fill(gradient, 0, slice - gradient + <usize>height * rowBytes);
    for (let group = firstGroup; group < lastGroup; group++) {
      fillSlice(slice, x, g, image, y0, height, group, c, rowBytes, pixel);
      const start = dy + <usize>(r * g.gridWidth) * floats(N) + floats(group * e);
      copyPixels(gradient, outputs, start, floats(N), rows * g.gridWidth, e);
      for (let ky = 0; ky < g.filterHeight; ky++) {
        const source = slice + <usize>ky * rowBytes;
        const sum = sums + <usize>group * size + <usize>(ky * g.filterWidth) * tap;
        for (let i: usize = 0; i < pixel; i += 16) {
          const q = sum + (i >> 2) * outputs;
          for (let j: usize = 0; j < outputs;) {
            if (slides) {
              correlateRows(source + i, pixel, down, gradient + j, outputs, rows, g.gridWidth, q + j, tap);
              j += 16;
              continue;
            }
            const wide = j + 32 <= outputs;
            for (let kx = 0; kx < g.filterWidth; kx++) {
              const p = source + <usize>kx * pixel + i, at = q + <usize>kx * tap + j;
              if (wide) correlateTap(p, across, down, gradient + j, outputs, rows, g.gridWidth, at, true);
              else correlateTap(p, across, down, gradient + j, outputs, rows, g.gridWidth, at, false);
            }
            j += wide ? 32 : 16;
          }
        }
      }
    }
    r += rows;
  }
}

/** Three taps at stride 1, for four inputs and four outputs: a pixel meets the gradients of three results. */
function correlateRows(
  x: usize, pixel: usize, down: usize, dy: usize, outputs: usize, rows: i32, pixels: i32, sums: usize, tap: usize,
): void {
  let q = sums;
  let a0 = v128.load(q), a1 = v128.load(q + outputs), a2 = v128.load(q + 2 * outputs), a3 = v128.load(q + 3 * outputs);
  q += tap;
  let b0 = v128.load(q), b1 = v128.load(q + outputs), b2 = v128.load(q + 2 * outputs), b3 = v128.load(q + 3 * outputs);
  q += tap;
  let c0 = v128.load(q), c1 = v128.load(q + outputs), c2 = v128.load(q + 2 * outputs), c3 = v128.load(q + 3 * outputs);
  for (let r = 0; r < rows; r++) {
    let p = x, d1 = zero(), d2 = zero(); // the gradients one and two pixels back
    for (let i = -2; i < pixels; i++) {
      const d0 = i + 2 < pixels ? v128.load(dy) : zero(), v = v128.load(p);
      let s = spread(v, 0);
      a0 = fma(s, d0, a0), b0 = fma(s, d1, b0), c0 = fma(s, d2, c0), s = spread(v, 1);
      a1 = fma(s, d0, a1), b1 = fma(s, d1, b1), c1 = fma(s, d2, c1), s = spread(v, 2);
      a2 = fma(s, d0, a2), b2 = fma(s, d1, b2), c2 = fma(s, d2, c2), s = spread(v, 3);
      a3 = fma(s, d0, a3), b3 = fma(s, d1, b3), c3 = fma(s, d2, c3);
      d2 = d1, d1 = d0;
      p += pixel, dy += outputs;
    }
    dy -= 2 * outputs;
    x += down;
  }
  q = sums;
  v128.store(q, a0), v128.store(q + outputs, a1), v128.store(q + 2 * outputs, a2), v128.store(q + 3 * outputs, a3);
  q += tap;
  v128.store(q, b0), v128.store(q + outputs, b1), v128.store(q + 2 * outputs, b2), v128.store(q + 3 * outputs, b3);
  q += tap;
  v128.store(q, c0), v128.store(q + outputs, c1), v128.store(q + 2 * outputs, c2), v128.store(q + 3 * outputs, c3);
}

/** One tap, for four inputs and four outputs, or eight if `wide`. */
@inline
function correlateTap(
  x: usize, across: usize, down: usize, dy: usize, outputs: usize, rows: i32, pixels: i32, q: usize, wide: bool,
): void {
  let a0 = zero(), a1 = zero(), a2 = zero(), a3 = zero(), b0 = zero(), b1 = zero(), b2 = zero(), b3 = zero();
  for (let r = 0; r < rows; r++) {
    let p = x;
    for (let i = 0; i < pixels; i++) {
      const v = v128.load(p), d = v128.load(dy), f = wide ? v128.load(dy, 16) : zero();
      let s = spread(v, 0);
      a0 = fma(s, d, a0);
      if (wide) b0 = fma(s, f, b0);
      s = spread(v, 1);
      a1 = fma(s, d, a1);
      if (wide) b1 = fma(s, f, b1);
      s = spread(v, 2);
      a2 = fma(s, d, a2);
      if (wide) b2 = fma(s, f, b2);
      s = spread(v, 3);
      a3 = fma(s, d, a3);
      if (wide) b3 = fma(s, f, b3);
      p += across, dy += outputs;
    }
    x += down;
  }
  addTo(q, a0), addTo(q + outputs, a1), addTo(q + 2 * outputs, a2), addTo(q + 3 * outputs, a3);
  if (!wide) return;
  q += 16;
  addTo(q, b0), addTo(q + outputs, b1), addTo(q + 2 * outputs, b2), addTo(q + 3 * outputs, b3);
}

@inline
function addTo(q: usize, sum: v128): void {
  v128.store(q, f32x4.add(v128.load(q), sum));
}

/** The gradient `[taps, inputs, groups outputs]` from the parts' sums, for groups `from`..`to`. */
export function sumGroups(
  sums: usize, parts: i32, out: usize, grouping: usize, taps: i32, part: i32, from: i32, to: i32,
): void {
  const G = changetype<Grouping>(grouping), c = G.inputs, e = G.outputs, up = vectorsUp(c), N = G.groups * e;
  const outputs = floats(vectorsUp(e)), size = <usize>(taps * up) * outputs, step = <usize>G.groups * size;
  for (let group = from; group < to; group++) {
    for (let t = 0; t < taps; t++) {
      for (let i = 0; i < c; i++) {
        const p = sums + <usize>group * size + <usize>(t * up + i) * outputs;
        const q = out + floats((t * c + i) * N + group * e), end = floats(e);
        let o: usize = 0;
        for (; o + 16 <= end; o += 16) put<v128>(q + o, sumAcross<v128>(p + o, parts, step));
        for (; o < end; o += 4) put<f32>(q + o, sumAcross<f32>(p + o, parts, step));
      }
    }
  }
}

@inline
function sumAcross<T>(p: usize, parts: i32, step: usize): v128 {
  let sum = get<T>(p);
  for (let i = 1; i < parts; i++) {
    p += step;
    sum = f32x4.add(sum, get<T>(p));
  }
  return sum;
}
