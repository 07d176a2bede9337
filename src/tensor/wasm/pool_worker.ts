/**
 * A worker of the pool: waits for jobs and takes its share of them, until it is told to end.
 *
 * @module
 */
import { workerData } from "node:worker_threads";
import { type Kernel, makeJob, SLOT, work } from "./job.ts";

/** What the pool gives to a worker. */
export interface WorkerData {
  /** The shared record. */
  readonly buffer: SharedArrayBuffer;
  /** The kernels, compiled. */
  readonly module: WebAssembly.Module;
  /** The memory that they work on. */
  readonly memory: WebAssembly.Memory;
  /** The kernels' names, in the order that jobs number them. */
  readonly names: readonly string[];
}

/** Looks for a job this many times, a tenth of a millisecond or so, before going to sleep. */
const SPINS = 10_000;

const { buffer, module, memory, names } = workerData as WorkerData;
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
const kernels = names.map((name) => exports[name] as Kernel);
const job = makeJob(buffer);
Atomics.add(job.ints, SLOT.started, 1);
while (Atomics.load(job.ints, SLOT.quit) === 0) {
  work(job, kernels);
  let spins = 0;
  for (;;) {
    const ticket = Atomics.load(job.ints, SLOT.ticket);
    if ((ticket & 255) > 0 || Atomics.load(job.ints, SLOT.quit) > 0) break;
    if (++spins > SPINS) {
      Atomics.wait(job.ints, SLOT.ticket, ticket);
      spins = 0;
    }
  }
}
