/**
 * The stock pool of buffers, made to hand out the same buffers in the same order each step, so that bind groups can be
 * found again; to take them back at once; and to let go of those that no step uses any more.
 *
 * @module
 */
import type * as tf from "../tf.ts";
import type { Counters } from "./counters.ts";
import type { StockBackend } from "./stock.ts";

/** Free buffers that were not used for so many acquisitions, a few training steps, are let go. */
const PATIENCE = 4096;
/** Free memory that is never let go: this share of the most that was ever in use, and so many bytes. */
const SPARE_SHARE = 0.25, SPARE_BYTES = 2 ** 26;

/** What is said of buffers beyond the stock pool. */
export interface Buffers {
  /** A buffer's number, from 1 in the order in which they were made. */
  numberOf(buffer: GPUBuffer): number;
  /** Destroys a buffer when what was recorded with it has been submitted. */
  destroy(buffer: GPUBuffer): void;
  /** Lets go of all free buffers. */
  releaseAll(): void;
}

/** What keepers of buffers are told. */
export interface BufferEvents {
  /** A buffer is destroyed. */
  readonly onDestroy: (buffer: GPUBuffer) => void;
  /** There was no memory for a buffer; this comes later than the call that made it. */
  readonly onFull: () => void;
}

/** Usage of the buffers that hold tensors, as in the stock backend. */
export function tensorUsage(): number {
  return GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
}

/** Changes a backend's pool. */
export function keepBuffers(backend: StockBackend, counters: Counters, { onDestroy, onFull }: BufferEvents): Buffers {
  const { device, bufferManager: pool } = backend, numbers = new WeakMap<GPUBuffer, number>();
  const idle = new Map<GPUBuffer, number>(); // free buffers and when they were released, the oldest first
  const dead = new WeakSet<GPUBuffer>(); // made without memory
  let made = 0, clock = 0, peak = 0;
  let doomed: GPUBuffer[] = [];

  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    checkSize(device, descriptor);
    device.pushErrorScope("out-of-memory");
    const buffer = create(descriptor);
    device.popErrorScope().then((error) => {
      if (!error) return;
      dead.add(buffer);
      onFull();
    }, () => {}); // the device was lost, of which there is other news
    numbers.set(buffer, ++made);
    counters.newBuffers++;
    counters.newBytes += descriptor.size;
    return buffer;
  };

  const destroy = (buffer: GPUBuffer) => {
    onDestroy(buffer);
    if (backend.commandEncoder) doomed.push(buffer); // it may stand in what is recorded
    else buffer.destroy();
  };
  const submit = backend.submitQueue.bind(backend);
  backend.submitQueue = () => {
    submit();
    for (const buffer of doomed) buffer.destroy();
    doomed = [];
  };

  const letGo = (buffer: GPUBuffer) => {
    const list = pool.freeBuffers.get(keyOf(buffer))!;
    list.splice(list.indexOf(buffer), 1);
    idle.delete(buffer);
    pool.numFreeBuffers--;
    pool.numBytesAllocated -= buffer.size;
    destroy(buffer);
  };
  const trim = (size: number) => {
    const most = peak * (1 + SPARE_SHARE) + SPARE_BYTES;
    for (const [buffer, released] of idle) {
      if (pool.numBytesAllocated + size <= most || clock - released < PATIENCE) return;
      letGo(buffer);
    }
  };

  const acquire = pool.acquireBuffer.bind(pool);
  pool.acquireBuffer = (size, usage, mapped, reuse = true) => {
    clock++;
    if (!reuse || !pool.freeBuffers.get(`${size}_${usage}`)?.length) trim(size);
    const buffer = acquire(size, usage, mapped, reuse);
    idle.delete(buffer);
    peak = Math.max(peak, pool.numBytesUsed);
    return buffer;
  };
  const release = pool.releaseBuffer.bind(pool);
  pool.releaseBuffer = (buffer, wanted = true) => {
    const reuse = wanted && !dead.has(buffer);
    if (!reuse) onDestroy(buffer);
    release(buffer, reuse);
    if (!reuse) return;
    idle.set(buffer, clock);
    sink(pool.freeBuffers.get(keyOf(buffer))!, (buffer) => numbers.get(buffer)!);
  };

  // The stock backend waits for the submit, as its uniforms are written outside the order of commands; ours never are.
  backend.disposeData = (id, force = false) => disposeAtOnce(backend, id, force);

  return {
    numberOf: (buffer) => numbers.get(buffer)!,
    destroy,
    releaseAll: () => [...idle.keys()].forEach(letGo),
  };
}

function keyOf({ size, usage }: GPUBuffer): string {
  return `${size}_${usage}`;
}

/** Moves the last buffer to its place in a list that descends by number, so that the lowest is handed out first. */
function sink(list: GPUBuffer[], numberOf: (buffer: GPUBuffer) => number): void {
  const buffer = list.at(-1)!, number = numberOf(buffer);
  let i = list.length - 1;
  for (; i > 0 && numberOf(list[i - 1]!) < number; i--) list[i] = list[i - 1]!;
  list[i] = buffer;
}

function disposeAtOnce(backend: StockBackend, id: object, force: boolean): boolean {
  const { tensorMap } = backend;
  if (!tensorMap.has(id)) return true;
  const data = tensorMap.get(id);
  data.refCount = force ? 0 : data.refCount - 1;
  if (data.refCount > 0) return false;
  for (const part of Object.values(data.complexTensorInfos ?? {}) as tf.TensorInfo[]) backend.disposeData(part.dataId);
  backend.releaseResource(id);
  tensorMap.delete(id);
  return true;
}

function checkSize({ limits }: GPUDevice, { size, usage }: GPUBufferDescriptor): void {
  const storage = (usage & GPUBufferUsage.STORAGE) !== 0;
  const most = storage ? Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) : limits.maxBufferSize;
  if (size <= most) return;
  const mebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20);
  throw new RangeError(
    `Cannot hold a tensor of ${mebibytes(size)} MiB as this GPU's driver takes at most ${mebibytes(most)} MiB in one ` +
      "buffer: lower the batch size or the image size, or choose a smaller model",
  );
}
