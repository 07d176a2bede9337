/**
 * Times single operations at the shapes that a model gives them: its steps are run with the kernels watched.
 *
 * @module
 */
import * as tf from "../../src/tensor/tf.ts";
import { type KernelCall, trafficOf, watchKernels } from "./kernels.ts";
import { round } from "./timing.ts";

/** An operation of a step. */
export interface Operation {
  /** The kernel's name. */
  readonly kernel: string;
  /** Shapes of its inputs and outputs, and its attributes as far as they are short. */
  readonly shapes: string;
  /** How often a step runs it. */
  readonly calls: number;
  /** Least time of a call, in milliseconds; absent where it could not be run alone. */
  readonly msPerCall?: number;
  /** Bytes that it reads and writes at the least, by that time, in GB a second. */
  readonly gbPerSecond?: number;
}

/** What is known of an operation while it is measured. */
interface Entry {
  readonly call: KernelCall;
  calls: number;
  milliseconds: number;
}

/**
 * Times the operations of a step. Where kernels are done when they return, each is timed in the steps themselves. On WebGPU,
 * where they are only handed over, each is run again on the same inputs, with one wait for several runs.
 *
 * @param step Does a step.
 * @param times How many steps are watched, or runs are timed.
 * @returns The operations, those that take the most of a step first.
 */
export async function timeOperations(step: () => Promise<void>, times: number): Promise<Operation[]> {
  const later = tf.getBackend() === "webgpu", entries = new Map<string, Entry>();
  await watchKernels(step, (call) => {
    const key = keyOf(call), entry = entries.get(key);
    if (entry) entry.calls++;
    else entries.set(key, { call: later ? holdInputs(call) : call, calls: 1, milliseconds: Infinity });
  });
  if (later) {
    const pause = await waitingTime();
    for (const entry of entries.values()) {
      entry.milliseconds = await timeAgain(entry.call, times, pause);
      tf.dispose(entry.call.inputs as tf.Tensor[]);
    }
  } else {
    for (let i = 0; i < times; i++) {
      await watchKernels(step, (call) => {
        const entry = entries.get(keyOf(call));
        if (entry) entry.milliseconds = Math.min(entry.milliseconds, call.milliseconds);
      });
    }
  }
  return [...entries].map(([key, { call, calls, milliseconds }]) => ({
    kernel: call.name,
    shapes: key.slice(call.name.length + 1),
    calls,
    ...(Number.isFinite(milliseconds)
      ? { msPerCall: round(milliseconds), gbPerSecond: round(trafficOf(call) / milliseconds / 1e6) }
      : {}),
  })).sort((a, b) => b.calls * (b.msPerCall ?? 0) - a.calls * (a.msPerCall ?? 0));
}

/** Operations as a table, the first so many of them. */
export function operationsTable(operations: readonly Operation[], most: number): string {
  const rows = operations.slice(0, most).map(({ kernel, shapes, calls, msPerCall, gbPerSecond }) => [
    msPerCall === undefined ? "?" : (msPerCall * calls).toFixed(2),
    `${calls}`,
    msPerCall?.toFixed(3) ?? "?",
    gbPerSecond?.toFixed(1) ?? "?",
    `${kernel} ${shapes}`,
  ]);
  const head = ["ms a step", "calls", "ms a call", "GB/s", "operation"];
  const widths = head.map((text, i) => Math.max(text.length, ...rows.map((row) => row[i]!.length)));
  return [head, ...rows].map((row) =>
    row.map((text, i) => i === head.length - 1 ? text : text.padStart(widths[i]!)).join("  ")
  ).join("\n");
}

function keyOf({ name, inputs, outputs, attrs }: KernelCall): string {
  const shapes = (infos: readonly tf.TensorInfo[]) => infos.map(({ shape }) => shape.join("x") || "1").join(" ");
  const short = Object.entries(attrs as Record<string, unknown>).filter(([, value]) =>
    ["number", "string", "boolean"].includes(typeof value) || (Array.isArray(value) && value.length <= 4)
  );
  const rest = short.map(([key, value]) => `${key}=${value}`).join(" ");
  return `${name} ${shapes(inputs)} -> ${shapes(outputs)}${rest && ` (${rest})`}`;
}

/** The call with tensors that stay; they are the caller's. */
function holdInputs(call: KernelCall): KernelCall {
  const hold = (info: tf.TensorInfo) => {
    if (info?.dataId === undefined) return info;
    tf.backend().incRef(info.dataId);
    return tf.keep(tf.engine().makeTensorFromTensorInfo(info));
  };
  const named = Object.fromEntries(Object.entries(call.named).map(([key, info]) => [key, hold(info as tf.TensorInfo)]));
  const inputs = Object.values(named).filter((input) => input?.dataId !== undefined) as tf.TensorInfo[];
  return { ...call, named: named as tf.NamedTensorInfoMap, inputs };
}

/** Milliseconds for each of several runs, the best of three rounds; Infinity if the kernel cannot be run by itself. */
async function timeAgain({ name, named, attrs }: KernelCall, times: number, pause: number): Promise<number> {
  let best = Infinity;
  try {
    for (let round = 0; round < 4; round++) {
      const start = performance.now();
      for (let i = 0; i < times; i++) {
        tf.tidy(() => void tf.engine().runKernel(name, named as unknown as tf.NamedTensorMap, attrs));
      }
      await waitForGpu();
      if (round > 0) best = Math.min(best, Math.max(0, performance.now() - start - pause) / times);
    }
  } catch {
    return Infinity; // it needs what only the step has
  }
  return best;
}

/** What waiting costs where there is nothing to wait for. */
async function waitingTime(): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    await waitForGpu();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** Waits for all that was handed over, by reading what is computed after it. */
async function waitForGpu(): Promise<void> {
  const last = tf.fill([2048], 1);
  await last.data();
  last.dispose();
}
