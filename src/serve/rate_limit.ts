/**
 * How much clients may ask: a bucket of tokens for each of them and one for all, filled at a steady rate.
 * https://en.wikipedia.org/wiki/Token_bucket
 *
 * @module
 */

/** A bucket. */
export interface Rate {
  /** Tokens that come in a second. */
  readonly perSecond: number;
  /** Tokens that it holds at most, so many may be asked for at once. */
  readonly burst: number;
}

/** Buckets of everybody. */
export interface RateLimit {
  /**
   * Takes tokens, from a client's bucket and from the common one, or from neither.
   *
   * @returns 0 if they were there; otherwise the seconds after which they will be.
   */
  take(client: string, tokens: number): number;
  /** Clients that are remembered. */
  readonly clients: number;
}

/** Clients that are remembered at most; of more, who has asked longest ago is forgotten, and has a full bucket again. */
const MOST_CLIENTS = 10_000;

/**
 * Makes buckets, full.
 *
 * @param perClient Each client's.
 * @param inAll The common one.
 * @param now Tells the time in milliseconds.
 */
export function makeRateLimit(perClient: Rate, inAll: Rate, now: () => number): RateLimit {
  const buckets = new Map<string, Bucket>(), common = makeBucket(inAll, now());
  return {
    get clients() {
      return buckets.size;
    },
    take(client, tokens) {
      const time = now();
      const own = buckets.get(client) ?? makeBucket(perClient, time);
      buckets.delete(client);
      buckets.set(client, own); // the last one now, so that the first is who has asked longest ago
      if (buckets.size > MOST_CLIENTS) buckets.delete(buckets.keys().next().value!);
      const wait = Math.max(own.wait(tokens, time), common.wait(tokens, time));
      if (wait > 0) return wait;
      own.take(tokens);
      common.take(tokens);
      return 0;
    },
  };
}

interface Bucket {
  /** Seconds until there are so many tokens. */
  wait(tokens: number, time: number): number;
  take(tokens: number): void;
}

function makeBucket({ perSecond, burst }: Rate, start: number): Bucket {
  let level = burst, last = start;
  return {
    wait(tokens, time) {
      level = Math.min(burst, level + Math.max(0, time - last) / 1000 * perSecond);
      last = time;
      return Math.max(0, (tokens - level) / perSecond);
    },
    take(tokens) {
      level -= tokens;
    },
  };
}
