/**
 * Errors of a GPU, which arrive later than the call that caused them: the next call raises them.
 *
 * @module
 */
import type { Counters } from "./counters.ts";
import type { StockBackend } from "./stock.ts";

/** What went wrong with a device. */
export interface Faults {
  /**
   * Throws what went wrong since the last call, if anything.
   *
   * @throws {RangeError} If memory is full: once, so that a notebook can go on with smaller batches.
   * @throws {Error} If the device was lost or refused a command: each time, as nothing on it can be relied on.
   */
  raise(): void;
  /** Says that memory is full. */
  full(): void;
  /** Whether the device cannot be used any more. */
  isFinal(): boolean;
}

/** Watches a backend's device, and has the backend's calls raise what goes wrong. */
export function watchFaults(backend: StockBackend, counters: Counters): Faults {
  const { device, submitQueue, recordAndSubmit, uploadToGPU, read } = backend;
  const waiting = new Set<(fault: Error) => void>();
  let fault: Error | undefined;
  let shaken = false; // memory was full, and nothing has been read since: commands with what is missing may be refused

  const full = () => {
    shaken = true;
    fault ??= outOfMemory();
  };
  const raise = () => {
    const raised = fault;
    if (raised instanceof RangeError) {
      fault = undefined;
      dropCommands(backend);
    }
    if (raised) throw raised;
  };
  device.addEventListener("uncapturederror", (event) => {
    const { error } = event as GPUUncapturedErrorEvent;
    if (shaken || error instanceof GPUOutOfMemoryError) full();
    else fault ??= refused(error);
  });
  device.lost.then(({ message }) => {
    fault = lost(message);
    for (const reject of waiting) reject(fault);
  });

  backend.submitQueue = () => {
    raise();
    counters.submits++;
    submitQueue.call(backend);
  };
  backend.recordAndSubmit = (...args) => {
    raise();
    counters.dispatches++;
    recordAndSubmit.apply(backend, args);
  };
  backend.uploadToGPU = (id) => {
    raise();
    uploadToGPU.call(backend, id);
  };
  // A lost device may never answer; whoever waits for it is told.
  backend.read = async (id) => {
    raise();
    const { promise: end, reject } = Promise.withResolvers<never>();
    waiting.add(reject);
    try {
      const values = await Promise.race([read.call(backend, id), end]);
      raise(); // an error on the way to these values
      shaken = false;
      return values;
    } finally {
      waiting.delete(reject);
    }
  };
  return { raise, full, isFinal: () => fault !== undefined && !(fault instanceof RangeError) };
}

/** Forgets what was recorded and not submitted, as it may use a buffer that could not be made. */
function dropCommands(backend: StockBackend): void {
  backend.commandEncoder = backend.computePassEncoder = null;
  backend.dispatchCountInPass = 0;
}

function outOfMemory(): RangeError {
  return new RangeError(
    "Cannot compute on the GPU as its memory is full: lower the batch size or the image size, choose a smaller model, or " +
      "end other programs that use the GPU",
  );
}

function refused({ message }: GPUError): Error {
  return new Error(
    `Cannot compute on the GPU as it refused a command: ${message.replaceAll(/\s+/g, " ").trim().slice(0, 400)}`,
  );
}

function lost(message: string): Error {
  return new Error(
    `Cannot compute on the GPU as its device was lost (${
      message || "no reason was given"
    }): see that no other program ` +
      "resets or fills the GPU, then start again; an unfinished run can be resumed",
  );
}
