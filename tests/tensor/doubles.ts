/** References in double precision. */

/** Batch norm with gamma 1 and beta 0, and its gradients, in double precision. */
export function batchNormInDoubles(x: Float32Array, dy: Float32Array, C: number) {
  const P = x.length / C, y = new Float64Array(x.length), dx = new Float64Array(x.length), dGamma = new Float64Array(C);
  for (let c = 0; c < C; c++) {
    const of = (values: ArrayLike<number>) => Array.from({ length: P }, (_, p) => values[p * C + c]!);
    const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / P;
    const mean = average(of(x)), deviation = Math.sqrt(average(of(x).map((value) => (value - mean) ** 2)));
    const normal = of(x).map((value) => (value - mean) / deviation), g = of(dy);
    const gMean = average(g), slope = average(g.map((value, p) => value * normal[p]!));
    dGamma[c] = slope * P;
    for (let p = 0; p < P; p++) {
      y[p * C + c] = normal[p]!;
      dx[p * C + c] = (g[p]! - gMean - normal[p]! * slope) / deviation;
    }
  }
  return { y, dx, dGamma };
}

/** The error function, by the series of positive terms https://dlmf.nist.gov/7.6#E2 */
export function erf(x: number): number {
  let term = x, sum = x;
  for (let n = 1; Math.abs(term) > 1e-18; n++) sum += term *= 2 * x * x / (2 * n + 1);
  return Math.abs(x) > 6 ? Math.sign(x) : 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
}

/** Layer norm of rows of C values with gamma 1 and beta 0, and its input gradient, in double precision. */
export function layerNormInDoubles(x: Float32Array, dy: Float32Array, C: number) {
  const y = new Float64Array(x.length), dx = new Float64Array(x.length);
  const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / C;
  for (let at = 0; at < x.length; at += C) {
    const values = [...x.subarray(at, at + C)], g = [...dy.subarray(at, at + C)], mean = average(values);
    const deviation = Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
    const normal = values.map((value) => (value - mean) / deviation);
    const offset = average(g), slope = average(g.map((value, i) => value * normal[i]!));
    y.set(normal, at);
    dx.set(g.map((value, i) => (value - offset - normal[i]! * slope) / deviation), at);
  }
  return { y, dx };
}
