/**
 * Running WGSL programs of our own among the stock ones: they are recorded in TensorFlow.js's own encoder, in the order of
 * the calls.
 *
 * @module
 */
import { count } from "../registry.ts";
import * as tf from "../tf.ts";
import { tensorUsage } from "./buffers.ts";
import { gpu } from "./device.ts";

/** A compute shader in WGSL, with the entry point `main`. */
export interface Program {
  /** Tells it from all others: two programs of one key are one. */
  readonly key: string;
  /** The code, or what writes it when it is first needed. It must use every binding that it declares. */
  readonly code: string | (() => string);
}

/** Workgroups along x, y and z. */
export type Grid = readonly [x: number, y?: number, z?: number];

/** What a program is run on. */
export interface Run {
  /**
   * Numbers at binding 0, as `var<uniform>`: a struct of the integers (u32 or i32), then of the floats (f32), one scalar
   * field each.
   */
  readonly uniforms?: { readonly integers?: readonly number[]; readonly floats?: readonly number[] };
  /** Storage buffers at bindings 1, 2, ..., or from 0 where there are no uniforms. None may be bound twice if written. */
  readonly buffers: readonly GPUBuffer[];
  /** How many workgroups; none at all if one number is 0. */
  readonly grid: Grid;
}

/**
 * Records a program. It runs after all that was recorded before, and sees what that wrote.
 *
 * @throws {RangeError} If the grid is beyond what the device takes.
 * @throws {Error} If the device failed.
 */
export function dispatch(program: Program, { uniforms, buffers, grid }: Run): void {
  const { backend, bindings, counters, device } = gpu();
  const [x, y = 1, z = 1] = grid, most = device.limits.maxComputeWorkgroupsPerDimension;
  if (x === 0 || y === 0 || z === 0) return;
  if (Math.max(x, y, z) > most) {
    throw new RangeError(
      `Cannot run program "${program.key}" as each side of its grid must be at most ${most}: current value is ${grid}`,
    );
  }
  const pipeline = pipelineOf(program);
  if (!pipeline) return;
  const group = bindings.group(pipeline, uniforms ? [bindings.uniform(words(uniforms)), ...buffers] : buffers);
  backend.ensureCommandEncoderReady();
  const pass = backend.computePassEncoder ??= backend.commandEncoder!.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(x, y, z);
  counters.dispatches++;
  if (++backend.dispatchCountInPass < tf.env().getNumber("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE")) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

/** The pipeline of a program; undefined while shaders are compiled ahead, when nothing is to be run. */
function pipelineOf({ key, code }: Program): GPUComputePipeline | undefined {
  const { device, pipelines } = gpu(), known = pipelines.get(key);
  const describe = (): GPUComputePipelineDescriptor => ({
    label: key,
    layout: "auto",
    compute: {
      module: device.createShaderModule({ code: typeof code === "string" ? code : code(), label: key }),
      entryPoint: "main",
    },
  });
  if (!tf.env().getBool("WEBGPU_ENGINE_COMPILE_ONLY")) {
    if (known && !(known instanceof Promise)) return known;
    const pipeline = device.createComputePipeline(describe());
    pipelines.set(key, pipeline);
    return pipeline;
  }
  if (!known) {
    const promise = device.createComputePipelineAsync(describe());
    pipelines.set(key, promise);
    promise.then((pipeline) => pipelines.set(key, pipeline), () => pipelines.delete(key));
  }
  return undefined;
}

/** At least 16 bytes, a multiple of 16. */
function words({ integers = [], floats = [] }: NonNullable<Run["uniforms"]>): Uint32Array {
  const all = new Uint32Array(Math.max(4, Math.ceil((integers.length + floats.length) / 4) * 4));
  all.set(integers);
  new Float32Array(all.buffer).set(floats, integers.length);
  return all;
}

/**
 * A grid of at least so many workgroups, folded where they are too many for one side. The program's number of a workgroup
 * is `workgroup_id.y * num_workgroups.x + workgroup_id.x`; it may exceed those wanted.
 *
 * @param workgroups How many are wanted.
 */
export function foldedGrid(workgroups: number): Grid {
  const most = gpu().device.limits.maxComputeWorkgroupsPerDimension;
  if (workgroups <= most) return [workgroups];
  const rows = Math.ceil(workgroups / most);
  return [Math.ceil(workgroups / rows), rows];
}

/** A new float tensor, without values until a program writes them. */
export function output(shape: readonly number[]): tf.TensorInfo {
  return gpu().backend.makeTensorInfo([...shape], "float32");
}

/**
 * The buffer that holds a tensor's values, which are brought to the GPU if they are not there.
 *
 * @throws {TypeError} If a float tensor shares the buffer of whole numbers, which stock kernels alone can read.
 */
export function bufferOf({ dataId, dtype, shape }: tf.TensorInfo): GPUBuffer {
  const { backend } = gpu(), data = backend.tensorMap.get(dataId);
  if (dtype === "float32" && data.dtype !== "float32") {
    throw new TypeError(
      `Cannot run a program as tensor [${shape}] must hold float32 values: it shares those of a tensor of ${data.dtype}`,
    );
  }
  if (!data.resource) backend.uploadToGPU(dataId);
  return data.resource!;
}

/**
 * A buffer for intermediate values, to be given back by {@linkcode release}.
 *
 * @param floats Its size, in float32 values.
 */
export function temporary(floats: number): GPUBuffer {
  return gpu().backend.bufferManager.acquireBuffer(floats * 4, tensorUsage());
}

/** Gives temporary buffers back, once everything that uses them has been recorded. */
export function release(...buffers: readonly GPUBuffer[]): void {
  const { backend } = gpu();
  for (const buffer of buffers) backend.bufferManager.releaseBuffer(buffer);
}

/**
 * The buffer of a variable, to be changed in place. If other tensors share its values, the variable gets a copy of its
 * own first, so that only the variable changes.
 */
export function ownBuffer(variable: tf.Variable): GPUBuffer {
  const { backend } = gpu();
  const from = bufferOf(variable), shared = backend.tensorMap.get(variable.dataId);
  if (shared.refCount > 1 || shared.external) {
    const copy = output(variable.shape), to = bufferOf(copy);
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    backend.commandEncoder!.copyBufferToBuffer(from, 0, to, 0, count(variable.shape) * 4);
    tf.tidy(() => variable.assign(tf.engine().makeTensorFromTensorInfo(copy)));
  }
  const buffer = bufferOf(variable);
  gpu().changing.add(variable.dataId);
  backend.tensorMap.get(variable.dataId).values = null; // read before, and stale from now on
  return buffer;
}

/**
 * Writes into a buffer, in the order of what is recorded; `queue.writeBuffer` would write before all of it.
 *
 * @param buffer Made by {@linkcode temporary}.
 * @param values Its new values.
 */
export function write(buffer: GPUBuffer, values: Float32Array): void {
  const { backend, buffers, device } = gpu();
  const staging = device.createBuffer({
    size: values.byteLength,
    usage: GPUBufferUsage.COPY_SRC,
    mappedAtCreation: true,
  });
  new Float32Array(staging.getMappedRange()).set(values);
  staging.unmap();
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.commandEncoder!.copyBufferToBuffer(staging, 0, buffer, 0, values.byteLength);
  buffers.destroy(staging);
}
