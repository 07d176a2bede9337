/**
 * Starts a backend with our kernels, or as TensorFlow.js has it.
 *
 * @module
 */
import process from "node:process";
import { type BackendName, initBackend, type Need } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { startWasm } from "../../src/tensor/wasm/start.ts";

/** The backend that is measured. */
export interface Started {
  /** TensorFlow.js's name of it. */
  readonly backend: string;
  /** What it computes on. */
  readonly device: string;
  /** The build of our kernels, or "stock". */
  readonly kernels: string;
  /** Threads. */
  readonly threads: number;
}

/** Which backend. */
export interface StartOptions {
  /** What it is needed for. */
  readonly need: Need;
  /** Its name; the first that works unless given. */
  readonly backend?: BackendName;
  /** Threads of the wasm backend. */
  readonly threads?: number;
  /** Without any of our kernels. */
  readonly stock: boolean;
}

/**
 * Starts a backend.
 *
 * @throws {Error} If it cannot be had.
 */
export async function start({ need, backend, threads, stock }: StartOptions): Promise<Started> {
  if (!stock) {
    const { name, device, kernels, threads: count } = await initBackend({ need, prefer: backend, threads });
    return { backend: name, device, kernels, threads: count };
  }
  tf.enableProdMode();
  if (backend === "wasm") {
    await startWasm();
    return { backend, device: "CPU, one thread", kernels: "stock", threads: 1 };
  }
  if (backend !== "webgpu") {
    throw new RangeError(
      `Cannot start a stock backend as it must be one of "webgpu", "wasm": current value is ${backend}`,
    );
  }
  process.env["XDG_RUNTIME_DIR"] ??= "/"; // Mesa's drivers complain where there is none
  await import("@tensorflow/tfjs-backend-webgpu");
  if (!await tf.setBackend("webgpu")) throw new Error("Cannot start stock WebGPU as TensorFlow.js could not set it up");
  await tf.ready();
  const { adapterInfo } = (tf.backend() as unknown as { device: GPUDevice & { adapterInfo?: GPUAdapterInfo } }).device;
  return { backend, device: adapterInfo?.description || "unnamed GPU", kernels: "stock", threads: 1 };
}
