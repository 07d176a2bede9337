/**
 * Live bytes: how much memory tensors and the kernels' buffers hold. Of the wasm backend every byte is counted where its
 * memory is taken and given back; of the others, TensorFlow.js's own count of tensors is read, which counts values that
 * tensors share once for each of them.
 *
 * @module
 */
import * as tf from "./tf.ts";
import { ledgerOf, memoryOf } from "./wasm/memory.ts";
import type { WasmBackend } from "./wasm/start.ts";

/** The most that a wasm memory with 32-bit addresses can have, in bytes. */
const WASM_LIMIT = 2 ** 32;

/** The current backend's memory, in bytes. */
export interface MemoryState {
  /** Held by tensors and buffers. */
  readonly live: number;
  /** Taken from the system so far; never given back. Undefined where this cannot be known. */
  readonly heap?: number;
  /** The most that the backend can have; undefined where this cannot be known. */
  readonly limit?: number;
}

/** How the current backend's memory stands. */
export function memoryState(): MemoryState {
  const wasm = wasmBackend();
  if (!wasm) return { live: tf.engine().state.numBytes };
  return { live: ledgerOf(wasm)!.live, heap: memoryOf(wasm).buffer.byteLength, limit: WASM_LIMIT };
}

/**
 * Runs a computation and writes down the live bytes after each time that memory was taken. What computes on tensors of
 * other sizes in the same order takes memory in the same order, so that two such lists can be compared entry by entry.
 *
 * @param compute Runs at once; not a promise.
 * @returns Live bytes; the largest is the peak.
 */
export function recordLive(compute: () => void): readonly number[] {
  const wasm = wasmBackend(), live = [memoryState().live];
  if (wasm) {
    const ledger = ledgerOf(wasm)!;
    ledger.onTake = (bytes) => live.push(bytes);
    try {
      compute();
    } finally {
      delete ledger.onTake;
    }
    return live;
  }
  const engine = tf.engine(), track = engine.trackTensor;
  engine.trackTensor = (...args) => {
    track.apply(engine, args);
    live.push(engine.state.numBytes);
  };
  try {
    compute();
  } finally {
    engine.trackTensor = track;
  }
  return live;
}

function wasmBackend(): WasmBackend | undefined {
  if (tf.getBackend() !== "wasm") return undefined;
  const backend = tf.backend() as unknown as WasmBackend;
  return ledgerOf(backend) ? backend : undefined;
}
