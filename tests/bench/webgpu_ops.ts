/**
 * Times our WebGPU kernels of matrix products and convolutions, one by one, at the shapes that training an EfficientNet
 * gives them: `deno run -A tests/bench/webgpu_ops.ts --model b0 --batch 64 --stock`. `--scale 0.1` takes images of a tenth of
 * the side, so that software can run it. Each kernel is run many times with one wait at the end; times are the GPU's own,
 * by timestamps, where it has them. GB/s count each input and the result once, as if caches were perfect.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { normals } from "../tensor/compare.ts";
import { seededRng } from "../../src/core/rng.ts";
import { scaleB0 } from "../../src/models/families/efficientnet.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { gpu } from "../../src/tensor/webgpu/device.ts";
import { copyBandwidth } from "./copy_bandwidth.ts";

const flags = parseArgs(Deno.args, {
  string: ["model", "batch", "scale", "milliseconds", "only"],
  boolean: ["stock"],
  default: { model: "b0,b3", batch: "64", scale: "1", milliseconds: "100", only: "" },
});
const batch = Number(flags.batch), scale = Number(flags.scale), budget = Number(flags.milliseconds);

/** The networks: how B0 is scaled, and the side of the images in pixels. */
const MODELS: Readonly<Record<string, { readonly width: number; readonly depth: number; readonly size: number }>> = {
  b0: { width: 1, depth: 1, size: 224 },
  b3: { width: 1.2, depth: 1.4, size: 300 },
};

/** A kernel and what it is run on. */
interface Case {
  readonly kernel: string;
  /** For the table. */
  readonly shape: string;
  /** Shapes of the inputs by name. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly attrs: object;
  /** Multiplications. */
  readonly products: number;
  /** Values read and written. */
  readonly values: number;
}

const count = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

/** A convolution forward and its two gradients; padded by half the kernel. */
function convolutions(size: number, C: number, E: number, kernel: number, stride: number, depthwise = false): Case[] {
  const out = Math.floor((size - 1) / stride) + 1, pad = Math.floor(kernel / 2);
  const x = [batch, size, size, C], filter = [kernel, kernel, C, depthwise ? 1 : E], dy = [batch, out, out, E];
  const attrs = {
    strides: [stride, stride],
    pad: [[0, 0], [pad, pad], [pad, pad], [0, 0]],
    dataFormat: "NHWC",
    dilations: [1, 1],
    dimRoundingMode: undefined,
    inputShape: x,
    filterShape: filter,
  };
  const name = depthwise ? "DepthwiseConv2dNative" : "Conv2D";
  const shape = `${batch}x${size}x${size}x${C} by ${kernel}x${kernel}${depthwise ? "" : `x${E}`}${
    stride > 1 ? ` stride ${stride}` : ""
  }`;
  const products = count(dy) * kernel * kernel * (depthwise ? 1 : C);
  const shared = { shape, attrs, products, values: count(x) + count(filter) + count(dy) };
  return [
    { kernel: name, inputs: { x, filter }, ...shared },
    { kernel: `${name}BackpropInput`, inputs: { dy, filter }, ...shared },
    { kernel: `${name}BackpropFilter`, inputs: { x, dy }, ...shared },
  ];
}

function product(M: number, N: number, K: number, transposeA: boolean, transposeB: boolean): Case {
  return {
    kernel: "BatchMatMul",
    shape: `${M}x${K} by ${K}x${N}${transposeA ? ", A transposed" : ""}${transposeB ? ", B transposed" : ""}`,
    inputs: { a: transposeA ? [K, M] : [M, K], b: transposeB ? [N, K] : [K, N] },
    attrs: { transposeA, transposeB },
    products: M * N * K,
    values: M * N + M * K + K * N,
  };
}

/** All cases of a network's training, each once. */
function casesOf({ width, depth, size: side }: typeof MODELS[string]): Case[] {
  const { stem, stages, features } = scaleB0(width, depth), half = (n: number) => Math.floor((n - 1) / 2) + 1;
  let size = Math.max(8, Math.round(side * scale)), C = stem;
  const cases = convolutions(size, 3, stem, 3, 2);
  size = half(size);
  for (const [repeats, kernel, first, expansion, E] of stages) {
    for (let i = 0; i < repeats; i++) {
      const inner = C * expansion, squeezed = Math.max(1, Math.round(C / 4)), stride = i === 0 ? first : 1;
      if (expansion > 1) cases.push(...convolutions(size, C, inner, 1, 1));
      cases.push(...convolutions(size, inner, inner, kernel, stride, true));
      if (stride === 2) size = half(size);
      cases.push(...convolutions(1, inner, squeezed, 1, 1), ...convolutions(1, squeezed, inner, 1, 1));
      cases.push(...convolutions(size, inner, E, 1, 1));
      C = E;
    }
  }
  cases.push(...convolutions(size, C, features, 1, 1));
  const classes = 18; // those of the contest
  cases.push(product(batch, classes, features, false, false), product(batch, features, classes, false, true));
  cases.push(product(features, classes, batch, true, false));
  return [...new Map(cases.map((one) => [`${one.kernel} ${one.shape}`, one])).values()];
}

