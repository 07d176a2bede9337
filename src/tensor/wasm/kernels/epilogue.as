/**
 * What is done to rows of a result while they are in the cache: sums for the batch norm that follows, or that norm with its
 * activation where its statistics are known; sums for a gate's gradient; the addition of another matrix.
 */
import { joinBlock } from "./batch_norm";
import { normaliseInto, normaliseOnto } from "./normalise_rows";
import { floats, fma, get, put } from "./simd";

/** The mean of each column, and the sum of squares around it, as `batchStatistics` gives them. */
export const STATISTICS: i32 = 1;
/** For each image, the sum over its rows of the result times another matrix. */
export const GATE_SUMS: i32 = 2;
/** Another matrix is added to the result. */
export const ADD: i32 = 3;
/** Batch norm and activation, plus another matrix where there is one; for each image, the sum over its rows if wanted. */
export const NORMALISE: i32 = 4;

/** What is done to a result of `width` columns. */
@unmanaged
export class Epilogue {
  kind: i32;
  /** Floats of a row. */
  width: i32;
  /** GATE_SUMS, NORMALISE: rows of an image. */
  pixels: i32;
  /** GATE_SUMS, NORMALISE: images. */
  images: i32;
  /** STATISTICS, GATE_SUMS, NORMALISE: where part 0 sums; 0 for NORMALISE alone. */
  sums: usize;
  /** Bytes from one part's sums to the next's. */
  stride: i32;
  /** GATE_SUMS, ADD, NORMALISE: the other matrix, which lies like the result; 0 for NORMALISE alone. */
  other: usize;
  /** NORMALISE: what class Normalised holds, rows of `width` floats. */
  mean: usize;
  scale: usize;
  beta: usize;
  activation: i32;
}

/** Clears the columns `from`..`to` of a part's sums, before the first rows; `count` is how many rows there will be. */
export function begin(epilogue: usize, part: i32, count: i32, from: i32, to: i32): void {
  if (!epilogue) return;
  const e = changetype<Epilogue>(epilogue), sums = e.sums + <usize>part * e.stride, row = floats(e.width);
  if (!e.sums) return;
  const rows = e.kind == STATISTICS ? 2 : e.images;
  for (let i = 0; i < rows; i++) memory.fill(sums + <usize>i * row + floats(from), 0, floats(to - from));
  if (e.kind == STATISTICS) store<f32>(sums + 2 * row, <f32>count);
}

/**
 * Works on columns `from`..`to` of rows `first`..`first + rows` of a result.
 *
 * @param c The result's first row.
 * @param seen Rows that the part has gone through before.
 */
export function finish(epilogue: usize, part: i32, c: usize, first: i32, rows: i32, seen: i32, from: i32, to: i32): void {
  if (!epilogue) return;
  const e = changetype<Epilogue>(epilogue), sums = e.sums + <usize>part * e.stride, row = floats(e.width);
  const start = <usize>first * row, end = floats(to);
  if (e.kind == STATISTICS) {
    const share: f32 = <f32>rows / <f32>(seen + rows), block = c + start;
    let o = floats(from);
    for (; o + 16 <= end; o += 16) joinBlock<v128>(block + o, row, rows, share, <f32>seen, sums + o, sums + row + o);
    for (; o < end; o += 4) joinBlock<f32>(block + o, row, rows, share, <f32>seen, sums + o, sums + row + o);
    return;
  }
  if (e.kind == NORMALISE) return normaliseResult(e, sums, c, first, rows, from, to);
  let other = e.other + start, at = c + start;
  for (let r = first; r < first + rows; r++) {
    let o = floats(from);
    if (e.kind == ADD) {
      for (; o + 32 <= end; o += 32) {
        const a0 = f32x4.add(v128.load(at + o), v128.load(other + o));
        const a1 = f32x4.add(v128.load(at + o, 16), v128.load(other + o, 16));
        v128.store(at + o, a0), v128.store(at + o, a1, 16);
      }
      for (; o < end; o += 4) put<f32>(at + o, f32x4.add(get<f32>(at + o), get<f32>(other + o)));
    } else {
      const sum = sums + <usize>(r / e.pixels) * row;
      for (; o + 32 <= end; o += 32) {
        const s0 = fma(v128.load(at + o), v128.load(other + o), v128.load(sum + o));
        const s1 = fma(v128.load(at + o, 16), v128.load(other + o, 16), v128.load(sum + o, 16));
        v128.store(sum + o, s0), v128.store(sum + o, s1, 16);
      }
      for (; o < end; o += 4) put<f32>(sum + o, fma(get<f32>(at + o), get<f32>(other + o), get<f32>(sum + o)));
    }
    at += row, other += row;
  }
}

/** Image by image, as each has sums of its own. */
function normaliseResult(e: Epilogue, sums: usize, c: usize, first: i32, rows: i32, from: i32, to: i32): void {
  const end = first + rows, row = floats(e.width), pixels = e.sums ? e.pixels : end;
  const norm = changetype<usize>(e) + offsetof<Epilogue>("mean"), o = floats(from), stop = floats(to);
  for (let r = first; r < end;) {
    const image = r / pixels, count = min(end, (image + 1) * pixels) - r, at = c + <usize>r * row;
    const sum = e.sums ? sums + <usize>image * row : 0;
    if (e.other) normaliseOnto(norm, at, e.other + <usize>r * row, row, count, o, stop, sum);
    else normaliseInto(norm, at, row, at, row, count, o, stop, sum);
    r += count;
  }
}
