/**
 * Our own device beneath TensorFlow.js's WebGPU backend: with all that the adapter can do, where the stock one is held to
 * the eight buffers a shader that every device has.
 *
 * @module
 */
import * as tf from "../tf.ts";
import { type Bindings, keepBindings } from "./bindings.ts";
import { type Buffers, keepBuffers } from "./buffers.ts";
import { keepConstants } from "./constants.ts";
import { type Counters, zeroCounters } from "./counters.ts";
import { type Faults, watchFaults } from "./faults.ts";
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
  /** Data of variables that our programs change in place. */
  readonly changing: WeakSet<object>;
  /** What was done on it so far. */
  readonly counters: Counters;
}

/** Features that shaders may use where the adapter has them. */
const FEATURES: readonly string[] = ["shader-f16", "subgroups", "timestamp-query"];
/** Dispatches between submits; on software 8 % faster than the stock 15, and few enough that a GPU has work early. */
const SUBMIT_EVERY = 64;

let current: (Device & { readonly faults: Faults }) | undefined;

/**
 * Starts the device, or keeps the one that runs, and makes it TensorFlow.js's backend "webgpu".
 *
 * @param adapter The GPU.
 * @throws {Error} If no device can be had from it.
 */
export async function startDevice(adapter: GPUAdapter): Promise<Device> {
  if (current && !current.faults.isFinal()) {
    await setBackend();
    return current;
  }
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
  const device = await requestDevice(adapter);
  const backend = new WebGPUBackend(device as never, adapter.info as never) as unknown as StockBackend;
  const counters = zeroCounters();
  const bindings = keepBindings(backend, counters, () => buffers);
  const buffers = keepBuffers(backend, counters, {
    onDestroy: bindings.forget,
    onFull: () => {
      faults.full();
      buffers.releaseAll();
    },
  });
  keepConstants(backend, bindings.forget);
  const faults = watchFaults(backend, counters);
  const changing = new WeakSet<object>();
  forgetValues(backend, changing);
  if (tf.findBackendFactory("webgpu")) tf.removeBackend("webgpu"); // the stock one, or one that failed
  tf.registerBackend("webgpu", () => backend, 3);
  tf.env().set("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE", SUBMIT_EVERY);
  current = { backend, device, buffers, bindings, pipelines: new Map(), changing, counters, faults };
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
  current.faults.raise();
  return current;
}

async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {}, limits = adapter.limits as unknown as Record<string, unknown>;
  for (const name of Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(limits)))) {
    const value = limits[name];
    if (name.startsWith("max") && typeof value === "number") requiredLimits[name] = value;
  }
  const request = (features: readonly string[]) =>
    adapter.requestDevice({ requiredFeatures: features as GPUFeatureName[], requiredLimits });
  // Deno gives "subgroups" where it is required although the adapter does not list it; so features are tried, not read.
  try {
    return await request(FEATURES);
  } catch { /* one at least is missing */ }
  const had: string[] = [];
  for (const feature of FEATURES) {
    try {
      (await request([feature])).destroy();
      had.push(feature);
    } catch { /* goes on without */ }
  }
  return await request(had);
}

/**
 * Values that were read stay on the CPU beside the buffer, which must not be where the buffer changes in place, and cannot
 * be where the tensor was disposed of meanwhile.
 */
function forgetValues(backend: StockBackend, changing: WeakSet<object>): void {
  const keep = backend.convertAndCacheOnCPU;
  backend.convertAndCacheOnCPU = (id, values) => {
    return changing.has(id) || !backend.tensorMap.has(id) ? values : keep.call(backend, id, values);
  };
}
