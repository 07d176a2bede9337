import { assert, assertEquals } from "@std/assert";
import * as tf from "../../../src/tensor/tf.ts";
import { bufferOf, foldedGrid, output } from "../../../src/tensor/webgpu/dispatch.ts";
import { DEPTH, LONGEST_CHUNK, MOST_PARTIALS, planProduct, TILES } from "../../../src/tensor/webgpu/gemm_plan.ts";
import { sumParts } from "../../../src/tensor/webgpu/gemm_sum.ts";
import { multiply } from "../../../src/tensor/webgpu/matrix.ts";
import { assertNear, type Case, normals, sameBits } from "../compare.ts";
import { between, printedRng } from "../../random.ts";
import { assertOnGpu, gpuTest, useGpu, valuesOnGpu } from "./gpu.ts";

// Sums of up to some thousand products of standard normal values in float32, in another order.
const TOLERANCE = 2e-5;
const FLAGS = [[false, false], [false, true], [true, false], [true, true]] as const;

/** An upstream gradient that tells positions apart. */
const upstream = (y: tf.Tensor) => tf.reshape(tf.sin(tf.range(0, y.size)), y.shape);

gpuTest("BatchMatMul and its gradients agree with the cpu backend in all transpositions", async () => {
  const rng = printedRng();
  const odd = [between(rng, 1, 35), between(rng, 1, 35), between(rng, 1, 70)] as const;
  const even = [4 * between(rng, 1, 9), 4 * between(rng, 1, 9), 4 * between(rng, 1, 17)] as const;
  const cases = FLAGS.flatMap(([ta, tb]) =>
    [[], [1], [3], [2, 2]].map((outer): Case => {
      // Few sizes, as each tile is compiled anew.
      const [M, N, K] = outer.length === 1 ? odd : even;
      const f = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b, ta, tb);
      return {
        name: `matMul of batches [${outer}], ${M}x${N}x${K}, transposed ${ta} ${tb}`,
        shapes: [[...outer, ...(ta ? [K, M] : [M, K])], [...outer, ...(tb ? [N, K] : [K, N])]],
        run: (...inputs) => {
          const y = f(inputs[0]!, inputs[1]!);
          return [y, ...tf.grads(f as (...x: tf.Tensor[]) => tf.Tensor)(inputs, upstream(y))];
        },
      };
    })
  );
  await assertOnGpu(cases, rng, TOLERANCE);
});

gpuTest("BatchMatMul broadcasts its batches", async () => {
  const rng = printedRng();
  const outers = [[[1], [3]], [[3], [1]], [[], [2, 3]], [[2, 3], [3]], [[2, 1], [1, 3]], [[2, 3], [2, 1]]];
  const cases = outers.map(([outerA, outerB]): Case => {
    const [M, N, K] = [between(rng, 1, 20), between(rng, 1, 20), between(rng, 1, 20)];
    const outer = tf.broadcast_util.assertAndGetBroadcastShape(outerA!, outerB!);
    return {
      name: `matMul of batches [${outerA}] and [${outerB}]`,
      shapes: [[...outerA!, M, K], [...outerB!, K, N]],
      run: (a, b) => {
        if (tf.getBackend() === "webgpu") return [tf.matMul(a, b)];
        return [tf.matMul(tf.broadcastTo(a, [...outer, M, K]), tf.broadcastTo(b, [...outer, K, N]))];
      },
    };
  });
  await assertOnGpu(cases, rng, TOLERANCE);
});

