/**
 * Measures how many bytes a second the device reads and writes when it only copies: what no kernel can beat.
 *
 * @module
 */
import * as tf from "../../src/tensor/tf.ts";

const MEBIBYTE = 2 ** 20;
/** Larger than any cache, where a buffer may be so large. */
const BYTES = 512 * MEBIBYTE;
const TIMES = 10, ROUNDS = 4;

/** A thread copies 16 bytes, as wide as loads get; the grid is folded, as its sides are bounded. */
const COPY = `
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> copy: array<vec4f>;
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) i: u32) {
  let at = (group.y * groups.x + group.x) * 256u + i;
  if (at < arrayLength(&copy)) { copy[at] = source[at]; }
}`;

/**
 * Measures it: on WebGPU by a shader and by the driver's own copy, whichever is faster; else by one thread of the processor.
 *
 * @returns GB (10^9 bytes) a second, reads and writes counted.
 */
export async function copyBandwidth(): Promise<number> {
  if (tf.getBackend() !== "webgpu") return copyOnProcessor();
  const { device } = tf.backend() as unknown as { device: GPUDevice };
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const software = /llvmpipe|swiftshader|software/i.test(device.adapterInfo?.description ?? "");
  const size = Math.min(software ? 64 * MEBIBYTE : BYTES, maxBufferSize, maxStorageBufferBindingSize);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const source = device.createBuffer({ size, usage }), copy = device.createBuffer({ size, usage });
  const module = device.createShaderModule({ code: COPY });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [source, copy].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const workgroups = Math.ceil(size / 16 / 256), side = Math.min(workgroups, 32768);
  const ways: ((encoder: GPUCommandEncoder) => void)[] = [
    (encoder) => {
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      for (let i = 0; i < TIMES; i++) pass.dispatchWorkgroups(side, Math.ceil(workgroups / side));
      pass.end();
    },
    (encoder) => {
      for (let i = 0; i < TIMES; i++) encoder.copyBufferToBuffer(source, 0, copy, 0, size);
    },
  ];
  const timeOf = async (record?: (encoder: GPUCommandEncoder) => void) => {
    const encoder = device.createCommandEncoder();
    record?.(encoder);
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  };
  let best = Infinity, pause = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    pause = Math.min(pause, await timeOf()); // waiting takes a time of its own
    for (const way of ways) best = Math.min(best, await timeOf(way));
  }
  source.destroy();
  copy.destroy();
  return 2 * size * TIMES / (best - pause) / 1e6;
}

function copyOnProcessor(): number {
  const source = new Uint8Array(128 * MEBIBYTE).fill(1), copy = new Uint8Array(source.length);
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    copy.set(source);
    best = Math.min(best, performance.now() - start);
  }
  return 2 * source.length / best / 1e6;
}
