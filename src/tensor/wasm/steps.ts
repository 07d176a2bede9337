/**
 * Changes of many variables in place by one kernel: steps of Adam and by momentum, and weighted sums.
 *
 * @module
 */
import type { AdamNumbers, AdamUpdate, Blend, MomentumNumbers, MomentumUpdate } from "../own.ts";
import { engine } from "./engine.ts";
import { ownValues } from "./memory.ts";

/** A step of Adam on variables and their slots, in place. */
export function runAdam(updates: readonly AdamUpdate[], { lr, beta1, beta2, epsilon, step }: AdamNumbers): void {
  const e = engine();
  const rate = lr / (1 - beta1 ** step), correction = 1 / (1 - beta2 ** step);
  const entries = updates.map(({ param, gradient, mean, square, decay }) => ({ // class AdamEntry of steps.as
    addresses: [...[param, mean, square].map((variable) => ownValues(e.backend, variable)), e.address(gradient)],
    size: param.size,
    factors: [1 - lr * decay],
  }));
  runOn(entries, "adam", [rate, beta1, 1 - beta1, beta2, 1 - beta2, correction, epsilon]);
}

/** A step by momentum on variables and their velocities, in place. */
export function runMomentum(
  updates: readonly MomentumUpdate[],
  { lr, velocity, direction, sign }: MomentumNumbers,
): void {
  const e = engine();
  const entries = updates.map(({ param, velocity, gradient, penalty, decay }) => ({ // class MomentumEntry
    addresses: [ownValues(e.backend, param), ownValues(e.backend, velocity), e.address(gradient)],
    size: param.size,
    factors: [penalty, 1 - lr * decay],
  }));
  runOn(entries, "momentum", [lr, ...velocity, ...direction, sign ? 1 : 0]);
}

/** Weighted sums of variables and other tensors, in place. */
export function runBlend(blends: readonly Blend[]): void {
  const e = engine();
  const entries = blends.map(({ target, source, keep, take }) => ({ // class BlendEntry
    addresses: [ownValues(e.backend, target), e.address(source)],
    size: target.size,
    factors: [keep, take],
  }));
  runOn(entries, "blend", []);
}

/** Tensors of one size that are worked on together, and their own numbers. */
interface Entry {
  readonly addresses: readonly number[];
  readonly size: number;
  readonly factors: readonly number[];
}

/** Elements below which threads cost more than they bring. */
const GRAIN = 8192;

/** Runs a kernel on a table of entries, each written as addresses, size and factors; all have as many of each. */
function runOn(entries: readonly Entry[], kernel: string, args: readonly number[]): void {
  if (entries.length === 0) return;
  const e = engine(), [{ addresses, factors }] = entries as [Entry, ...Entry[]];
  const place = addresses.length, width = place + 1 + factors.length, length = entries.length * width;
  const table = e.scratch("table", length * 4);
  const integers = new Int32Array(e.memory.buffer, table, length); // addresses beyond 2 GiB wrap, as they must
  const floats = new Float32Array(e.memory.buffer, table, length);
  entries.forEach(({ addresses, size, factors }, i) => {
    integers.set([...addresses, size], i * width);
    floats.set(factors, i * width + place + 1);
  });
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  e.run(kernel, [table, ...args], total, { grain: GRAIN });
}
