/**
 * The sender: delivers a run's events to one tracker beside training, patiently, and never stops it.
 *
 * @module
 */
import { type NamedTracker, openDelivery } from "./place.ts";

/** How a sender works. */
export interface SenderOptions {
  /** Called once, with the first failure. */
  readonly onWarning?: (warning: string) => void;
  /** Seconds to wait before each new try after failures, the last one over and over. By default 1, 2, 4, ... 64. */
  readonly pauses?: readonly number[];
}

/** A sender at work. */
export interface Sender {
  /** Says that there are new events. */
  wake(): void;
  /**
   * Delivers what is left, as far as that goes, and ends.
   *
   * @param patience Seconds that it may take.
   */
  close(patience: number): Promise<void>;
}

const PAUSES = [1, 2, 4, 8, 16, 32, 64];

/**
 * Starts to deliver a run's events. It never throws: a failure is told once, and what is not delivered stays in the queue.
 *
 * @param dir The run's folder.
 * @param tracker Where to.
 */
export function startSender(
  dir: string,
  tracker: NamedTracker,
  { onWarning, pauses = PAUSES }: SenderOptions = {},
): Sender {
  const stop = new AbortController();
  let closing = false, warned = false, fresh = false;
  let resting: { readonly idle: boolean; end(): void } | undefined;

  /** Waits until it is woken, for new events where it is idle; or for seconds. */
  const rest = (seconds?: number) =>
    new Promise<void>((resolve) => {
      const timer = seconds === undefined ? undefined : setTimeout(() => resting?.end(), 1000 * seconds);
      resting = {
        idle: seconds === undefined,
        end: () => (clearTimeout(timer), resting = undefined, resolve()),
      };
    });
  const warn = (error: unknown) => {
    if (warned) return;
    warned = true;
    const why = error instanceof Error ? error.message : `${error}`;
    onWarning?.(
      `${tracker.name} is not reached for now (${why}); its events are kept for: deno task sync --run ${dir}`,
    );
  };

  async function work(): Promise<void> {
    using delivery = await openDelivery(dir, tracker);
    if (!delivery) return warn("another process delivers this run's events to it");
    for (let failures = 0; !stop.signal.aborted;) {
      const last = closing; // what came before it was closed is in the queue by now
      fresh = false;
      try {
        if (await delivery.next(stop.signal) > 0) failures = 0;
        else if (last) return;
        else if (!fresh && !closing) await rest();
      } catch (error) {
        warn(error);
        if (last) return;
        if (!closing) await rest(pauses[Math.min(failures++, pauses.length - 1)]);
      }
    }
  }

  const done = work().catch(warn);
  return {
    wake() {
      fresh = true;
      if (resting?.idle) resting.end();
    },
    async close(patience) {
      closing = true;
      resting?.end();
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        stop.abort(new Deno.errors.TimedOut("it has not answered by the end of the run"));
        setTimeout(resolve, 100); // a tracker that does not heed the signal is left behind
      }, 1000 * patience);
      await Promise.race([done, promise]);
      clearTimeout(timer);
    },
  };
}
