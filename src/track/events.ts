/**
 * What happens in a run, as it stands line by line in its `events.jsonl`.
 *
 * @module
 */

/** JSON, with `"NaN"`, `"Infinity"` and `"-Infinity"` for the numbers that JSON lacks. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What stands in every event. */
export interface TrackStamp {
  /** When, in milliseconds since 1970. */
  readonly time: number;
}

/** A run begins, or is gone on with by another process. */
export interface StartedEvent extends TrackStamp {
  /** What happened. */
  readonly kind: "started";
  /** The run's own, the same in each of its processes: 32 hexadecimal digits. */
  readonly id: string;
  /** The run's name. */
  readonly name: string;
  /** Every option it is trained with. */
  readonly config: Json;
  /** Versions, machine, backend, commit. */
  readonly environment: Json;
  /** What is known of the data: classes, counts, digest. */
  readonly data: Json;
}

/** Numbers at a step. */
export interface ScalarsEvent extends TrackStamp {
  /** What happened. */
  readonly kind: "scalars";
  /** Optimizer steps so far. */
  readonly step: number;
  /** Numbers by name, with `/` between parts; those that are not finite are text. */
  readonly values: Readonly<Record<string, number | "NaN" | "Infinity" | "-Infinity">>;
}

/** Rows under names. */
export interface TableEvent extends TrackStamp {
  /** What happened. */
  readonly kind: "table";
  /** Optimizer steps so far. */
  readonly step: number;
  /** Its name, with `/` between parts. */
  readonly name: string;
  /** The columns' names. */
  readonly columns: readonly string[];
  /** A value for each column. */
  readonly rows: readonly (readonly Json[])[];
}

/** A picture, as a PNG file. */
export interface FigureEvent extends TrackStamp {
  /** What happened. */
  readonly kind: "figure";
  /** Optimizer steps so far. */
  readonly step: number;
  /** Its name, with `/` between parts. */
  readonly name: string;
  /** The file, relative to the run's folder. */
  readonly file: string;
  /** Height and width in pixels. */
  readonly size: readonly [height: number, width: number];
}

/** How numbers are spread. */
export interface HistogramEvent extends TrackStamp {
  /** What happened. */
  readonly kind: "histogram";
  /** Optimizer steps so far. */
  readonly step: number;
  /** Its name, with `/` between parts. */
  readonly name: string;
  /** The lowest. */
  readonly min: number;
  /** The highest. */
  readonly max: number;
  /** Their sum. */
  readonly sum: number;
  /** The sum of their squares. */
  readonly sumSquares: number;
  /** Upper bounds of the bins, ascending; the first begins at `min`. */
  readonly limits: readonly number[];
  /** Numbers in each bin. */
  readonly counts: readonly number[];
}

/** What a run came to. */
export interface SummaryEvent extends TrackStamp {
  /** What happened. */
  readonly kind: "summary";
  /** The step of the epoch that was best. */
  readonly step: number;
  /** Numbers by name. */
  readonly values: ScalarsEvent["values"];
}

/** A run is over. */
export interface FinishedEvent extends TrackStamp {
  /** What happened. */
  readonly kind: "finished";
}

/** A run ended early; it may be gone on with. */
export interface FailedEvent extends TrackStamp {
  /** What happened. */
  readonly kind: "failed";
  /** Why. */
  readonly message: string;
  /** Whether it was stopped on purpose. */
  readonly stopped: boolean;
}

/** Something that happens in a run. */
export type TrackEvent =
  | StartedEvent
  | ScalarsEvent
  | TableEvent
  | FigureEvent
  | HistogramEvent
  | SummaryEvent
  | FinishedEvent
  | FailedEvent;

/** A number as JSON has it, or text for those that JSON lacks. */
export function numberToJson(value: number): ScalarsEvent["values"][string] {
  return Number.isFinite(value) ? value : `${value}` as "NaN";
}

/**
 * What is the same of an event that is told twice, by a run that goes on from its last checkpoint; nothing for those that may
 * happen again.
 */
export function eventKey(event: TrackEvent): string | undefined {
  if (!("step" in event)) return undefined;
  return `${event.kind} ${event.step} ${"name" in event ? event.name : ""}`;
}