gpuTest("multiply() has one result in every tile, with K whole and divided", async () => {
  const rng = printedRng();
  await useGpu();
  for (const [i, tile] of TILES.entries()) {
    // Every other tile by fours; two tiles and a bit each way.
    const four = i % 2 === 0 ? 4 : 1, [ta, tb] = FLAGS[i % FLAGS.length]!;
    const M = Math.ceil((tile.rows + between(rng, 1, tile.rows)) / four) * four;
    const N = Math.ceil((tile.columns + between(rng, 1, tile.columns)) / four) * four;
    const K = four * between(rng, 10, 20);
    const a = normals(rng, M * K), b = normals(rng, K * N), expected = productOf(a, b, { M, N, K, ta, tb });
    for (const chunk of [Math.ceil(K / DEPTH) * DEPTH, DEPTH]) {
      const parts = Math.ceil(K / chunk), out = output([M, N]);
      const [left, right] = [tf.tensor(a, ta ? [K, M] : [M, K]), tf.tensor(b, tb ? [N, K] : [K, N])];
      multiply({
        a: { tensor: left, layout: ta ? "columns" : "rows", contiguous: ta ? M : K },
        b: { tensor: right, layout: tb ? "rows" : "columns", contiguous: tb ? K : N },
        out,
        M,
        N,
        K,
        plan: { tile, parts, chunk, groups: Math.ceil(M / tile.rows) * Math.ceil(N / tile.columns) * parts },
      });
      const [values] = await valuesOnGpu([tf.engine().makeTensorFromTensorInfo(out)]);
      tf.dispose([left, right]);
      const where = `${tile.rows}x${tile.columns}, ${M}x${N}x${K}, transposed ${ta} ${tb}, ${parts} parts`;
      assertNear(values!, expected, TOLERANCE, where);
    }
  }
});

/** The product in double precision. */
function productOf(
  a: Float32Array,
  b: Float32Array,
  { M, N, K, ta, tb }: { M: number; N: number; K: number; ta: boolean; tb: boolean },
): Float64Array {
  const out = new Float64Array(M * N);
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < N; n++) {
      for (let k = 0; k < K; k++) out[m * N + n]! += a[ta ? k * M + m : m * K + k]! * b[tb ? n * K + k : k * N + n]!;
    }
  }
  return out;
}

gpuTest("BatchMatMul's long sums agree with double precision, with the same bits each time", async () => {
  const rng = printedRng();
  await useGpu();
  const [M, N, K] = [between(rng, 1, 5), between(rng, 1, 5), 100_000 + between(rng, 0, 99)];
  // A mean of one, so that the sum grows with its length, as those of activations after a ReLU do.
  const a = normals(rng, M * K).map((x) => x + 1), b = normals(rng, K * N).map((x) => x + 1);
  const expected = productOf(a, b, { M, N, K, ta: true, tb: false });
  assert(planProduct({ M, N, K }).parts > 1);
  const run = () =>
    valuesOnGpu([
      tf.tidy(() => tf.matMul(tf.tensor(a, [K, M]) as tf.Tensor2D, tf.tensor(b, [K, N]) as tf.Tensor2D, true)),
    ]);
  const [[first], [second]] = [await run(), await run()];
  assertNear(first!, expected, 1e-5);
  assert(sameBits(first!, second!));
});

gpuTest("multiply() folds a grid of more workgroups than a device takes on one side", async () => {
  await useGpu();
  const tile = TILES.find(({ rows, columns }) => rows === 32 && columns === 32)!;
  const M = 65_536 * tile.rows + 5, groups = 65_537, out = output([M, 1]);
  assert((foldedGrid(groups)[1] ?? 1) > 1);
  const a = tf.tidy(() => tf.reshape(tf.range(0, M), [M, 1])), b = tf.tensor2d([[0.5]]);
  multiply({
    a: { tensor: a, layout: "rows", contiguous: 1 },
    b: { tensor: b, layout: "columns", contiguous: 1 },
    out,
    M,
    N: 1,
    K: 1,
    plan: { tile, parts: 1, chunk: DEPTH, groups },
  });
  const [values] = await valuesOnGpu([tf.engine().makeTensorFromTensorInfo(out)]);
  tf.dispose([a, b]);
  assert(values!.every((value, i) => value === i / 2));
});

