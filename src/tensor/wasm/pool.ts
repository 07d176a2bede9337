/**
 * The pool of threads that kernels run on. TensorFlow.js's own threads never start under Deno; these are module workers of
 * ours on the same shared memory.
 *
 * Work is cut into parts whose number does not depend on the number of threads, and whoever is free takes the next one: a
 * result has the same bits with any number of threads.
 *
 * @module
 */
import { Worker } from "node:worker_threads";
import { type Job, type Kernel, makeJob, SLOT, work } from "./job.ts";
import type { WorkerData } from "./pool_worker.ts";

/** How work is cut. */
export interface Cut {
  /** Parts begin at multiples of this. */
  readonly grain?: number;
  /** The most parts. */
  readonly parts?: number;
}

/** Runs kernels. */
export interface Pool {
  /** Threads in all, the caller's included. */
  readonly threads: number;
  /**
   * Runs a kernel over a range.
   *
   * @param kernel The kernel's name.
   * @param args Its arguments without part and range.
   * @param total Length of the range.
   * @param cut How it is cut; by default into 8 parts.
   * @returns How many parts it was cut into.
   * @throws {Error} If the kernel traps, on whatever thread.
   */
  run(kernel: string, args: readonly number[], total: number, cut?: Cut): number;
  /** Runs a kernel that takes no range, on the calling thread. */
  call(kernel: string, ...args: number[]): void;
  /** Ends the workers; what runs afterwards starts new ones. */
  close(): void;
}

/**
 * Parts that work is cut into by default, and so the most threads that find work: few enough that partial sums stay cheap.
 */
export const PARTS = 8;

/** Looks this many times whether the others are done before going to sleep. */
const SPINS = 10_000;
/** Milliseconds without progress after which a worker is taken for dead. */
const PATIENCE = 300_000;

/**
 * Makes a pool. Workers start with the first work that has several parts; the caller goes on meanwhile, so that nothing
 * waits for them. They do not keep the process alive.
 *
 * @param module The kernels, compiled.
 * @param memory The memory that they work on; shared if there are to be several threads.
 * @param threads How many threads, the caller's included.
 */
export function makePool(module: WebAssembly.Module, memory: WebAssembly.Memory, threads: number): Pool {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const names = Object.keys(exports).filter((name) => typeof exports[name] === "function");
  const kernels = names.map((name) => exports[name] as Kernel);
  const numbers = new Map(names.map((name, i) => [name, i]));
  const call = (name: string, ...args: number[]) => (exports[name] as Kernel)(...args);
  if (threads === 1) {
    return {
      threads,
      call,
      run(name, args, total, { grain = 1, parts: most = PARTS } = {}) {
        const parts = partCount(total, grain, most), kernel = exports[name] as Kernel;
        for (let i = 0; i < parts; i++) {
          kernel(...args, i, boundary(i, parts, total, grain), boundary(i + 1, parts, total, grain));
        }
        return parts;
      },
      close() {},
    };
  }

  let job: Job | undefined; // while there are workers
  let failure: Error | undefined;
  const start = () => {
    const started = makeJob(), workerData: WorkerData = { buffer: started.buffer, module, memory, names };
    for (let i = 1; i < threads; i++) {
      const worker = new Worker(workerAddress(), { workerData });
      worker.on("error", (error: Error) => failure ??= error);
      worker.unref();
    }
    return started;
  };
  return {
    threads,
    call,
    run(name, args, total, { grain = 1, parts: most = PARTS } = {}) {
      if (failure) throw new Error(`Cannot run on ${threads} threads as a worker failed: ${failure.message}`);
      const parts = partCount(total, grain, most), number = numbers.get(name)!;
      if (parts === 1) {
        kernels[number]!(...args, 0, 0, total);
        return 1;
      }
      job ??= start();
      const { ints } = job;
      ints[SLOT.kernel] = number;
      ints[SLOT.args] = args.length;
      ints[SLOT.parts] = parts;
      ints[SLOT.fault] = 0;
      job.args.set(args);
      for (let i = 0; i <= parts; i++) ints[SLOT.cuts + i] = boundary(i, parts, total, grain);
      Atomics.store(ints, SLOT.done, 0);
      Atomics.store(ints, SLOT.ticket, ((ints[SLOT.ticket]! >> 8) + 1 << 8) + parts);
      Atomics.notify(ints, SLOT.ticket);
      work(job, kernels);
      waitForOthers(ints, parts);
      const fault = Atomics.load(ints, SLOT.fault);
      if (fault > 0) throw new Error(`${name}: ${new TextDecoder().decode(job.text.slice(0, fault))}`);
      return parts;
    },
    close() {
      if (!job) return;
      const { ints } = job;
      Atomics.store(ints, SLOT.quit, 1);
      Atomics.store(ints, SLOT.ticket, (ints[SLOT.ticket]! >> 8) + 1 << 8); // a number that no sleeper waits on
      Atomics.notify(ints, SLOT.ticket);
      job = undefined;
    },
  };
}

/** How many parts a range is cut into: at least one, each of at least a grain. */
function partCount(total: number, grain: number, most: number): number {
  return Math.max(1, Math.min(most, Math.ceil(total / grain)));
}

/** Where part i begins. */
function boundary(i: number, parts: number, total: number, grain: number): number {
  return Math.min(total, Math.floor(Math.ceil(total / grain) * i / parts) * grain);
}

function waitForOthers(ints: Int32Array<SharedArrayBuffer>, parts: number): void {
  for (let spins = 0;;) {
    const done = Atomics.load(ints, SLOT.done);
    if (done === parts) return;
    if (++spins < SPINS) continue;
    if (Atomics.wait(ints, SLOT.done, done, PATIENCE) === "timed-out") {
      throw new Error(`Cannot finish a kernel as a worker has not answered for ${PATIENCE / 1000} s`);
    }
  }
}

/** Node's workers, which alone can be told not to keep the process alive, load files; others come through a data URL. */
function workerAddress(): URL {
  const url = new URL("./pool_worker.ts", import.meta.url);
  if (url.protocol === "file:") return url;
  return new URL(`data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(url.href)};`)}`);
}
