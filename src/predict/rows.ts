/**
 * Rows of probabilities: scaled to sum to 1.
 *
 * @module
 */

/**
 * Scales rows in place so that each sums to 1; a row of zeros becomes uniform.
 *
 * @param values Numbers of at least 0, `[rows, width]`; may be longer.
 */
export function normaliseRows(values: Float32Array | Float64Array, width: number, rows: number): void {
  for (let row = 0; row < rows; row++) {
    let total = 0;
    for (let i = row * width; i < (row + 1) * width; i++) total += values[i]!;
    for (let i = row * width; i < (row + 1) * width; i++) values[i] = total > 0 ? values[i]! / total : 1 / width;
  }
}

/**
 * Softmax of rows of logits, in place.
 *
 * @param values Logits `[rows, width]`; may be longer.
 */
export function softmaxRows(values: Float32Array | Float64Array, width: number, rows: number): void {
  for (let row = 0; row < rows; row++) {
    let highest = -Infinity;
    for (let i = row * width; i < (row + 1) * width; i++) if (values[i]! > highest) highest = values[i]!;
    for (let i = row * width; i < (row + 1) * width; i++) values[i] = Math.exp(values[i]! - highest);
  }
  normaliseRows(values, width, rows);
}
