import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { disposeBackend, initBackend } from "../../../src/tensor/mod.ts";
import * as tf from "../../../src/tensor/tf.ts";
import { gpu } from "../../../src/tensor/webgpu/device.ts";
import {
  bufferOf,
  dispatch,
  foldedGrid,
  output,
  type Program,
  release,
  temporary,
  write,
} from "../../../src/tensor/webgpu/dispatch.ts";
import { countsOf, gpuTest, useGpu, valuesOnGpu } from "./gpu.ts";

/** y = x + u.step * (number of the element in the whole grid, one thread a workgroup). */
const RAMP: Program = {
  key: "test ramp",
  code: `struct U { size: u32, step: f32 }
@group(0) @binding(0) var<uniform> u: U;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) w: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>) {
  let i = w.y * n.x + w.x;
  if (i < u.size) { y[i] = x[i] + u.step * f32(i); }
}
`,
};

function ramp(x: tf.TensorInfo, step: number, size: number = x.shape[0]!): tf.Tensor {
  const y = output(x.shape);
  dispatch(RAMP, {
    uniforms: { integers: [size], floats: [step] },
    buffers: [bufferOf(x), bufferOf(y)],
    grid: foldedGrid(size),
  });
  return tf.engine().makeTensorFromTensorInfo(y);
}

gpuTest("dispatch() runs programs in the order of the calls, among stock ones", async () => {
  await useGpu();
  const [values] = await valuesOnGpu([tf.tidy(() => {
    let x: tf.Tensor = tf.fill([37], 1);
    for (let i = 0; i < 80; i++) x = tf.sub(ramp(tf.mul(x, 2), i), x); // x + i * index, across submits
    return x;
  })]);
  assertEquals([...values!], Array.from({ length: 37 }, (_, k) => 1 + 79 * 40 * k));
  await disposeBackend();
});

gpuTest("foldedGrid() takes more workgroups than one side of a grid; dispatch() refuses them unfolded", async () => {
  await useGpu();
  const size = 3 * 65536 + 5;
  const [values] = await valuesOnGpu([tf.tidy(() => ramp(tf.zeros([size]), 1))]);
  assert(values!.every((value, i) => value === i));
  const buffers: GPUBuffer[] = [];
  const most = gpu().device.limits.maxComputeWorkgroupsPerDimension;
  const error = assertThrows(() => dispatch(RAMP, { buffers, grid: [most + 1] }), RangeError);
  assertStringIncludes((error as Error).message, `"test ramp" as each side of its grid must be at most ${most}`);
  await disposeBackend();
});

gpuTest("write() takes its turn among programs, where a buffer is written again before the submit", async () => {
  await useGpu();
  const results = tf.tidy(() => {
    const numbers = temporary(4), x = tf.zeros([4]), out: tf.Tensor[] = [];
    for (const value of [1, 2, 3]) {
      write(numbers, new Float32Array(4).fill(value));
      const y = output([4]);
      dispatch(RAMP, { uniforms: { integers: [4], floats: [0] }, buffers: [numbers, bufferOf(y)], grid: [4] });
      out.push(tf.engine().makeTensorFromTensorInfo(y));
    }
    release(numbers);
    x.dispose();
    return out;
  });
  assertEquals((await valuesOnGpu(results)).map(([first]) => first), [1, 2, 3]);
  await disposeBackend();
});

gpuTest("a second run binds and makes nothing anew, with stock programs or ours", async () => {
  await useGpu();
  const run = async () => {
    const y = tf.tidy(() => tf.sum(tf.mul(tf.add(ramp(tf.fill([33, 2], 1), 2, 66), 0.5), tf.fill([33, 2], 3))));
    await y.data(); // staging buffers are free again from here
    y.dispose();
  };
  await run();
  const { bindGroupMisses, newBuffers, pipelines, dispatches, bindGroupHits } = await countsOf(run);
  assertEquals([bindGroupMisses, newBuffers, pipelines], [0, 0, 0]);
  assertEquals(bindGroupHits, dispatches);
  await disposeBackend();
});

