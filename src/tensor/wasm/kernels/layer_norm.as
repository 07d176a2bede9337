/**
 * Layer norm over the values of each row of `[P, C]`. Ba et al., 2016, https://arxiv.org/abs/1607.06450
 *
 * A row is gone through three times while it is in the cache: for its mean, for the squares around that, and for the result.
 * Everything works on x - mean, so that no precision is lost where the mean is far greater than the deviation.
 */
import { floats, fma, get, put, zero } from "./simd";

/** The sum of four lanes. */
@inline
function sumOf(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3);
}

/** The mean of a row. */
@inline
function meanOf(x: usize, row: usize, share: f32): f32 {
  let even = zero(), odd = zero(), rest: f32 = 0, c: usize = 0;
  for (; c + 32 <= row; c += 32) {
    even = f32x4.add(even, get<v128>(x + c));
    odd = f32x4.add(odd, get<v128>(x + c + 16));
  }
  for (; c < row; c += 4) rest += load<f32>(x + c);
  return (sumOf(f32x4.add(even, odd)) + rest) * share;
}

/**
 * Y = (X - mean) / deviation gamma + beta, for rows `from`..`to`.
 *
 * @param statistics `[P, 2]`: each row's mean, and 1 / sqrt(variance + epsilon).
 */
export function layerNorm(
  x: usize, y: usize, C: i32, gamma: usize, beta: usize, epsilon: f32, statistics: usize, part: i32, from: i32, to: i32,
): void {
  const row = floats(C), share: f32 = 1 / <f32>C;
  for (let r = from; r < to; r++) {
    const p = x + <usize>r * row, q = y + <usize>r * row, mean = meanOf(p, row, share), m = f32x4.splat(mean);
    let even = zero(), odd = zero(), rest: f32 = 0, c: usize = 0;
    for (; c + 32 <= row; c += 32) {
      const d0 = f32x4.sub(get<v128>(p + c), m), d1 = f32x4.sub(get<v128>(p + c + 16), m);
      even = fma(d0, d0, even), odd = fma(d1, d1, odd);
    }
    for (; c < row; c += 4) {
      const d = load<f32>(p + c) - mean;
      rest += d * d;
    }
    const inverse: f32 = 1 / sqrt((sumOf(f32x4.add(even, odd)) + rest) * share + epsilon), scale = f32x4.splat(inverse);
    store<f32>(statistics + (<usize>r << 3), mean);
    store<f32>(statistics + (<usize>r << 3), inverse, 4);
    for (c = 0; c + 16 <= row; c += 16) {
      const normal = f32x4.mul(f32x4.sub(get<v128>(p + c), m), scale);
      put<v128>(q + c, fma(normal, get<v128>(gamma + c), get<v128>(beta + c)));
    }
    for (; c < row; c += 4) {
      const normal = f32x4.mul(f32x4.sub(get<f32>(p + c), m), scale);
      put<f32>(q + c, fma(normal, get<f32>(gamma + c), get<f32>(beta + c)));
    }
  }
}

/**
 * dX, and for each part the gradients of gamma and beta `[2, C]`, for rows `from`..`to`.
 *
 * @param dx Where dX is written; 0 if nowhere.
 */
export function layerNormGradient(
  x: usize, dy: usize, dx: usize, C: i32, gamma: usize, statistics: usize, partials: usize, part: i32, from: i32, to: i32,
): void {
  const row = floats(C), share: f32 = 1 / <f32>C, sums = partials + <usize>part * 2 * row;
  memory.fill(sums, 0, 2 * row);
  for (let r = from; r < to; r++) {
    const p = x + <usize>r * row, g = dy + <usize>r * row, mean = load<f32>(statistics + (<usize>r << 3));
    const inverse = load<f32>(statistics + (<usize>r << 3), 4), m = f32x4.splat(mean), k = f32x4.splat(inverse);
    let sum = zero(), product = zero(), rest = zero(), restProduct = zero(), c: usize = 0;
    for (; c + 16 <= row; c += 16) {
      const normal = f32x4.mul(f32x4.sub(get<v128>(p + c), m), k), d = get<v128>(g + c);
      const slope = f32x4.mul(d, get<v128>(gamma + c));
      sum = f32x4.add(sum, slope), product = fma(slope, normal, product);
      put<v128>(sums + c, fma(d, normal, get<v128>(sums + c)));
      put<v128>(sums + row + c, f32x4.add(d, get<v128>(sums + row + c)));
    }
    for (; c < row; c += 4) {
      const normal = f32x4.mul(f32x4.sub(get<f32>(p + c), m), k), d = get<f32>(g + c);
      const slope = f32x4.mul(d, get<f32>(gamma + c));
      rest = f32x4.add(rest, slope), restProduct = fma(slope, normal, restProduct); // lane 0 alone counts
      put<f32>(sums + c, fma(d, normal, get<f32>(sums + c)));
      put<f32>(sums + row + c, f32x4.add(d, get<f32>(sums + row + c)));
    }
    if (!dx) continue;
    const q = dx + <usize>r * row, offset = f32x4.splat((sumOf(sum) + f32x4.extract_lane(rest, 0)) * share);
    const slope = f32x4.splat((sumOf(product) + f32x4.extract_lane(restProduct, 0)) * share);
    for (c = 0; c + 16 <= row; c += 16) put<v128>(q + c, inputAt<v128>(p + c, g + c, gamma + c, m, k, offset, slope));
    for (; c < row; c += 4) put<f32>(q + c, inputAt<f32>(p + c, g + c, gamma + c, m, k, offset, slope));
  }
}

/** (dy gamma - offset - normal slope) / deviation. */
@inline
function inputAt<T>(x: usize, dy: usize, gamma: usize, mean: v128, inverse: v128, offset: v128, slope: v128): v128 {
  const normal = f32x4.mul(f32x4.sub(get<T>(x), mean), inverse);
  const taken = fma(normal, slope, offset);
  return f32x4.mul(inverse, f32x4.sub(f32x4.mul(get<T>(dy), get<T>(gamma)), taken));
}
