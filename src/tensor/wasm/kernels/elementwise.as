/**
 * What works on elements alone: sums, the activations and their gradients.
 */
import {
  activate, activationGradient, floats, fma, GELU, get, HARD_SIGMOID, HARD_SWISH, LEAKY_RELU, put, RELU, SILU,
} from "./simd";

/** Y = A + B, for elements `from`..`to`. */
export function add(a: usize, b: usize, y: usize, part: i32, from: i32, to: i32): void {
  let o = floats(from);
  const end = floats(to);
  for (; o + 16 <= end; o += 16) put<v128>(y + o, f32x4.add(get<v128>(a + o), get<v128>(b + o)));
  for (; o < end; o += 4) put<f32>(y + o, f32x4.add(get<f32>(a + o), get<f32>(b + o)));
}

/** Adds to `out` the partial results that lie `step` bytes apart, for elements `from`..`to`. */
export function sumParts(out: usize, partials: usize, count: i32, step: usize, part: i32, from: i32, to: i32): void {
  let o = floats(from);
  const end = floats(to);
  for (; o + 16 <= end; o += 16) sumAt<v128>(out + o, partials + o, count, step);
  for (; o < end; o += 4) sumAt<f32>(out + o, partials + o, count, step);
}

@inline
function sumAt<T>(out: usize, partials: usize, count: i32, step: usize): void {
  let sum = get<T>(out);
  for (let i = 0; i < count; i++) {
    sum = f32x4.add(sum, get<T>(partials));
    partials += step;
  }
  put<T>(out, sum);
}

/** Y = activation of X, for elements `from`..`to`. */
export function activateElements(x: usize, y: usize, activation: i32, part: i32, from: i32, to: i32): void {
  // One loop for each activation, which is then known inside it.
  if (activation == RELU) activateRange(x, y, from, to, RELU);
  else if (activation == SILU) activateRange(x, y, from, to, SILU);
  else if (activation == HARD_SWISH) activateRange(x, y, from, to, HARD_SWISH);
  else if (activation == GELU) activateRange(x, y, from, to, GELU);
  else if (activation == LEAKY_RELU) activateRange(x, y, from, to, LEAKY_RELU);
  else activateRange(x, y, from, to, HARD_SIGMOID);
}

@inline
function activateRange(x: usize, y: usize, from: i32, to: i32, activation: i32): void {
  let o = floats(from);
  const end = floats(to);
  for (; o + 16 <= end; o += 16) put<v128>(y + o, activate(get<v128>(x + o), activation));
  for (; o < end; o += 4) put<f32>(y + o, activate(get<f32>(x + o), activation));
}

/** dX of `activateElements`, for elements `from`..`to`. */
export function activateElementsGradient(
  x: usize, dy: usize, dx: usize, activation: i32, part: i32, from: i32, to: i32,
): void {
  if (activation == RELU) gradientRange(x, dy, dx, from, to, RELU);
  else if (activation == SILU) gradientRange(x, dy, dx, from, to, SILU);
  else if (activation == HARD_SWISH) gradientRange(x, dy, dx, from, to, HARD_SWISH);
  else if (activation == GELU) gradientRange(x, dy, dx, from, to, GELU);
  else if (activation == LEAKY_RELU) gradientRange(x, dy, dx, from, to, LEAKY_RELU);
  else gradientRange(x, dy, dx, from, to, HARD_SIGMOID);
}

@inline
function gradientRange(x: usize, dy: usize, dx: usize, from: i32, to: i32, activation: i32): void {
  let o = floats(from);
  const end = floats(to);
  for (; o + 16 <= end; o += 16) put<v128>(dx + o, activationGradient(get<v128>(dy + o), get<v128>(x + o), activation));
  for (; o < end; o += 4) put<f32>(dx + o, activationGradient(get<f32>(dy + o), get<f32>(x + o), activation));
}
