/**
 * Changes of many variables in place: steps of Adam and by momentum, and weighted sums with other tensors. Each goes
 * through a table of entries, for elements `from`..`to` of all entries one after another.
 */
import { floats, fma, get, put } from "./simd";

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

/** A parameter in a step by momentum: addresses, and its share in the two forms of weight decay. */
@unmanaged
class MomentumEntry {
  param: usize;
  velocity: usize;
  gradient: usize;
  size: i32;
  /** Times the parameter, added to the gradient. */
  penalty: f32;
  /** How much of the parameter is kept before the step. */
  keep: f32;
}

/**
 * With g the gradient and its penalty: goes along `past * velocity + present * g`, or along the signs of that, and makes the
 * velocity `kept * velocity + fresh * g`.
 *
 * @param table Entries, one after another.
 * @param sign Not 0 for the signs.
 */
export function momentum(
  table: usize, rate: f32, kept: f32, fresh: f32, past: f32, present: f32, sign: i32, part: i32, from: i32, to: i32,
): void {
  let first = 0; // where the entry begins among all elements
  for (; first < to; table += offsetof<MomentumEntry>()) {
    const entry = changetype<MomentumEntry>(table), last = first + entry.size;
    const begin = max(0, from - first), end = min(entry.size, to - first);
    if (last > from) {
      if (sign) momentumRange(entry, begin, end, rate, kept, fresh, past, present, true);
      else momentumRange(entry, begin, end, rate, kept, fresh, past, present, false);
    }
    first = last;
  }
}

@inline
function momentumRange(
  entry: MomentumEntry, from: i32, to: i32, rate: f32, kept: f32, fresh: f32, past: f32, present: f32, sign: bool,
): void {
  const p = entry.param, v = entry.velocity, g = entry.gradient, penalty = entry.penalty, keep = entry.keep;
  let o = floats(from);
  const end = floats(to);
  for (; o + 16 <= end; o += 16) {
    momentumAt<v128>(p + o, v + o, g + o, penalty, keep, rate, kept, fresh, past, present, sign);
  }
  for (; o < end; o += 4) momentumAt<f32>(p + o, v + o, g + o, penalty, keep, rate, kept, fresh, past, present, sign);
}

@inline
function momentumAt<T>(
  param: usize, velocity: usize, gradient: usize, penalty: f32, keep: f32, rate: f32, kept: f32, fresh: f32, past: f32,
  present: f32, sign: bool,
): void {
  const p = get<T>(param), v = get<T>(velocity);
  const g = fma(p, f32x4.splat(penalty), get<T>(gradient));
  let direction = fma(v, f32x4.splat(past), f32x4.mul(g, f32x4.splat(present)));
  if (sign) {
    const one = f32x4.splat(1), none = f32x4.splat(0);
    const above = v128.and(f32x4.gt(direction, none), one), below = v128.and(f32x4.lt(direction, none), one);
    direction = f32x4.sub(above, below);
  }
  put<T>(velocity, fma(v, f32x4.splat(kept), f32x4.mul(g, f32x4.splat(fresh))));
  put<T>(param, f32x4.sub(f32x4.mul(p, f32x4.splat(keep)), f32x4.mul(direction, f32x4.splat(rate))));
}

/** A variable that becomes a weighted sum: addresses and weights. */
@unmanaged
class BlendEntry {
  target: usize;
  source: usize;
  size: i32;
  /** Of what is there. */
  keep: f32;
  /** Of the source. */
  take: f32;
}

/** Makes each target `keep * target + take * source`. */
export function blend(table: usize, part: i32, from: i32, to: i32): void {
  let first = 0;
  for (; first < to; table += offsetof<BlendEntry>()) {
    const entry = changetype<BlendEntry>(table), last = first + entry.size;
    let o = floats(max(0, from - first));
    const end = floats(min(entry.size, to - first));
    if (last > from) {
      const t = entry.target, s = entry.source, keep = entry.keep, take = entry.take;
      for (; o + 16 <= end; o += 16) blendAt<v128>(t + o, s + o, keep, take);
      for (; o < end; o += 4) blendAt<f32>(t + o, s + o, keep, take);
    }
    first = last;
  }
}

@inline
function blendAt<T>(target: usize, source: usize, keep: f32, take: f32): void {
  put<T>(target, fma(get<T>(target), f32x4.splat(keep), f32x4.mul(get<T>(source), f32x4.splat(take))));
}
