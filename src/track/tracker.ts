/**
 * The contract of a tracker: a place where runs are looked at, to which a run's events are delivered in order.
 *
 * @module
 */
import type { Json, TrackEvent } from "./events.ts";

/** A place where runs are looked at. */
export interface Tracker {
  /** Whether it shows figures; where no tracker does, none is drawn. */
  readonly showsFigures: boolean;
  /**
   * Makes ready to deliver a run's events; reaches no service yet.
   *
   * @param run The run, and what was kept of earlier deliveries.
   */
  connect(run: TrackedRun): Promise<Connection>;
}

/** A run whose events are delivered. */
export interface TrackedRun {
  /** Its folder. */
  readonly dir: string;
  /** What the tracker's last connection told to keep; empty at first. */
  readonly state: TrackerState;
}

/** What a tracker keeps between processes. */
export type TrackerState = Readonly<Record<string, Json>>;

/** A tracker at work on one run. */
export interface Connection {
  /**
   * Delivers events, in the order of the run; those of one call are of one kind.
   *
   * An event may come again where a process died between its delivery and the note of it, so delivering twice must do no
   * harm where the place allows that.
   *
   * @param events What happened.
   * @param signal Ends the delivery.
   * @throws {Error} If not all of them are safe there; all are delivered again later.
   */
  deliver(events: readonly TrackEvent[], signal?: AbortSignal): Promise<void>;
  /** What is to be kept for the next connection; asked before the first delivery and after each, a failed one too. */
  state(): TrackerState;
}
