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
