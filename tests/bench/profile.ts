/**
 * A table of TensorFlow.js's kernels by the time that they take.
 *
 * @module
 */
import { type KernelCall, watchKernels } from "./kernels.ts";

/**
 * Runs something with every kernel of the current backend timed.
 *
 * @param times How often it runs.
 * @param run What runs.
 * @returns A table: milliseconds and calls for a run, by kernel and size of filter, the longest first.
 */
export async function profileKernels(times: number, run: (i: number) => Promise<void>): Promise<string> {
  const spent = new Map<string, { ms: number; calls: number }>();
  const start = performance.now();
  await watchKernels(async () => {
    for (let i = 0; i < times; i++) await run(i);
  }, (call) => {
    const name = nameOf(call), entry = spent.get(name) ?? { ms: 0, calls: 0 };
    spent.set(name, { ms: entry.ms + call.milliseconds, calls: entry.calls + 1 });
  });
  const total = (performance.now() - start) / times;
  const rows = [...spent].sort(([, a], [, b]) => b.ms - a.ms);
  const inKernels = rows.reduce((sum, [, { ms }]) => sum + ms, 0) / times;
  return [
    `a step takes ${total.toFixed(1)} ms, ${inKernels.toFixed(1)} of them in kernels`,
    ...rows.slice(0, 30).map(([name, { ms, calls }]) =>
      `${name.padEnd(44)} ${(ms / times).toFixed(2).padStart(9)} ms ${(calls / times).toFixed(0).padStart(6)} calls`
    ),
  ].join("\n");
}

function nameOf({ name, named, attrs }: KernelCall): string {
  const filter = (named["filter"] as { shape: number[] } | undefined)?.shape ??
    (attrs as { filterShape?: number[] }).filterShape;
  return filter ? `${name} ${filter.slice(0, 2).join("x")}` : name;
}
