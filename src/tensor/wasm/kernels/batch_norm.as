/**
 * Batch norm over the rows of `[P, C]`, with the activation that follows it. Ioffe and Szegedy, 2015,
 * https://arxiv.org/abs/1502.03167
 *
 * Means and variances are taken block by block of rows, around the mean so far, and joined by the rule of Chan,
 * Golub and LeVeque, 1979, http://i.stanford.edu/pub/cstr/reports/cs/tr/79/773/CS-TR-79-773.pdf, so that no precision is
 * lost where a channel's mean is far greater than its deviation. For the same reason everything works on x - mean.
 */
import {
  activate, activationGradient, floats, fma, GELU, get, HARD_SWISH, LEAKY_RELU, LIMIT, MINUS_LOG2_E, NONE, ONE, P1, P2, P3,
  P4, P5, put, ROUNDER, sigmoidBy, SILU, siluGradientBy, zero,
} from "./simd";

/** Rows that are gone through at once, so that they stay in the cache. */
const ROWS: i32 = 64;

/** For each part the mean `[C]`, the sum of squares around it `[C]`, and the number of rows. */
export function batchStatistics(x: usize, C: i32, partials: usize, part: i32, from: i32, to: i32): void {
  const row = floats(C), mean = partials + <usize>part * (2 * row + 4), square = mean + row;
  memory.fill(mean, 0, 2 * row);
  let seen: f32 = 0;
  for (let r = from; r < to; r += ROWS) {
    const rows = min(ROWS, to - r), block = x + <usize>r * row, share = <f32>rows / (seen + <f32>rows);
    let c: usize = 0;
    for (; c + 16 <= row; c += 16) joinBlock<v128>(block + c, row, rows, share, seen, mean + c, square + c);
    for (; c < row; c += 4) joinBlock<f32>(block + c, row, rows, share, seen, mean + c, square + c);
    seen += <f32>rows;
  }
  store<f32>(mean + 2 * row, seen);
}

/**
 * Joins a block's mean and squares to those of the rows seen before; `share` is the block's share of all rows. Squares are
 * taken around the mean so far: where a block is far from that, so is the variance great, and nothing is lost that counts.
 * The first block is taken around its own mean.
 */
export function joinBlock<T>(x: usize, row: usize, rows: i32, share: f32, seen: f32, mean: usize, square: usize): void {
  const end = x + <usize>rows * row, fours = x + <usize>(rows & ~3) * row, before = get<T>(mean);
  const centre = seen == 0 ? meanOf<T>(x, row, rows) : before;
  let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero(), q0 = zero(), q1 = zero(), q2 = zero(), q3 = zero(), p = x;
  for (; p < fours; p += 4 * row) {
    const d0 = f32x4.sub(get<T>(p), centre), d1 = f32x4.sub(get<T>(p + row), centre);
    s0 = f32x4.add(s0, d0), s1 = f32x4.add(s1, d1), q0 = fma(d0, d0, q0), q1 = fma(d1, d1, q1);
    const d2 = f32x4.sub(get<T>(p + 2 * row), centre), d3 = f32x4.sub(get<T>(p + 3 * row), centre);
    s2 = f32x4.add(s2, d2), s3 = f32x4.add(s3, d3), q2 = fma(d2, d2, q2), q3 = fma(d3, d3, q3);
  }
  for (; p < end; p += row) {
    const d = f32x4.sub(get<T>(p), centre);
    s0 = f32x4.add(s0, d), q0 = fma(d, d, q0);
  }
  const sum = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), offset = f32x4.mul(sum, f32x4.splat(1 / <f32>rows));
  const all = f32x4.add(f32x4.add(q0, q1), f32x4.add(q2, q3));
  const squares = f32x4.pmax(zero(), f32x4.sub(all, f32x4.mul(sum, offset)));
  const apart = seen == 0 ? zero() : offset;
  put<T>(mean, seen == 0 ? f32x4.add(centre, offset) : fma(offset, f32x4.splat(share), before));
  const between = f32x4.mul(f32x4.mul(apart, apart), f32x4.splat(seen * share));
  put<T>(square, f32x4.add(get<T>(square), f32x4.add(squares, between)));
}

