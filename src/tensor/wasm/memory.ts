/**
 * The bounds of the wasm memory, 4 GiB: a clear error where the stock module would end in "Aborted()", and changes of a
 * variable's values in place.
 *
 * @module
 */
import * as tf from "../tf.ts";
import type { WasmBackend } from "./start.ts";

/** What is taken of the memory: tensors' values and the kernels' buffers. */
export interface Ledger {
  /** Bytes taken now. */
  live: number;
  /** Called with `live` whenever some were taken. */
  onTake?: (live: number) => void;
}

const ledgers = new WeakMap<object, Ledger>();

/**
 * Makes the backend keep a ledger of its memory, and throw when there is no room, in its allocation and where a stock
 * kernel gives up.
 */
export function guardMemory(backend: WasmBackend): void {
  const { wasm } = backend;
  if (ledgers.has(wasm)) return;
  const ledger: Ledger = { live: 0 };
  const sizes = new Map<number, number>(); // by address; 0 once freed, as addresses come back and deletion is slow
  let crowded = 1 << 16;
  ledgers.set(wasm, ledger);
  wasm._free(wasm._malloc(8)); // Emscripten's functions replace themselves when they are first called
  const allocate = wasm._malloc, free = wasm._free;
  wasm._malloc = (bytes) => {
    const address = bytes < 2 ** 32 ? allocate(bytes) : 0;
    if (address === 0 && bytes > 0) throw outOfMemory(`Cannot allocate ${Math.ceil(bytes / 2 ** 20)} MiB`);
    sizes.set(address | 0, bytes);
    if (sizes.size > crowded) {
      for (const [at, size] of sizes) if (size === 0) sizes.delete(at);
      crowded = Math.max(crowded, 2 * sizes.size);
    }
    ledger.live += bytes;
    ledger.onTake?.(ledger.live);
    return address;
  };
  wasm._free = (address) => {
    ledger.live -= sizes.get(address | 0) ?? 0; // what a stock kernel took for itself is not in the ledger
    sizes.set(address | 0, 0);
    free(address);
  };
  wasm.onAbort = () => {
    throw outOfMemory("Cannot run a stock kernel");
  };
}

/** The ledger of a backend's memory; undefined before {@linkcode guardMemory}. */
export function ledgerOf({ wasm }: WasmBackend): Ledger | undefined {
  return ledgers.get(wasm);
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
