/**
 * Squeeze and excitation's two ends (Hu et al., 2018, https://arxiv.org/abs/1709.01507): the mean over an image's pixels,
 * and the scaling of its channels, with their gradients. Images are `[B, pixels, C]`, one value a channel `[B, C]`. And the
 * gradients of max and average pooling.
 */
import { Geometry } from "./convolution";
import { floats, fma, get, put, zero } from "./simd";

/** Pixels that are gone through at once, so that they stay in the cache. */
const PIXELS: i32 = 64;

/** Y = mean over the pixels, for images `from`..`to`. */
export function averagePixels(x: usize, y: usize, pixels: i32, C: i32, part: i32, from: i32, to: i32): void {
  const row = floats(C);
  memory.fill(y + <usize>from * row, 0, <usize>(to - from) * row);
  for (let image = from; image < to; image++) {
    const sums = y + <usize>image * row;
    for (let start = 0; start < pixels; start += PIXELS) {
      const block = x + <usize>(image * pixels + start) * row, end = min(PIXELS, pixels - start);
      let c: usize = 0;
      for (; c + 16 <= row; c += 16) addPixels<v128>(block + c, sums + c, row, end);
      for (; c < row; c += 4) addPixels<f32>(block + c, sums + c, row, end);
    }
    const share: f32 = 1 / <f32>pixels;
    for (let c: usize = 0; c < row; c += 4) store<f32>(sums + c, load<f32>(sums + c) * share);
  }
}

@inline
function addPixels<T>(x: usize, sum: usize, row: usize, pixels: i32): void {
  let even = get<T>(sum), odd = zero(), i = 1;
  for (; i < pixels; i += 2) {
    even = f32x4.add(even, get<T>(x));
    odd = f32x4.add(odd, get<T>(x + row));
    x += 2 * row;
  }
  if (i == pixels) even = f32x4.add(even, get<T>(x));
  put<T>(sum, f32x4.add(even, odd));
}

/** dX = dY / pixels at each pixel, for images `from`..`to`. */
export function averagePixelsGradient(
  dy: usize, dx: usize, pixels: i32, C: i32, part: i32, from: i32, to: i32,
): void {
  const row = floats(C), share = f32x4.splat(1 / <f32>pixels);
  for (let image = from; image < to; image++) {
    const gradient = dy + <usize>image * row;
    let out = dx + <usize>(image * pixels) * row;
    for (let i = 0; i < pixels; i++) {
      let c: usize = 0;
      for (; c + 16 <= row; c += 16) put<v128>(out + c, f32x4.mul(get<v128>(gradient + c), share));
      for (; c < row; c += 4) put<f32>(out + c, f32x4.mul(get<f32>(gradient + c), share));
      out += row;
    }
  }
}

/** Y = X times the image's gate `[B, C]`, for rows `from`..`to` of all images' pixels. */
export function scalePixels(
  x: usize, gate: usize, y: usize, pixels: i32, C: i32, part: i32, from: i32, to: i32,
): void {
  const row = floats(C);
  for (let r = from; r < to; r++) {
    const g = gate + <usize>(r / pixels) * row, o = <usize>r * row;
    let c: usize = 0;
    for (; c + 16 <= row; c += 16) put<v128>(y + o + c, f32x4.mul(get<v128>(x + o + c), get<v128>(g + c)));
    for (; c < row; c += 4) put<f32>(y + o + c, f32x4.mul(get<f32>(x + o + c), get<f32>(g + c)));
  }
}

/**
 * dGate = sum over the pixels of X dY, and dX = dY gate, for images `from`..`to`.
 *
 * @param dx Where dX is written; 0 if nowhere.
 */
export function scalePixelsGradient(
  x: usize, gate: usize, dy: usize, dx: usize, dGate: usize, pixels: i32, C: i32, part: i32, from: i32, to: i32,
): void {
  const row = floats(C);
  memory.fill(dGate + <usize>from * row, 0, <usize>(to - from) * row);
  for (let image = from; image < to; image++) {
    const g = gate + <usize>image * row, sum = dGate + <usize>image * row;
    for (let start = 0; start < pixels; start += PIXELS) {
      const o = <usize>(image * pixels + start) * row, end = min(PIXELS, pixels - start);
      let c: usize = 0;
      for (; c + 16 <= row; c += 16) {
        gatePixels<v128>(x + o + c, dy + o + c, dx ? dx + o + c : 0, g + c, sum + c, row, end);
      }
      for (; c < row; c += 4) gatePixels<f32>(x + o + c, dy + o + c, dx ? dx + o + c : 0, g + c, sum + c, row, end);
    }
  }
}