gpuTest("a tensor too large for one buffer is an error that says what to lower", async () => {
  await useGpu();
  const bytes = gpu().device.limits.maxStorageBufferBindingSize;
  for (const make of [() => bufferOf(output([bytes / 4 + 1])), () => tf.fill([bytes / 4 + 1], 2)]) {
    const error = assertThrows(make, RangeError, "Cannot hold a tensor");
    assertStringIncludes((error as Error).message, `at most ${Math.ceil(bytes / 2 ** 20)} MiB`);
  }
  await disposeBackend();
});

gpuTest("buffers that no step uses any more are let go, those in use or used lately stay", async () => {
  await useGpu();
  const { backend: { bufferManager: pool }, buffers, counters } = gpu();
  buffers.releaseAll();
  const before = counters.newBuffers, steady = temporary(100);
  for (let i = 0; i < 7000; i++) {
    release(temporary(7000 + i)); // 28 kB and more, of a size that never comes again
    if (i % 50 === 0) release(temporary(2 ** 16)); // in each step
  }
  const held = pool.numBytesAllocated / 2 ** 20;
  assert(held < 200, `${held} MiB`); // of 294 MiB made
  assertEquals(counters.newBuffers - before, 7002); // one each of the two that were used all the time
  release(steady);
  buffers.releaseAll();
  await disposeBackend();
});

/** Lets a GPU's errors arrive. */
const arrive = () => new Promise((resolve) => setTimeout(resolve, 20));
const add = () => tf.tidy(() => tf.add(tf.fill([5], 1), tf.fill([5], 2)));

gpuTest("full memory is raised once by the next call, after which smaller batches work", async () => {
  await useGpu();
  await valuesOnGpu([add()]);
  const { backend, device } = gpu(), { bufferManager: pool } = backend, pop = device.popErrorScope;
  device.popErrorScope = () => pop.call(device).then(() => new GPUOutOfMemoryError(""));
  const missing = temporary(12_345);
  device.popErrorScope = pop;
  await arrive();
  assertEquals(pool.numFreeBuffers, 0, "free buffers were kept");
  assertThrows(add, RangeError, "its memory is full: lower the batch size");
  // What was recorded with the buffer is refused later on, which is the same fault still.
  device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
  await arrive();
  assertThrows(add, RangeError, "its memory is full");
  release(missing);
  const again = temporary(12_345);
  assert(again !== missing, "a buffer without memory came back");
  release(again);
  assertEquals([...(await valuesOnGpu([add()]))[0]!], [3, 3, 3, 3, 3]);
  await disposeBackend();
});

gpuTest("a refused command is raised by the next call, and the device is started anew on request", async () => {
  await useGpu();
  gpu().device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
  await arrive();
  for (let i = 0; i < 2; i++) assertThrows(add, Error, "Cannot compute on the GPU as it refused a command");
  await disposeBackend();
  await useGpu();
  assertEquals([...(await valuesOnGpu([add()]))[0]!], [3, 3, 3, 3, 3]);
  await disposeBackend();
});

gpuTest("a lost device ends a read that waits for it, and is raised by whatever is called next", async () => {
  await useGpu();
  const y = add(), waiting = y.data();
  gpu().device.destroy();
  await assertRejects(() => waiting);
  await arrive();
  assertThrows(add, Error, "Cannot compute on the GPU as its device was lost");
  assertThrows(() => gpu(), Error, "was lost");
  await assertRejects(() => y.data(), Error, "was lost");
  await disposeBackend();
  await useGpu();
  assertEquals([...(await valuesOnGpu([add()]))[0]!], [3, 3, 3, 3, 3]);
  await disposeBackend();
});

Deno.test("initBackend() says which driver is missing where no adapter is found", async () => {
  const request = navigator.gpu.requestAdapter;
  Object.defineProperty(navigator.gpu, "requestAdapter", { value: () => Promise.resolve(null), configurable: true });
  try {
    const error = await assertRejects(() => initBackend({ need: "train", prefer: "webgpu" }), Error, "no GPU adapter");
    if (Deno.build.os === "linux") assertStringIncludes((error as Error).message, "libvulkan1");
  } finally {
    Object.defineProperty(navigator.gpu, "requestAdapter", { value: request, configurable: true, writable: true });
  }
});
