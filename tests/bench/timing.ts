/**
 * Times something that is done again and again.
 *
 * @module
 */
import { processorTime } from "./machine.ts";

/** How long it goes on. */
export interface Length {
  /** Steps that are timed, at most. */
  readonly steps: number;
  /** Ends after so many seconds, if at least three blocks were timed. */
  readonly seconds?: number;
  /** Steps that are timed together, with one wait at their end. */
  readonly block: number;
  /** Steps before the first that is timed. */
  readonly warmup: number;
}

/** What was timed, in milliseconds for one of the `units` in a step. */
export interface Timing {
  readonly steps: number;
  readonly minMsPerImage: number;
  readonly medianMsPerImage: number;
  /** The least processor time, of all threads. */
  readonly processorMsPerImage: number;
}

/** Rounds to three decimals. */
export function round(value: number): number {
  return Number(value.toFixed(3));
}

/**
 * Times blocks of steps.
 *
 * @param run Does `count` steps, the first of which has the number `first`, and waits until they are done.
 * @param images Images in a step.
 */
export async function timeSteps(
  run: (first: number, count: number) => Promise<void>,
  images: number,
  { steps, seconds = Infinity, block, warmup }: Length,
): Promise<Timing> {
  let step = 1;
  const times: number[] = [], processorTimes: number[] = [];
  const once = async (count: number, kept: boolean) => {
    const start = performance.now(), startOnProcessor = processorTime();
    await run(step, count);
    step += count;
    if (!kept) return;
    times.push((performance.now() - start) / count / images);
    processorTimes.push((processorTime() - startOnProcessor) / count / images);
  };
  for (let left = warmup; left > 0; left -= block) await once(Math.min(left, block), false);
  const end = performance.now() + seconds * 1000;
  for (let left = steps; left > 0; left -= block) {
    if (times.length >= 3 && performance.now() >= end) break;
    await once(Math.min(left, block), true);
  }
  return {
    steps: step - 1 - warmup,
    minMsPerImage: round(Math.min(...times)),
    medianMsPerImage: round(median(times)),
    processorMsPerImage: round(Math.min(...processorTimes)),
  };
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
