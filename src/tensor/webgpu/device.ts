/**
 * Our own device beneath TensorFlow.js's WebGPU backend: with all that the adapter can do, where the stock one is held to
 * 128 MiB a binding and eight buffers a shader; and what becomes of its errors.
 *
 * @module
 */
import * as tf from "../tf.ts";
import { type Bindings, keepBindings } from "./bindings.ts";
import { type Buffers, keepBuffers } from "./buffers.ts";
import { keepConstants } from "./constants.ts";
import { type Counters, zeroCounters } from "./counters.ts";
import type { StockBackend } from "./stock.ts";

/** A device that runs. */
export interface Device {
  /** TensorFlow.js's backend on it. */
  readonly backend: StockBackend;
  /** The device. */
  readonly device: GPUDevice;
  /** Its buffers. */
  readonly buffers: Buffers;
  /** Its uniforms and bind groups. */
  readonly bindings: Bindings;
  /** Our programs' pipelines, by key. */
  readonly pipelines: Map<string, GPUComputePipeline | Promise<GPUComputePipeline>>;
  /** Numbers of variables that our programs change in place, by their data. */
  readonly changing: WeakSet<object>;
  /** What was done on it so far. */
  readonly counters: Counters;
}

/** A device, and what went wrong with it. */
interface Watched extends Device {
  /** Raised by the next call. */
  fault: Error | undefined;
}

/** Features that shaders may use where the adapter has them. */
const FEATURES: readonly string[] = ["shader-f16", "subgroups", "timestamp-query"];
/** Dispatches between submits; measured 8 % faster than the stock 15, and late enough for a large GPU to have work. */
const SUBMIT_EVERY = 64;

let current: Watched | undefined;

/**
 * Starts the device, or keeps the one that runs, and makes it TensorFlow.js's backend "webgpu".
 *
 * @param adapter The GPU.
 * @throws {Error} If no device can be had from it.
 */
export async function startDevice(adapter: GPUAdapter): Promise<Device> {
  if (current && !current.fault) {
    await setBackend();
    return current;
  }
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
  const device = await requestDevice(adapter);
  const backend = new WebGPUBackend(device as never, adapter.info as never) as unknown as StockBackend;
  const counters = zeroCounters();
  const bindings = keepBindings(backend, counters, () => buffers);
  const buffers = keepBuffers(backend, counters, bindings.forget);
  keepConstants(backend, bindings.forget);
  const started: Watched = {
    backend,
    device,
    buffers,
    bindings,
    pipelines: new Map(),
    changing: new WeakSet(),
    counters,
    fault: undefined,
  };
  watch(started);
  forgetChanged(started);
  if (tf.findBackendFactory("webgpu")) tf.removeBackend("webgpu"); // the stock one, or one that failed
  tf.registerBackend("webgpu", () => backend, 3);
  tf.env().set("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE", SUBMIT_EVERY);
  current = started;
  await setBackend();
  return current;
}

async function setBackend(): Promise<void> {
  if (!await tf.setBackend("webgpu")) throw new Error("TensorFlow.js could not set it up");
  await tf.ready();
}

/**
 * The device that runs.
 *
 * @throws {Error} If it was not started, was lost, has no memory left, or refused a command.
 */
export function gpu(): Device {
  if (!current) {
    throw new Error("Cannot run a kernel as the WebGPU device has not been started: call initBackend first");
  }
  raise(current);
  return current;
}

async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {}, limits = adapter.limits as unknown as Record<string, unknown>;
  for (const name of Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(limits)))) {
    const value = limits[name];
    if (name.startsWith("max") && typeof value === "number") requiredLimits[name] = value;
  }
  // Deno gives "subgroups" where it is required although the adapter does not list it; so features are tried, not read.
  let requiredFeatures = [...FEATURES] as GPUFeatureName[];
  try {
    return await adapter.requestDevice({ requiredFeatures, requiredLimits });
  } catch { /* one at least is missing */ }
  const had: GPUFeatureName[] = [];
  for (const feature of requiredFeatures) {
    try {
      (await adapter.requestDevice({ requiredFeatures: [feature] })).destroy();
      had.push(feature);
    } catch { /* goes on without */ }
  }
  requiredFeatures = had;
  return await adapter.requestDevice({ requiredFeatures, requiredLimits });
}

/** Errors of a GPU arrive later than the call that caused them; the next call raises them. */
function watch(state: Watched): void {
  const { backend, buffers, counters, device } = state;
  const lost = device.lost.then(({ message }): never => {
    throw state.fault = new Error(
      `Cannot compute on the GPU as its device was lost (${
        message || "no reason was given"
      }): see that no other program ` +
        "resets or fills the GPU, then start again; an unfinished run can be resumed",
    );
  });
  lost.catch(() => {}); // it is raised by the next call
  device.addEventListener("uncapturederror", (event) => {
    const { error } = event as GPUUncapturedErrorEvent;
    if (state.fault) return;
    state.fault = faultOf(error);
    if (state.fault instanceof RangeError) buffers.releaseAll();
  });
  const { submitQueue, recordAndSubmit, uploadToGPU, read } = backend;
  backend.submitQueue = () => {
    raise(state);
    counters.submits++;
    submitQueue.call(backend);
  };
  backend.recordAndSubmit = (...args) => {
    raise(state);
    counters.dispatches++;
    recordAndSubmit.apply(backend, args);
  };
  backend.uploadToGPU = (id) => {
    raise(state);
    uploadToGPU.call(backend, id);
  };
  backend.read = async (id) => {
    raise(state);
    const values = await Promise.race([read.call(backend, id), lost]); // a lost device would answer never
    raise(state); // an error on the way to these values
    return values;
  };
}

function faultOf(error: GPUError): Error {
  if (!(error instanceof GPUOutOfMemoryError)) {
    const text = error.message.replaceAll(/\s+/g, " ").trim().slice(0, 400);
    return new Error(`Cannot compute on the GPU as it refused a command: ${text}`);
  }
  return new RangeError(
    "Cannot compute on the GPU as its memory is full: lower the batch size or the image size, choose a smaller model, or " +
      "end other programs that use the GPU",
  );
}

/**
 * Values that were read stay on the CPU beside the buffer, which must not be where the buffer changes in place, and cannot
 * be where the tensor was disposed of meanwhile.
 */
function forgetChanged({ backend, changing }: Watched): void {
  const keep = backend.convertAndCacheOnCPU;
  backend.convertAndCacheOnCPU = (id, values) => {
    return changing.has(id) || !backend.tensorMap.has(id) ? values : keep.call(backend, id, values);
  };
}

/** Errors of memory are raised once, so that a notebook can go on with smaller batches; the others stay. */
function raise(state: Watched): void {
  const { fault } = state;
  if (!fault) return;
  if (fault instanceof RangeError) state.fault = undefined;
  throw fault;
}
