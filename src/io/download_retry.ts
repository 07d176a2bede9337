/**
 * Patience: what may pass is tried again after growing pauses.
 * https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 *
 * @module
 */

/** How a transfer is watched and how patient it is; shared by all downloads. */
export interface TransferOptions {
  /** Ends the transfer; what has come so far stays and is gone on with next time. */
  readonly signal?: AbortSignal;
  /** Seconds of silence after which a connection is given up; 10 by default. */
  readonly timeout?: number;
  /**
   * Seconds to wait before each new try after a broken connection; the counting starts anew when bytes have come. A
   * server's `Retry-After` is honoured where it is longer, up to 5 minutes. By default 1, 2, 4, 8, 16.
   */
  readonly pauses?: readonly number[];
}

const MAX_RETRY_AFTER = 300; // seconds

/** Whether an error is about a server that is out of reach or has no time now, so that a later try may do. */
export function mayPass(error: unknown): error is Error {
  const { NotConnected, ConnectionAborted, TimedOut, Busy } = Deno.errors;
  return [NotConnected, ConnectionAborted, TimedOut, Busy].some((kind) => error instanceof kind);
}

/**
 * Tries until it works, or the fault is one that does not pass, or patience ends.
 *
 * @param run One try.
 * @param options Patience; how far the work is, as a try that got further starts the counting anew; and whether a new try is
 * wanted at all.
 */
export async function withRetries<T>(
  run: () => Promise<T>,
  { pauses = [1, 2, 4, 8, 16], signal, reached = () => 0, goOn = () => true }: TransferOptions & {
    readonly reached?: () => number;
    readonly goOn?: () => boolean;
  },
): Promise<T> {
  let [failed, furthest] = [0, reached()];
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await run();
    } catch (error) {
      if (signal?.aborted || !mayPass(error) || !goOn()) throw error;
      if (reached() > furthest) [failed, furthest] = [0, reached()];
      const asked = retryAfter(error);
      if (failed >= pauses.length || asked > MAX_RETRY_AFTER) throw error;
      await sleep(Math.max(pauses[failed++]!, asked), signal);
    }
  }
}

/** Seconds that a busy server asks to wait, given as such or as a date; 0 where it asks for none. */
function retryAfter({ cause }: Error): number {
  const asked = cause instanceof Headers ? cause.get("retry-after") : null;
  if (asked === null) return 0;
  if (/^\d+$/.test(asked)) return Number(asked);
  const seconds = (Date.parse(asked) - Date.parse((cause as Headers).get("date") ?? "")) / 1000; // by its own clock
  return Number.isNaN(seconds) ? 0 : Math.max(0, seconds);
}

function sleep(seconds: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, seconds * 1000);
  const stop = () => (clearTimeout(timer), reject(signal!.reason));
  signal?.addEventListener("abort", stop, { once: true });
  return promise.finally(() => signal?.removeEventListener("abort", stop));
}
