/**
 * Chooses what tensors are computed on: the best backend that works, tried on a small computation, and the reasons why
 * better ones were passed over.
 *
 * @module
 */
import { checkInteger, list } from "../core/check.ts";
import { type BackendName, firstSentence, type Loaded, LOADERS, REMEDIES } from "./loaders.ts";
import { type Need, probe } from "./probe.ts";
import * as tf from "./tf.ts";
import { MAX_THREADS, stopEngine } from "./wasm/mod.ts";

export type { BackendName, Need };

/** The backend that was chosen, and why. */
export interface BackendInfo {
  /** TensorFlow.js's name of it. */
  readonly name: BackendName;
  /** What it computes on. */
  readonly device: string;
  /** Version of the software behind it. */
  readonly version: string;
  /** Threads that our kernels use. */
  readonly threads: number;
  /** The build of our own kernels in use; TensorFlow and plain JavaScript have none. */
  readonly kernels: "relaxed SIMD" | "SIMD" | "WGSL" | "none";
  /** What it was tried for. */
  readonly need: Need;
  /** The backends that come before it, and why each was passed over. */
  readonly skipped: readonly { readonly name: BackendName; readonly reason: string }[];
}

/** What is asked of a backend. */
export interface BackendOptions {
  /** Whether gradients are needed. */
  readonly need: Need;
  /**
   * One backend, which then must work; or several, tried in that order. By default all, fastest first: TensorFlow (CUDA),
   * WebGPU, wasm, plain JavaScript.
   */
  readonly prefer?: BackendName | readonly BackendName[];
  /** Threads for wasm, 1 to 8; by default as many as the machine has cores, up to 8. */
  readonly threads?: number;
}

const NAMES = Object.keys(LOADERS) as BackendName[];

let current: BackendInfo | undefined;
let currentWish: string | undefined;
let queue: Promise<unknown> = Promise.resolve();

/**
 * Chooses a backend, by trying each in turn with a small convolution, and for training its gradients. The same wish again
 * costs nothing; another one changes the backend or its threads, and tensors move along when they are used next.
 *
 * @example
 * ```ts
 * import { describeBackend, initBackend } from "maskfold";
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 *
 * const backend = await initBackend({ need: "predict", prefer: "cpu" });
 * assertEquals(backend.name, "cpu");
 * assertStringIncludes(describeBackend(backend), "plain JavaScript");
 * ```
 *
 * @returns What was chosen, and why others were not.
 * @throws {RangeError} If a name is unknown, or threads is not a whole number from 1 to 8.
 * @throws {Error} If the backend asked for, or every one of several, cannot be used; the reasons and remedies are given.
 */
export function initBackend({ need, prefer, threads }: BackendOptions): Promise<BackendInfo> {
  const explicit = typeof prefer === "string";
  const names = prefer === undefined ? NAMES : explicit ? [prefer] : prefer;
  for (const name of names) {
    if (NAMES.includes(name)) continue;
    throw new RangeError(`Cannot choose backend ${JSON.stringify(name)} as it must be one of ${list(NAMES)}`);
  }
  if (names.length === 0) {
    throw new RangeError(`Cannot choose a backend as prefer is empty: name some of ${list(NAMES)}`);
  }
  const wanted = threads ?? Math.min(navigator.hardwareConcurrency, MAX_THREADS);
  checkInteger("choose a backend", "threads", wanted, { min: 1, max: MAX_THREADS });
  const wish = JSON.stringify([need, names, explicit, wanted]);
  const choice = queue.then(() => choose(wish, { need, names, explicit, threads: wanted }));
  queue = choice.catch(() => {}); // one at a time, and the next is free to try again
  return choice;
}

async function choose(
  wish: string,
  { need, names, explicit, threads }: {
    need: Need;
    names: readonly BackendName[];
    explicit: boolean;
    threads: number;
  },
): Promise<BackendInfo> {
  tf.enableProdMode(); // without it TensorFlow.js prints advice to the console
  if (current && currentWish === wish && tf.getBackend() === current.name) return current;
  const skipped: { name: BackendName; reason: string }[] = [];
  for (const name of names) {
    try {
      const loaded: Loaded = await LOADERS[name]({ threads, explicit });
      await probe(need);
      current = { name, ...loaded, need, skipped };
      currentWish = wish;
      return current;
    } catch (cause) {
      const reason = firstSentence(cause instanceof Error ? cause.message : String(cause));
      if (!explicit) skipped.push({ name, reason });
      else throw new Error(`Cannot use backend "${name}" to ${need} as ${reason}: ${REMEDIES[name]}`, { cause });
    }
  }
  throw new Error(`Cannot ${need} on any backend as ${skipped.map((s) => `${s.name}: ${s.reason}`).join("; ")}`);
}

/** The backend that {@linkcode initBackend} chose last; undefined before the first choice and after disposal. */
export function currentBackend(): BackendInfo | undefined {
  return current;
}

/**
 * A backend and the reasons for it as text.
 *
 * @returns A line for the backend, and one for each that was passed over.
 */
export function describeBackend({ name, device, version, kernels, need, skipped }: BackendInfo): string {
  const own = kernels === "none" ? "" : `, own kernels ${kernels === "WGSL" ? "in" : "with"} ${kernels}`;
  const lines = [`backend ${name} to ${need} on ${device} (${version}${own})`];
  for (const { name, reason } of skipped) lines.push(`  not ${name}: ${reason}`);
  return lines.join("\n");
}

/**
 * Ends the worker threads and gives back their buffers. Workers do not keep a process alive, so that a script need not
 * call this; a test does, to leave nothing behind. Tensors stay, and {@linkcode initBackend} starts anew.
 */
export async function disposeBackend(): Promise<void> {
  await queue;
  stopEngine();
  current = currentWish = undefined;
}