gpuTest("sumParts() adds any number of parts of any size", async () => {
  const rng = printedRng();
  await useGpu();
  for (const [parts, size] of [[2, 1], [3, 7], [8, 128], [9, 130], [31, 65], [32, 64], [100, 36], [257, 4]] as const) {
    const values = normals(rng, parts * size), expected = new Float64Array(size);
    values.forEach((value, i) => expected[i % size]! += value);
    const partials = tf.tensor(values, [parts, size]), out = output([size]);
    sumParts(bufferOf(partials), { sums: bufferOf(out), size, parts });
    const [sums] = await valuesOnGpu([tf.engine().makeTensorFromTensorInfo(out)]);
    partials.dispose();
    assertNear(sums!, expected, 1e-5, `${parts} parts of ${size}`);
  }
});

/** Products of EfficientNet's 1 x 1 convolutions at batch 64: M, N, K, tile, parts of K, workgroups. */
const PLANS: readonly (readonly [number, number, number, string, number, number])[] = [
  // B0 at 224 pixels: forward, and by the filter
  [802816, 16, 32, "128x16", 1, 6272],
  [802816, 96, 16, "128x96", 1, 6272],
  [200704, 24, 144, "128x32", 1, 1568],
  [50176, 240, 40, "128x128", 1, 784],
  [12544, 80, 480, "64x96", 2, 392],
  [3136, 1152, 192, "64x64", 1, 882],
  [3136, 192, 1152, "64x96", 4, 392],
  [3136, 1280, 320, "128x128", 1, 250],
  [32, 16, 802816, "32x32", 1287, 1287],
  [144, 24, 200704, "96x32", 196, 392],
  [480, 80, 12544, "128x96", 61, 244],
  [320, 1280, 3136, "64x64", 14, 1400],
  // B3 at 300 pixels: forward, and by the filter
  [1440000, 144, 24, "128x96", 1, 22500],
  [360000, 32, 192, "128x32", 1, 2813],
  [23104, 136, 816, "128x96", 1, 362],
  [6400, 2304, 384, "128x128", 1, 900],
  [6400, 384, 2304, "128x128", 6, 900],
  [24, 144, 1440000, "32x96", 990, 1980],
  [192, 48, 92416, "96x64", 526, 1052],
  [384, 2304, 6400, "96x128", 11, 792],
];

Deno.test("planProduct() fills the 132 processors of a large GPU for EfficientNet's products", () => {
  for (const [M, N, K, tile, parts, groups] of PLANS) {
    const plan = planProduct({ M, N, K });
    assertEquals([`${plan.tile.rows}x${plan.tile.columns}`, plan.parts, plan.groups], [tile, parts, groups]);
    assert(plan.groups >= 132);
  }
});

Deno.test("planProduct() covers K by chunks of bounded length and memory, and divides only what may be", () => {
  const rng = printedRng();
  for (let i = 0; i < 300; i++) {
    const size = () => Math.ceil(2 ** (rng() * 11));
    const [M, N, K] = [size(), size(), Math.ceil(2 ** (rng() * 21))], batches = between(rng, 1, 3);
    const { tile, parts, chunk, groups } = planProduct({ M, N, K, batches });
    const where = `${M}x${N}x${K} by ${batches}: ${parts} parts of ${chunk}`;
    assert(chunk % DEPTH === 0 && parts * chunk >= K && (parts - 1) * chunk < K, where);
    assert(parts === 1 || parts * M * N * batches <= MOST_PARTIALS, where);
    assert(chunk <= LONGEST_CHUNK || 2 * M * N * batches * K / LONGEST_CHUNK > MOST_PARTIALS, where);
    assertEquals(groups, Math.ceil(M / tile.rows) * Math.ceil(N / tile.columns) * parts * batches);
    assertEquals(planProduct({ M, N, K, batches, divisible: false }).parts, 1);
    assertEquals(planProduct({ M, N, K: 0 }).parts, 1); // pixels that no tap reaches
  }
});
