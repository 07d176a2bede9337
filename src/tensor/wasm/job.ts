/**
 * The record through which the main thread hands work to the workers: a small shared array of integers, floats and text.
 *
 * A job is a kernel, its arguments and up to {@linkcode MAX_PARTS} ranges. Whoever is free takes the next range by
 * lowering the count in the job's ticket with an atomic exchange; the ticket also carries the job's number, so that a
 * worker which read an earlier job's arguments fails in the exchange and takes nothing. The main thread takes ranges like
 * the others and then waits only for ranges that were taken: a worker that sleeps, starts or has ended holds up nobody.
 *
 * @module
 */

/** The most parts of a job; the ticket's lowest byte counts them. */
export const MAX_PARTS = 64;
/** The most arguments of a kernel, the part and its range not counted. */
export const MAX_ARGS = 40;

/** Places in the array of integers. */
export const SLOT = {
  /** The job's number times 256, plus the ranges that nobody has taken. */
  ticket: 0,
  /** Ranges done. */
  done: 1,
  /** Which kernel: its place among the module's exports. */
  kernel: 2,
  /** How many arguments. */
  args: 3,
  /** How many ranges. */
  parts: 4,
  /** Length of an error's text in bytes; 0 if all went well. */
  fault: 5,
  /** 1 when the workers are to end. */
  quit: 6,
  /** Workers that have started. */
  started: 7,
  /** Bounds of the ranges: range i goes from `cuts + i` to `cuts + i + 1`. */
  cuts: 8,
} as const;

const INTS = 8 + MAX_PARTS + 1;
const ARGS_AT = Math.ceil(INTS * 4 / 8) * 8;
const TEXT_AT = ARGS_AT + MAX_ARGS * 8;
const TEXT_BYTES = 512;

/** Views of the shared record. */
export interface Job {
  /** What workers get. */
  readonly buffer: SharedArrayBuffer;
  /** Integers, at the places that {@linkcode SLOT} names. */
  readonly ints: Int32Array<SharedArrayBuffer>;
  /** The kernel's arguments. */
  readonly args: Float64Array<SharedArrayBuffer>;
  /** An error's text in UTF-8. */
  readonly text: Uint8Array<SharedArrayBuffer>;
}

/** Makes a record, or views one. */
export function makeJob(buffer: SharedArrayBuffer = new SharedArrayBuffer(TEXT_AT + TEXT_BYTES)): Job {
  return {
    buffer,
    ints: new Int32Array(buffer, 0, INTS),
    args: new Float64Array(buffer, ARGS_AT, MAX_ARGS),
    text: new Uint8Array(buffer, TEXT_AT, TEXT_BYTES),
  };
}

/** A kernel as the wasm module exports it. */
export type Kernel = (...args: number[]) => void;

/**
 * Takes ranges of the current job and works on them until none is left.
 *
 * @param job The record.
 * @param kernels The module's exports, in one order on all threads.
 */
export function work({ ints, args, text }: Job, kernels: readonly Kernel[]): void {
  for (;;) {
    const ticket = Atomics.load(ints, SLOT.ticket), left = ticket & 255;
    if (left === 0) return;
    const kernel = kernels[ints[SLOT.kernel]!]!;
    const given: number[] = [];
    for (let i = 0, n = ints[SLOT.args]!; i < n; i++) given.push(args[i]!);
    const part = ints[SLOT.parts]! - left, from = ints[SLOT.cuts + part]!, to = ints[SLOT.cuts + part + 1]!;
    if (Atomics.compareExchange(ints, SLOT.ticket, ticket, ticket - 1) !== ticket) continue;
    try {
      kernel(...given, part, from, to);
    } catch (error) {
      const { written } = new TextEncoder().encodeInto(String(error), new Uint8Array(TEXT_BYTES));
      text.set(new TextEncoder().encode(String(error)).subarray(0, written));
      Atomics.compareExchange(ints, SLOT.fault, 0, written);
    }
    if (Atomics.add(ints, SLOT.done, 1) + 1 === ints[SLOT.parts]) Atomics.notify(ints, SLOT.done);
  }
}
