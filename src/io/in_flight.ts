/**
 * Many small asynchronous jobs, a few of them under way at a time.
 *
 * @module
 */

/** Files in flight at a time; with sharp more gains nothing. */
const IN_FLIGHT = 8;

/** How jobs are run, and what is told on the way. */
export interface WatchOptions {
  /** Ends the work: what is under way is finished, nothing new begun. */
  readonly signal?: AbortSignal;
  /** Called after each job with how many are done and how many there are. */
  readonly onProgress?: (progress: { done: number; total: number }) => void;
}

/**
 * Runs a job for each number, eight at a time. The promise settles when nothing is under way any more; after a job's
 * error or an abort no other is begun.
 *
 * @param count How many jobs.
 * @param run Does job i, 0..count-1.
 * @throws The first job's error, or the signal's reason.
 */
export async function inFlight(
  count: number,
  run: (index: number) => Promise<void>,
  { signal, onProgress }: WatchOptions = {},
): Promise<void> {
  let [next, done] = [0, 0];
  let failed = false;
  const work = async () => {
    try {
      while (next < count && !failed) {
        signal?.throwIfAborted();
        await run(next++);
        onProgress?.({ done: ++done, total: count });
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: Math.min(IN_FLIGHT, count) }, work));
  for (const result of settled) if (result.status === "rejected") throw result.reason;
}