/** The mean of a block's rows. */
@inline
function meanOf<T>(x: usize, row: usize, rows: i32): v128 {
  let even = get<T>(x), odd = zero(), i = 1;
  for (; i + 1 < rows; i += 2) {
    odd = f32x4.add(odd, get<T>(x + row));
    even = f32x4.add(even, get<T>(x + 2 * row));
    x += 2 * row;
  }
  if (i < rows) odd = f32x4.add(odd, get<T>(x + row));
  return f32x4.mul(f32x4.add(even, odd), f32x4.splat(1 / <f32>rows));
}

/**
 * Joins the parts: the mean and 1 / sqrt(variance + epsilon), and the running mean and unbiased variance in place.
 */
export function finishStatistics(
  partials: usize, parts: i32, C: i32, mean: usize, inverse: usize, runningMean: usize, runningVariance: usize,
  momentum: f64, epsilon: f64,
): void {
  const row = floats(C), step: usize = row + row + 4;
  for (let c: usize = 0; c < row; c += 4) {
    let count: f64 = 0, m: f64 = 0, squares: f64 = 0;
    for (let i = 0; i < parts; i++) {
      const p = partials + <usize>i * step, n = <f64>load<f32>(p + 2 * row), d = <f64>load<f32>(p + c) - m;
      m += d * n / (count + n);
      squares += <f64>load<f32>(p + row + c) + d * d * count * n / (count + n);
      count += n;
    }
    store<f32>(mean + c, <f32>m);
    store<f32>(inverse + c, <f32>(1 / Math.sqrt(squares / count + epsilon)));
    blend(runningMean + c, m, momentum);
    blend(runningVariance + c, squares / max(1, count - 1), momentum);
  }
}

@inline
function blend(running: usize, value: f64, momentum: f64): void {
  store<f32>(running, <f32>(<f64>load<f32>(running) * (1 - momentum) + value * momentum));
}

/** 1 / sqrt(variance + epsilon) of running variances. */
export function inverseDeviation(variance: usize, C: i32, inverse: usize, epsilon: f64): void {
  for (let c: usize = 0; c < floats(C); c += 4) {
    store<f32>(inverse + c, <f32>(1 / Math.sqrt(<f64>load<f32>(variance + c) + epsilon)));
  }
}

/** The product of two rows of C floats: gamma times the inverse deviation. */
export function multiplyChannels(a: usize, b: usize, out: usize, C: i32): void {
  for (let c: usize = 0; c < floats(C); c += 4) store<f32>(out + c, load<f32>(a + c) * load<f32>(b + c));
}

/** A batch norm with its activation: rows of C floats. */
@unmanaged
export class Normalised {
  mean: usize;
  /** Gamma times the inverse deviation. */
  scale: usize;
  beta: usize;
  activation: i32;
}

/** What is normalised, before the activation. The backward pass must come to the same bits for relu's sake. */
@inline
export function normalise(x: v128, mean: v128, scale: v128, beta: v128): v128 {
  return fma(f32x4.sub(x, mean), scale, beta);
}

/** Y = activation((X - mean) scale + beta), for rows `from`..`to`. */
export function normaliseRows(
  x: usize, y: usize, C: i32, mean: usize, scale: usize, beta: usize, activation: i32, part: i32, from: i32, to: i32,
): void {
  const row = floats(C), start = <usize>from * row, end = <usize>to * row;
  // One loop for each activation, which is then known inside it.
  if (activation == 2) {
    for (let o = start; o < end; o += row) normaliseRow(x + o, y + o, row, mean, scale, beta, 2);
  } else if (activation == 1) {
    for (let o = start; o < end; o += row) normaliseRow(x + o, y + o, row, mean, scale, beta, 1);
  } else if (activation == HARD_SWISH) {
    for (let o = start; o < end; o += row) normaliseRow(x + o, y + o, row, mean, scale, beta, HARD_SWISH);
  } else if (activation == GELU) {
    for (let o = start; o < end; o += row) normaliseRow(x + o, y + o, row, mean, scale, beta, GELU);
  } else if (activation == LEAKY_RELU) {
    for (let o = start; o < end; o += row) normaliseRow(x + o, y + o, row, mean, scale, beta, LEAKY_RELU);
  } else {
    for (let o = start; o < end; o += row) normaliseRow(x + o, y + o, row, mean, scale, beta, 0);
  }
}

