/**
 * What is done to a matrix while it is packed, so that it is never written out as a whole: the gate of squeeze and
 * excitation, or the input gradient of a batch norm.
 */
import { fma, get } from "./simd";

/** Nothing is done. */
export const PLAIN: i32 = 0;
/** Each row is multiplied by the gate of its image. */
export const GATED: i32 = 1;
/** scale (dz - offset - (x - mean) slope), as `normaliseInput` has it, of a matrix dz. */
export const GRADIENT: i32 = 2;

/** What is done to a matrix of `width` columns. */
@unmanaged
export class Operand {
  kind: i32;
  /** Floats of a row. */
  width: i32;
  /** GATED: rows of an image. */
  pixels: i32;
  /** GATED: the gates `[images, width]`. GRADIENT: bytes from dz to x, which lies alike. */
  other: usize;
  /** GRADIENT: rows of `width` floats. */
  mean: usize;
  scale: usize;
  offset: usize;
  slope: usize;
}

/** The kind of an operand, of which there may be none. */
@inline
export function kindOf(operand: usize): i32 {
  return operand ? changetype<Operand>(operand).kind : PLAIN;
}

/** Where the second value for a row that begins at `row` lies: of its image's gate, or of x. */
@inline
export function otherRow(kind: i32, operand: usize, row: usize, index: i32): usize {
  const o = changetype<Operand>(operand);
  if (kind == GATED) return o.other + (<usize>(index / o.pixels * o.width) << 2);
  if (kind == GRADIENT) return row + o.other;
  return 0;
}

/** A batch norm's input gradient from dz, x, and the tables' values of its channels. */
@inline
export function gradientOf(dz: v128, x: v128, mean: v128, scale: v128, offset: v128, slope: v128): v128 {
  return f32x4.mul(scale, f32x4.sub(dz, fma(f32x4.sub(x, mean), slope, offset)));
}

/** The values at `address`, whose column is `c` bytes from its row's beginning, after what is done to them. */
@inline
export function valueOf<T>(kind: i32, operand: usize, address: usize, other: usize, c: usize): v128 {
  const value = get<T>(address);
  if (kind == GATED) return f32x4.mul(value, get<T>(other));
  if (kind == GRADIENT) {
    const o = changetype<Operand>(operand);
    return gradientOf(
      value, get<T>(other), get<T>(o.mean + c), get<T>(o.scale + c), get<T>(o.offset + c), get<T>(o.slope + c),
    );
  }
  return value;
}