@inline
function gatePixels<T>(x: usize, dy: usize, dx: usize, gate: usize, sum: usize, row: usize, pixels: i32): void {
  const g = get<T>(gate);
  let s = get<T>(sum);
  for (let i = 0; i < pixels; i++) {
    const d = get<T>(dy);
    s = fma(d, get<T>(x), s);
    if (dx) {
      put<T>(dx, f32x4.mul(d, g));
      dx += row;
    }
    x += row, dy += row;
  }
  put<T>(sum, s);
}

/**
 * dX of Y = the greatest of each window of X, for images `from`..`to`: a window's gradient goes to the first of its
 * greatest values.
 */
export function maxPoolGradient(
  x: usize, y: usize, dy: usize, dx: usize, geometry: usize, part: i32, from: i32, to: i32,
): void {
  const g = changetype<Geometry>(geometry), pixel = floats(g.channels), size = <usize>(g.height * g.width) * pixel;
  memory.fill(dx + <usize>from * size, 0, <usize>(to - from) * size);
  const windows = g.gridHeight * g.gridWidth;
  for (let i = from * windows; i < to * windows; i++) {
    const image = <usize>(i / windows) * size, row = i / g.gridWidth % g.gridHeight, column = i % g.gridWidth;
    const y0 = row * g.strideY - g.top, x0 = column * g.strideX - g.left, o = <usize>i * pixel;
    let c: usize = 0;
    for (; c + 16 <= pixel; c += 16) giveToFirst<v128>(x + image + c, y + o + c, dy + o + c, dx + image + c, g, y0, x0);
    for (; c < pixel; c += 4) giveToFirst<f32>(x + image + c, y + o + c, dy + o + c, dx + image + c, g, y0, x0);
  }
}

/** Adds a window's gradient, for some channels, to the first value that equals the window's greatest. */
@inline
function giveToFirst<T>(x: usize, y: usize, dy: usize, dx: usize, g: Geometry, y0: i32, x0: i32): void {
  const greatest = get<T>(y), pixel = floats(g.channels);
  let left = get<T>(dy); // the gradient of the channels whose value has not been met
  const endY = min(g.height, y0 + g.filterHeight), endX = min(g.width, x0 + g.filterWidth);
  for (let iy = max(0, y0); iy < endY; iy++) {
    for (let ix = max(0, x0); ix < endX; ix++) {
      const o = <usize>(iy * g.width + ix) * pixel, met = f32x4.eq(get<T>(x + o), greatest);
      put<T>(dx + o, f32x4.add(get<T>(dx + o), v128.and(left, met)));
      left = v128.andnot(left, met);
    }
  }
}

/** dX of Y = the mean of each window of X, all of whose pixels are inside, for images `from`..`to`. */
export function averagePoolGradient(dy: usize, dx: usize, geometry: usize, part: i32, from: i32, to: i32): void {
  const g = changetype<Geometry>(geometry), pixel = floats(g.channels), size = <usize>(g.height * g.width) * pixel;
  memory.fill(dx + <usize>from * size, 0, <usize>(to - from) * size);
  const windows = g.gridHeight * g.gridWidth, share = f32x4.splat(1 / <f32>(g.filterHeight * g.filterWidth));
  for (let i = from * windows; i < to * windows; i++) {
    const y0 = i / g.gridWidth % g.gridHeight * g.strideY, x0 = i % g.gridWidth * g.strideX;
    const gradient = dy + <usize>i * pixel;
    for (let ky = 0; ky < g.filterHeight; ky++) {
      let out = dx + <usize>(i / windows) * size + <usize>((y0 + ky) * g.width + x0) * pixel;
      for (let kx = 0; kx < g.filterWidth; kx++) {
        let c: usize = 0;
        for (; c + 16 <= pixel; c += 16) put<v128>(out + c, fma(get<v128>(gradient + c), share, get<v128>(out + c)));
        for (; c < pixel; c += 4) put<f32>(out + c, fma(get<f32>(gradient + c), share, get<f32>(out + c)));
        out += pixel;
      }
    }
  }
}