@inline
function normaliseRow(x: usize, y: usize, row: usize, mean: usize, scale: usize, beta: usize, activation: i32): void {
  let c: usize = 0;
  for (; c + 16 <= row; c += 16) {
    const z = normalise(get<v128>(x + c), get<v128>(mean + c), get<v128>(scale + c), get<v128>(beta + c));
    put<v128>(y + c, activate(z, activation));
  }
  for (; c < row; c += 4) {
    const z = normalise(get<f32>(x + c), get<f32>(mean + c), get<f32>(scale + c), get<f32>(beta + c));
    put<f32>(y + c, activate(z, activation));
  }
}

/** Rows for which the tables' values of a channel are read once. */
const TOGETHER: i32 = 8;

/**
 * The gradient before the activation, dz, and for each part its sum `[C]` and its sum times (x - mean) `[C]`.
 *
 * @param dz Where dz is written; 0 if nowhere.
 */
export function normaliseSums(
  x: usize, dy: usize, dz: usize, C: i32, mean: usize, scale: usize, beta: usize, activation: i32, partials: usize,
  part: i32, from: i32, to: i32,
): void {
  const row = floats(C), sums = partials + <usize>part * 2 * row;
  memory.fill(sums, 0, 2 * row);
  for (let r = from; r < to; r += TOGETHER) {
    const rows = min(TOGETHER, to - r), o = <usize>r * row, out = dz ? dz + o : 0;
    if (activation == 2) sumBlock<v128>(x + o, dy + o, out, row, rows, mean, scale, beta, sums, 2);
    else if (activation == 1) sumBlock<v128>(x + o, dy + o, out, row, rows, mean, scale, beta, sums, 1);
    else if (activation == HARD_SWISH) sumBlock<v128>(x + o, dy + o, out, row, rows, mean, scale, beta, sums, HARD_SWISH);
    else if (activation == GELU) sumBlock<v128>(x + o, dy + o, out, row, rows, mean, scale, beta, sums, GELU);
    else if (activation == LEAKY_RELU) sumBlock<v128>(x + o, dy + o, out, row, rows, mean, scale, beta, sums, LEAKY_RELU);
    else sumBlock<v128>(x + o, dy + o, out, row, rows, mean, scale, beta, sums, 0);
  }
}

@inline
function sumBlock<T>(
  x: usize, dy: usize, dz: usize, row: usize, rows: i32, mean: usize, scale: usize, beta: usize, sums: usize,
  activation: i32,
): void {
  let c: usize = 0;
  if (!dz && activation == NONE) {
    for (; c + 32 <= row; c += 32) sumPair(x + c, dy + c, row, rows, mean + c, sums + c);
  }
  for (; c + 16 <= row; c += 16) {
    sumColumn<v128>(
      x + c, dy + c, dz ? dz + c : 0, row, rows, mean + c, scale + c, beta + c, sums + c, activation,
    );
  }
  for (; c < row; c += 4) {
    sumColumn<f32>(x + c, dy + c, dz ? dz + c : 0, row, rows, mean + c, scale + c, beta + c, sums + c, activation);
  }
}

/** Sums without an activation, two vectors at a turn. */
@inline
function sumPair(x: usize, dy: usize, row: usize, rows: i32, mean: usize, sums: usize): void {
  const m0 = v128.load(mean), m1 = v128.load(mean, 16), products = sums + row;
  let s0 = v128.load(sums), s1 = v128.load(sums, 16), p0 = v128.load(products), p1 = v128.load(products, 16);
  for (let r = 0; r < rows; r++) {
    const g0 = v128.load(dy), g1 = v128.load(dy, 16);
    const d0 = f32x4.sub(v128.load(x), m0), d1 = f32x4.sub(v128.load(x, 16), m1);
    s0 = f32x4.add(s0, g0), s1 = f32x4.add(s1, g1);
    p0 = fma(g0, d0, p0), p1 = fma(g1, d1, p1);
    x += row, dy += row;
  }
  v128.store(sums, s0), v128.store(sums, s1, 16);
  v128.store(products, p0), v128.store(products, p1, 16);
}

