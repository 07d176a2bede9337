/**
 * The engine: TensorFlow.js's wasm memory, our kernels instantiated on it, and the pool that runs them.
 *
 * @module
 */
import type * as tf from "../tf.ts";
import { bestInstructions, type Instructions, loadBuild } from "./builds.ts";
import { guardMemory, memoryOf } from "./memory.ts";
import { type Cut, makePool, type Pool } from "./pool.ts";
import { startWasm, type WasmBackend } from "./start.ts";

/** What the registered kernels work with. */
export interface Engine {
  /** TensorFlow.js's backend. */
  readonly backend: WasmBackend;
  /** Its memory. */
  readonly memory: WebAssembly.Memory;
  /** Threads in all. */
  readonly threads: number;
  /** The build in use. */
  readonly instructions: Instructions;
  /** Runs a kernel over a range, cut into parts; see {@linkcode Pool}. */
  run(kernel: string, args: readonly number[], total: number, cut?: Cut): number;
  /** Runs a kernel that takes no range. */
  call(kernel: string, ...args: number[]): void;
  /** Address of a tensor's values. */
  address(tensor: tf.TensorInfo): number;
  /** Makes a float tensor without values. */
  output(shape: readonly number[]): tf.TensorInfo;
  /**
   * A buffer that stays for the next caller of that name.
   *
   * @param name What it is for; two buffers in use at once need two names.
   * @param bytes Its least size.
   * @returns Its address, a multiple of 64.
   */
  scratch(name: string, bytes: number): number;
}

let current: Engine | undefined;
let pool: Pool | undefined;
const buffers = new Map<string, { address: number; bytes: number }>();

/** How the engine runs. */
export interface EngineOptions {
  /** Threads in all; 1 where memory cannot be shared. */
  readonly threads: number;
  /** The build; by default the best that the runtime has. */
  readonly instructions?: Instructions;
}

/**
 * Starts the engine, or changes its threads or build.
 *
 * @throws {Error} If the stock module or the kernels cannot be loaded.
 */
export async function startEngine({ threads, instructions = bestInstructions() }: EngineOptions): Promise<Engine> {
  const backend = await startWasm(), memory = memoryOf(backend);
  const shared = isShared(memory), wanted = shared ? threads : 1;
  if (current?.threads === wanted && current.instructions === instructions) return current;
  guardMemory(backend);
  const module = await loadBuild(instructions, shared);
  pool?.close();
  const running = pool = makePool(module, memory, wanted);
  return current = {
    backend,
    memory,
    threads: wanted,
    instructions,
    run: running.run,
    call: running.call,
    address: (tensor) => backend.dataIdMap.get(tensor.dataId).memoryOffset,
    output: (shape) => backend.makeOutput([...shape], "float32"),
    scratch: (name, bytes) => scratch(backend, name, bytes),
  };
}

function isShared({ buffer }: WebAssembly.Memory): boolean {
  return typeof SharedArrayBuffer !== "undefined" && (buffer as ArrayBufferLike) instanceof SharedArrayBuffer;
}

/** The engine that runs. */
export function engine(): Engine {
  if (!current) throw new Error("Cannot run a kernel as the wasm engine has not been started: call initBackend first");
  return current;
}

/** Ends the workers and gives back the scratch buffers; the memory and its tensors stay. */
export function stopEngine(): void {
  pool?.close();
  for (const { address } of buffers.values()) current?.backend.wasm._free(address);
  buffers.clear();
}

function scratch(backend: WasmBackend, name: string, bytes: number): number {
  let buffer = buffers.get(name);
  if (!buffer || buffer.bytes < bytes) {
    if (buffer) {
      buffers.delete(name);
      backend.wasm._free(buffer.address);
    }
    const room = Math.ceil(bytes * 1.1); // a little more, so that slowly growing needs do not allocate each time
    buffer = { address: backend.wasm._malloc(room + 64), bytes: room };
    buffers.set(name, buffer);
  }
  return Math.ceil((buffer.address >>> 0) / 64) * 64;
}
