/**
 * Changes of many variables in place: a step by momentum, and a weighted sum with other tensors. Both go through a table
 * of entries, for elements `from`..`to` of all entries one after another.
 */
import { floats, fma, get, put } from "./simd";

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
