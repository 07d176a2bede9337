/**
 * Changes of many variables in place by one kernel: steps by momentum, and weighted sums.
 *
 * @module
 */
import type { Blend, MomentumNumbers, MomentumUpdate } from "../own.ts";
import { engine } from "./engine.ts";
import { ownValues } from "./memory.ts";
import { placeTable, type TableEntry } from "./structs.ts";

/** Elements below which threads cost more than they bring. */
const GRAIN = 8192;

/** A step by momentum on variables and their velocities, in place. */
export function runMomentum(
  updates: readonly MomentumUpdate[],
  { lr, velocity, direction, sign }: MomentumNumbers,
): void {
  const e = engine();
  const entries = updates.map(({ param, velocity, gradient, penalty, decay }) => ({ // class MomentumEntry of steps.as
    addresses: [ownValues(e.backend, param), ownValues(e.backend, velocity), e.address(gradient)],
    size: param.size,
    factors: [penalty, 1 - lr * decay],
  }));
  runOn(entries, "momentum", [lr, ...velocity, ...direction, sign ? 1 : 0]);
}

/** Weighted sums of variables and other tensors, in place. */
export function runBlend(blends: readonly Blend[]): void {
  const e = engine();
  const entries = blends.map(({ target, source, keep, take }) => ({ // class BlendEntry of steps.as
    addresses: [ownValues(e.backend, target), e.address(source)],
    size: target.size,
    factors: [keep, take],
  }));
  runOn(entries, "blend", []);
}

function runOn(entries: readonly TableEntry[], kernel: string, args: readonly number[]): void {
  if (entries.length === 0) return;
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  engine().run(kernel, [placeTable(entries), ...args], total, { grain: GRAIN });
}
