/**
 * Work that is done in batches: what is asked for while a batch is worked on makes the next one.
 *
 * @module
 */

/** Does things in batches. */
export interface Batcher<In, Out> {
  /** Does one thing, with whatever else is asked for. */
  run(item: In): Promise<Out>;
}

/**
 * Makes a batcher.
 *
 * @param work Does a batch: a result for each item, in order. Its error is every item's.
 * @param most Items in a batch at most.
 */
export function makeBatcher<In, Out>(
  work: (items: readonly In[]) => Promise<readonly Out[]>,
  most: number,
): Batcher<In, Out> {
  const queue: {
    readonly item: In;
    readonly resolve: (out: Out) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  let working = false;
  const drain = async () => {
    working = true;
    await new Promise((resolve) => setTimeout(resolve, 0)); // lets in what arrives together
    while (queue.length > 0) {
      const batch = queue.splice(0, most);
      try {
        const results = await work(batch.map(({ item }) => item));
        batch.forEach(({ resolve }, i) => resolve(results[i]!));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    working = false;
  };
  return {
    run: (item) =>
      new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject });
        if (!working) drain();
      }),
  };
}

/**
 * Lets a few jobs be under way at a time; others wait in order.
 *
 * @param most Jobs under way at most.
 * @returns A function that runs a job when its turn comes.
 */
export function makeTurns(most: number): <T>(job: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = most;
  return async (job) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