type KernelFunction = NonNullable<ReturnType<typeof tf.getKernel>>["kernelFunc"];

/** Milliseconds of a run of a kernel. */
async function time(kernel: KernelFunction, { inputs, attrs }: Case): Promise<number> {
  const rng = seededRng(1), few = normals(rng, 4096);
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, shape]) => {
      const values = Float32Array.from({ length: count(shape) }, (_, i) => few[i % few.length]!);
      return [name, tf.tensor(values, [...shape])];
    }),
  );
  const run = () => {
    const results = [kernel({ inputs: tensors, attrs: attrs as tf.NamedAttrMap, backend: tf.backend() })].flat();
    for (const { dataId } of results) tf.backend().disposeData(dataId);
  };
  await timed(run, 1); // compiles
  const once = await timed(run, 1), times = Math.max(1, Math.min(1000, Math.ceil(budget / once)));
  const best = times === 1 ? once : Math.min(await timed(run, times), await timed(run, times));
  tf.dispose(Object.values(tensors));
  return best;
}

/** Milliseconds of each of several runs, recorded in one pass between two timestamps, or by the clock. */
async function timed(run: () => void, times: number): Promise<number> {
  const { backend, device } = gpu();
  await device.queue.onSubmittedWorkDone();
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  const queries = device.features.has("timestamp-query")
    ? device.createQuerySet({ type: "timestamp", count: 2 })
    : undefined;
  const encoder = backend.commandEncoder!;
  backend.computePassEncoder = encoder.beginComputePass(
    queries && { timestampWrites: { querySet: queries, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } },
  );
  const pass = backend.computePassEncoder, start = performance.now();
  for (let i = 0; i < times; i++) run();
  // Stock kernels that copy end the pass; then only the clock has it all.
  const whole = backend.computePassEncoder === pass && backend.commandEncoder === encoder;
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const stamps = device.createBuffer({ size: 16, usage: usage | GPUBufferUsage.QUERY_RESOLVE });
  const copy = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  if (queries) backend.commandEncoder!.resolveQuerySet(queries, 0, 2, stamps, 0);
  backend.commandEncoder!.copyBufferToBuffer(stamps, 0, copy, 0, 16);
  backend.submitQueue();
  await copy.mapAsync(GPUMapMode.READ);
  const wall = performance.now() - start, [from, to] = new BigUint64Array(copy.getMappedRange().slice(0));
  copy.unmap();
  for (const buffer of [stamps, copy]) buffer.destroy();
  queries?.destroy();
  return (queries && whole && to! > from! ? Number(to! - from!) / 1e6 : wall) / times;
}

// The stock kernels, before ours take their place.
Deno.env.set("XDG_RUNTIME_DIR", Deno.env.get("XDG_RUNTIME_DIR") ?? "/"); // Mesa complains where there is none
await import("@tensorflow/tfjs-backend-webgpu");
const stock = new Map(tf.getKernelsForBackend("webgpu").map(({ kernelName, kernelFunc }) => [kernelName, kernelFunc]));
const { device } = await initBackend({ need: "train", prefer: "webgpu" });
tf.env().set("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE", 1e9); // all runs of a case in one pass

const copying = await copyBandwidth();
const clock = gpu().device.features.has("timestamp-query") ? "timestamps" : "the clock";
console.log(`${device}: copies ${copying.toFixed(1)} GB/s; batch ${batch}, scale ${scale}, by ${clock}`);
for (const name of flags.model.split(",")) {
  const model = MODELS[name];
  if (!model) {
    throw new RangeError(`Cannot time ${name} as model must be some of ${Object.keys(MODELS)}, with commas between`);
  }
  const head = ["ms", "GFLOP/s", "GB/s", "of copying", ...(flags.stock ? ["stock ms", "stock : ours"] : [])];
  console.log(`\n${name}\n${head.map((text) => text.padStart(12)).join("")}  kernel and shape`);
  let [sum, stockSum] = [0, 0];
  for (const one of casesOf(model).filter(({ kernel }) => kernel.includes(flags.only))) {
    const ms = await time(tf.getKernel(one.kernel, "webgpu")!.kernelFunc, one);
    const rate = 4 * one.values / ms / 1e6;
    const row = [ms.toFixed(3), (2 * one.products / ms / 1e6).toFixed(1), rate.toFixed(1)];
    row.push(`${(100 * rate / copying).toFixed(1)} %`);
    sum += ms;
    if (flags.stock) {
      const theirs = await time(stock.get(one.kernel)!, one);
      stockSum += theirs;
      row.push(theirs.toFixed(3), (theirs / ms).toFixed(2));
    }
    console.log(`${row.map((text) => text.padStart(12)).join("")}  ${one.kernel} ${one.shape}`);
  }
  console.log(`${sum.toFixed(3).padStart(12)}  all, each once${flags.stock ? `; stock ${stockSum.toFixed(3)}` : ""}`);
}
Deno.exit(0); // the device would keep the process
