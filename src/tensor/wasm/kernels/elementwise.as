/**
 * What works on elements alone: sums, the activations and their gradients, and Adam.
 */
import { activate, activationGradient, floats, fma, GELU, get, HARD_SIGMOID, HARD_SWISH, put, RELU, SILU } from "./simd";

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
  else gradientRange(x, dy, dx, from, to, HARD_SIGMOID);
}

@inline
function gradientRange(x: usize, dy: usize, dx: usize, from: i32, to: i32, activation: i32): void {
  let o = floats(from);
  const end = floats(to);
  for (; o + 16 <= end; o += 16) put<v128>(dx + o, activationGradient(get<v128>(dy + o), get<v128>(x + o), activation));
  for (; o < end; o += 4) put<f32>(dx + o, activationGradient(get<f32>(dy + o), get<f32>(x + o), activation));
}

/** A parameter in a step of Adam: addresses, and how much of it is kept before the step, for decoupled decay. */
@unmanaged
class AdamEntry {
  param: usize;
  mean: usize;
  square: usize;
  gradient: usize;
  size: i32;
  keep: f32;
}

/**
 * A step of Adam in place (Kingma and Ba, 2015, https://arxiv.org/abs/1412.6980), for elements `from`..`to` of all
 * parameters one after another. What is close to zero comes from the caller, who has it in double precision.
 *
 * @param table Entries, one after another.
 * @param rate Learning rate over the mean's bias correction, 1 - beta1^step.
 * @param fresh1 1 - beta1.
 * @param fresh2 1 - beta2.
 * @param correction One over the squares' bias correction, 1 - beta2^step.
 */
export function adam(
  table: usize, rate: f32, beta1: f32, fresh1: f32, beta2: f32, fresh2: f32, correction: f32, epsilon: f32, part: i32,
  from: i32, to: i32,
): void {
  let first = 0; // where the entry begins among all elements
  for (; first < to; table += offsetof<AdamEntry>()) {
    const entry = changetype<AdamEntry>(table), last = first + entry.size;
    let o = floats(max(0, from - first));
    const end = floats(min(entry.size, to - first));
    if (last > from) {
      const p = entry.param, m = entry.mean, s = entry.square, g = entry.gradient, keep = entry.keep;
      for (; o + 16 <= end; o += 16) {
        adamAt<v128>(p + o, m + o, s + o, g + o, rate, beta1, fresh1, beta2, fresh2, correction, epsilon, keep);
      }
      for (; o < end; o += 4) {
        adamAt<f32>(p + o, m + o, s + o, g + o, rate, beta1, fresh1, beta2, fresh2, correction, epsilon, keep);
      }
    }
    first = last;
  }
}

@inline
function adamAt<T>(
  param: usize, mean: usize, square: usize, gradient: usize, rate: f32, beta1: f32, fresh1: f32, beta2: f32,
  fresh2: f32, correction: f32, epsilon: f32, keep: f32,
): void {
  const g = get<T>(gradient);
  const m = fma(get<T>(mean), f32x4.splat(beta1), f32x4.mul(g, f32x4.splat(fresh1)));
  const v = fma(get<T>(square), f32x4.splat(beta2), f32x4.mul(f32x4.mul(g, g), f32x4.splat(fresh2)));
  put<T>(mean, m);
  put<T>(square, v);
  const root = f32x4.add(f32x4.sqrt(f32x4.mul(v, f32x4.splat(correction))), f32x4.splat(epsilon));
  put<T>(param, f32x4.sub(f32x4.mul(get<T>(param), f32x4.splat(keep)), f32x4.div(f32x4.mul(f32x4.splat(rate), m), root)));
}
