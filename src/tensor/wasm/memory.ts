/**
 * The bounds of the wasm memory, 4 GiB: a clear error where the stock module would end in "Aborted()", and changes of a
 * variable's values in place.
 *
 * @module
 */
import * as tf from "../tf.ts";
import type { WasmBackend } from "./start.ts";

const guarded = new WeakSet<object>();

/** Makes the backend throw when there is no room, in its allocation and where a stock kernel gives up. */
export function guardMemory(backend: WasmBackend): void {
  const { wasm } = backend;
  if (guarded.has(wasm)) return;
  guarded.add(wasm);
  wasm._free(wasm._malloc(8)); // Emscripten's functions replace themselves when they are first called
  const allocate = wasm._malloc;
  wasm._malloc = (bytes) => {
    const address = bytes < 2 ** 32 ? allocate(bytes) : 0;
    if (address === 0 && bytes > 0) throw outOfMemory(`Cannot allocate ${Math.ceil(bytes / 2 ** 20)} MiB`);
    return address;
  };
  wasm.onAbort = () => {
    throw outOfMemory("Cannot run a stock kernel");
  };
}

function outOfMemory(attempt: string): RangeError {
  return new RangeError(
    `${attempt} as the wasm backend's memory, which ends at 4096 MiB, is full: lower the batch size or the image size, or ` +
      "choose a smaller model",
  );
}

/**
 * The address of a variable's values, to be changed in place. If other tensors share them, the variable gets a copy of
 * its own first, so that only the variable changes.
 */
export function ownValues(backend: WasmBackend, variable: tf.Variable): number {
  const shared = backend.dataIdMap.get(variable.dataId); // which brings it here, if it is on another backend
  if (shared.refCount > 1) {
    const copy = backend.makeOutput(variable.shape, "float32"), heap = new Uint8Array(memoryOf(backend).buffer);
    const from = shared.memoryOffset, to = backend.dataIdMap.get(copy.dataId).memoryOffset;
    heap.copyWithin(to, from, from + variable.size * 4);
    tf.tidy(() => variable.assign(tf.engine().makeTensorFromTensorInfo(copy)));
  }
  const { id, memoryOffset } = backend.dataIdMap.get(variable.dataId);
  // XNNPACK, beneath the stock kernels, keeps weights that it has packed by the tensor's number: make it forget them.
  backend.wasm.tfjs.disposeData(id);
  backend.wasm.tfjs.registerTensor(id, variable.size, memoryOffset);
  return memoryOffset;
}

/** The backend's memory. */
export function memoryOf({ wasm }: WasmBackend): WebAssembly.Memory {
  return wasm.wasmMemory ?? wasm.asm["memory"] as WebAssembly.Memory;
}