@inline
function sumColumn<T>(
  x: usize, dy: usize, dz: usize, row: usize, rows: i32, mean: usize, scale: usize, beta: usize, sums: usize,
  activation: i32,
): void {
  const m = get<T>(mean), k = get<T>(scale), b = get<T>(beta);
  let sum = get<T>(sums), product = get<T>(sums + row);
  // What sigmoidBy() takes, read before the loop.
  const log2e = f32x4.splat(MINUS_LOG2_E), rounder = f32x4.splat(ROUNDER), one = f32x4.splat(ONE);
  const low = f32x4.splat(-LIMIT), high = f32x4.splat(LIMIT), p1 = f32x4.splat(P1), p2 = f32x4.splat(P2);
  const p3 = f32x4.splat(P3), p4 = f32x4.splat(P4), p5 = f32x4.splat(P5);
  for (let r = 0; r < rows; r++) {
    const d = f32x4.sub(get<T>(x), m), z = fma(d, k, b), dz0 = get<T>(dy);
    const g = activation == SILU
      ? siluGradientBy(dz0, z, sigmoidBy(z, log2e, rounder, low, high, p1, p2, p3, p4, p5, one), one)
      : activationGradient(dz0, z, activation);
    if (dz) {
      put<T>(dz, g);
      dz += row;
    }
    sum = f32x4.add(sum, g);
    product = fma(g, d, product);
    x += row, dy += row;
  }
  put<T>(sums, sum);
  put<T>(sums + row, product);
}

/**
 * The gradients of gamma and beta `[C]` from the parts' sums, and what `normaliseInput` needs: for a batch of `count` rows,
 * the means that its own statistics take off the gradient.
 *
 * @param table `[2, C]`: dbeta / count and dgamma inverse / count.
 */
export function finishSums(
  partials: usize, parts: i32, C: i32, count: f64, inverse: usize, dGamma: usize, dBeta: usize, table: usize,
): void {
  const row = floats(C);
  for (let c: usize = 0; c < row; c += 4) {
    let sum: f64 = 0, product: f64 = 0;
    for (let i = 0; i < parts; i++) {
      const p = partials + <usize>i * 2 * row + c;
      sum += <f64>load<f32>(p);
      product += <f64>load<f32>(p + row);
    }
    const deviation = <f64>load<f32>(inverse + c);
    store<f32>(dBeta + c, <f32>sum);
    store<f32>(dGamma + c, <f32>(product * deviation));
    store<f32>(table + c, <f32>(sum / count));
    store<f32>(table + row + c, <f32>(product * deviation * deviation / count));
  }
}

/** dX = scale (dz - table[0] - (x - mean) table[1]), for rows `from`..`to`; may write over dz. */
export function normaliseInput(
  x: usize, dz: usize, dx: usize, C: i32, mean: usize, scale: usize, table: usize, part: i32, from: i32, to: i32,
): void {
  const row = floats(C);
  for (let o = <usize>from * row; o < <usize>to * row; o += row) {
    let c: usize = 0;
    for (; c + 16 <= row; c += 16) {
      inputAt<v128>(x + o + c, dz + o + c, dx + o + c, mean + c, scale + c, table + c, table + row + c);
    }
    for (; c < row; c += 4) {
      inputAt<f32>(x + o + c, dz + o + c, dx + o + c, mean + c, scale + c, table + c, table + row + c);
    }
  }
}

@inline
function inputAt<T>(x: usize, dz: usize, dx: usize, mean: usize, scale: usize, offset: usize, slope: usize): void {
  const taken = fma(f32x4.sub(get<T>(x), get<T>(mean)), get<T>(slope), get<T>(offset));
  put<T>(dx, f32x4.mul(get<T>(scale), f32x4.sub(get<T>(dz), taken)));
}
