/**
 * Small tensors whose values come from the CPU again and again, such as the factors in a loss: equal ones share a buffer that
 * is never written, where the stock backend uploads each anew and ends the pass for it.
 *
 * @module
 */
import { tensorUsage } from "./buffers.ts";
import type { StockBackend } from "./stock.ts";

/** The largest such tensor, in bytes. */
const MOST_BYTES = 64;
/** Buffers that are kept. */
const MOST_BUFFERS = 1024;

/** Changes how a backend uploads; `forget` is told of buffers that are no longer kept. */
export function keepConstants(backend: StockBackend, forget: (buffer: GPUBuffer) => void): void {
  const { device } = backend, upload = backend.uploadToGPU, kept = new Map<string, GPUBuffer>();
  backend.uploadToGPU = (id) => {
    const data = backend.tensorMap.get(id), { values, dtype } = data;
    if (data.resource || !values || values.length === 0 || values.length * 4 > MOST_BYTES || !(dtype in ARRAYS)) {
      return upload.call(backend, id);
    }
    const typed = new ARRAYS[dtype as keyof typeof ARRAYS](values as ArrayLike<number>);
    const key = new Uint32Array(typed.buffer).join();
    let buffer = kept.get(key);
    kept.delete(key); // the last used stand last
    if (!buffer) {
      buffer = device.createBuffer({ size: typed.byteLength, usage: tensorUsage(), mappedAtCreation: true });
      new Uint8Array(buffer.getMappedRange()).set(new Uint8Array(typed.buffer));
      buffer.unmap();
    }
    kept.set(key, buffer);
    data.resource = buffer;
    data.external = true; // the pool must not have it; the values stay on the CPU too, so that reading costs nothing
    if (kept.size <= MOST_BUFFERS) return;
    const [oldKey, old] = kept.entries().next().value!;
    kept.delete(oldKey);
    forget(old); // not destroyed: a tensor may live on it
  };
}

/** What holds the values of each type on a GPU. */
const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Int32Array };
