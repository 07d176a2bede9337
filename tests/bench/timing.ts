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
  /** Steps that are timed together, with one wait at their end; fewer where three blocks would take longer than `seconds`. */
  readonly block: number;
  /** Ends it before its time. */
  readonly signal?: AbortSignal;
}

/** What was timed, in milliseconds. */
export interface Timing {
  /** Steps that were timed. */
  readonly steps: number;
  /** Steps in a block. */
  readonly block: number;
  /** The least time of an image. */
  readonly minMsPerImage: number;
  /** The median over the blocks. */
  readonly medianMsPerImage: number;
  /** The least processor time of an image, of all threads. */
  readonly processorMsPerImage: number;
}

/** Steps before the first that is timed, each waited for. */
const WARMUP = 2;

/** Rounds to three decimals. */
export function round(value: number): number {
  return Number(value.toFixed(3));
}

/**
 * Times blocks of steps, after two steps and, where blocks have several, a block that are not timed.
 *
 * @param run Does so many steps and waits until they are done.
 * @param images Images in a step.
 */
export async function timeSteps(
  run: (count: number) => Promise<void>,
  images: number,
  { steps, seconds = Infinity, block: most, signal }: Length,
): Promise<Timing> {
  const once = async (count: number) => {
    await new Promise((resolve) => setTimeout(resolve, 0)); // lets signals in
    signal?.throwIfAborted();
    const start = performance.now(), startOnProcessor = processorTime();
    await run(count);
    const share = count * images;
    return { time: (performance.now() - start) / share, onProcessor: (processorTime() - startOnProcessor) / share };
  };
  let stepTime = 0;
  for (let i = 0; i < WARMUP; i++) stepTime = (await once(1)).time * images;
  const block = Math.max(1, Math.min(most, Math.floor(seconds * 1000 / 3 / stepTime)));
  if (block > 1) await once(block);
  const timed: { time: number; onProcessor: number }[] = [];
  const end = performance.now() + seconds * 1000;
  let done = 0;
  while (done < steps && (timed.length < 3 || performance.now() < end)) {
    const count = Math.min(block, steps - done);
    timed.push(await once(count));
    done += count;
  }
  return {
    steps: done,
    block,
    minMsPerImage: round(Math.min(...timed.map(({ time }) => time))),
    medianMsPerImage: round(median(timed.map(({ time }) => time))),
    processorMsPerImage: round(Math.min(...timed.map(({ onProcessor }) => onProcessor))),
  };
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
