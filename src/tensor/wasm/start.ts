/**
 * Starts TensorFlow.js's wasm backend, on shared memory where there is such a thing.
 *
 * @module
 */
import process from "node:process";
import nodeThreads from "node:worker_threads";
import * as tf from "../tf.ts";

/** What the kernels need of TensorFlow.js's backend; most of it is not in its published types. */
export interface WasmBackend {
  /** The Emscripten module. */
  readonly wasm: {
    /** Allocates; the address is signed, 0 if there is no room. */
    _malloc(bytes: number): number;
    /** Frees. */
    _free(address: number): void;
    /** Called when the module gives up, for want of memory mostly. */
    onAbort?: () => void;
    /** The memory, in the threaded build. */
    readonly wasmMemory?: WebAssembly.Memory;
    /** The exports, in the other builds. */
    readonly asm: Record<string, unknown>;
    /** Bookkeeping of tensors by number. */
    readonly tfjs: {
      registerTensor(id: number, size: number, address: number): void;
      disposeData(id: number): void;
    };
  };
  /** Tensors' data; `get` moves them here from another backend. */
  readonly dataIdMap: { get(dataId: object): TensorData };
  /** Makes a tensor without values. */
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  /** Counts a tensor that shares the data. */
  incRef(dataId: object): void;
}

/** Where a tensor's values are. */
export interface TensorData {
  /** Number by which the stock kernels know it. */
  readonly id: number;
  /** Address in the memory. */
  readonly memoryOffset: number;
  /** How many tensors share it. */
  readonly refCount: number;
}

/**
 * Makes "wasm" the backend of TensorFlow.js, on one stock thread.
 *
 * Shared memory comes only with the threaded build of the stock module, whose eight workers fail to start under Deno and
 * in version 4.22.0 would never get any work. They are therefore replaced by objects that say they are ready.
 *
 * @throws {Error} If it cannot be started.
 */
export async function startWasm(): Promise<WasmBackend> {
  const { setThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
  if (!tf.findBackend("wasm")) await startStock(setThreadsCount);
  if (!await tf.setBackend("wasm")) throw new Error("TensorFlow.js cannot start its wasm module");
  await tf.ready();
  return tf.backend() as unknown as WasmBackend;
}

async function startStock(setThreadsCount: (count: number) => void): Promise<void> {
  const threads = nodeThreads as { Worker: unknown }; // the object that the stock module's require gives it
  const { Worker: nodeWorker } = threads, globalWorker = globalThis.Worker;
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => process.listeners(event as "uncaughtException"));
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", typeof SharedArrayBuffer !== "undefined");
  setThreadsCount(1);
  threads.Worker = IdleWorker;
  try {
    await tf.setBackend("wasm");
    await tf.ready();
  } finally {
    threads.Worker = nodeWorker;
    globalThis.Worker = globalWorker; // which Emscripten replaces
    // Emscripten's handlers of the process's errors would throw them anew; errors are the caller's business.
    events.forEach((event, i) => {
      for (const listener of process.listeners(event as "uncaughtException")) {
        if (!before[i]!.includes(listener)) process.removeListener(event, listener);
      }
    });
  }
}

/** Stands in for a worker of the stock module: says that it has loaded, and is never asked for more. */
class IdleWorker {
  #listeners: Record<string, (message: unknown) => void> = {};
  on(event: string, listener: (message: unknown) => void): void {
    this.#listeners[event] = listener;
  }
  postMessage({ cmd }: { cmd: string }): void {
    if (cmd === "load") queueMicrotask(() => this.#listeners["message"]?.({ cmd: "loaded" }));
    else throw new Error(`Cannot run TensorFlow.js's own threads: a worker was asked to ${cmd}`);
  }
  ref(): void {}
  unref(): void {}
  terminate(): void {}
}
