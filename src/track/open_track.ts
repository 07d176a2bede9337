/**
 * A run's track: what happens in it is written down in its folder at once, and delivered to trackers beside it.
 *
 * @module
 */
import { appendLine, ensureDir, writeAtomic } from "../io/files.ts";
import { cutTornLine, readLines } from "../io/line_file.ts";
import { rasterize } from "../io/raster.ts";
import { newId, timeOfDay } from "../io/stamp.ts";
import { eventKey, type FigureEvent, type Json, numberToJson, type StartedEvent, type TrackEvent } from "./events.ts";
import { binned } from "./histogram.ts";
import { type NamedTracker, TRACK_FILES } from "./place.ts";
import { type SenderOptions, startSender } from "./sender.ts";
import { buildTrackers, type TrackerSpec } from "./trackers.ts";

/** How a run is tracked. */
export interface TrackOptions extends SenderOptions {
  /** Trackers beside the lines of JSON that are always written; none by default. */
  readonly trackers?: readonly TrackerSpec[];
  /** Seconds that are waited at a run's end for what is not delivered yet; 10 by default. */
  readonly patience?: number;
}

/** What is known when a run begins; any records that JSON can hold. */
export interface RunStart {
  /** The run's name. */
  readonly name: string;
  /** Every option it is trained with. */
  readonly config: object;
  /** Versions, machine, backend, commit. */
  readonly environment: object;
  /** What is known of the data: classes, counts, digest. */
  readonly data: object;
}

/** A picture of any kind: drawn, or written as a PNG file already. */
export interface TrackFigure {
  /** The picture's source. */
  readonly svg: string;
  /** The same as a PNG file's bytes; drawn from the source unless given. */
  readonly png?: Uint8Array;
}

/** Rows under names. */
export interface TrackTable {
  /** The columns' names. */
  readonly columns: readonly string[];
  /** A value for each column. */
  readonly rows: readonly (readonly (number | string | boolean | null)[])[];
}

/**
 * Takes down what happens in a run. No method waits or throws; a fault is told as a warning. What a run tells again of a step,
 * as one does that goes on from its last checkpoint, is not taken down twice.
 */
export interface Track {
  /** A run begins or is gone on with. */
  started(start: RunStart): void;
  /** Numbers at a step, by name, with `/` between parts. */
  scalars(step: number, values: Readonly<Record<string, number>>): void;
  /** A table. */
  table(step: number, name: string, table: TrackTable): void;
  /** A figure; it is drawn soon after, and only if a tracker shows figures. */
  figure(step: number, name: string, draw: () => TrackFigure | Promise<TrackFigure>): void;
  /** How numbers are spread. */
  histogram(step: number, name: string, values: ArrayLike<number>): void;
  /** What a run came to, of its best epoch's step. */
  summary(step: number, values: Readonly<Record<string, number>>): void;
  /** A run is over. */
  finished(): void;
  /** A run ended early; `stopped` says whether on purpose. */
  failed(reason: { readonly message: string; readonly stopped: boolean }): void;
  /** Writes down what is not yet, and waits a little for the trackers. */
  close(options?: { readonly patience?: number }): Promise<void>;
}

/** An event without its time. */
type Told<E extends TrackEvent = TrackEvent> = E extends TrackEvent ? Omit<E, "time"> : never;

/**
 * Opens a run's track, and goes on with one that is there.
 *
 * @param dir The run's folder, which no other process tracks; it is made if it is missing.
 * @returns The track, to be closed.
 * @throws {RangeError | TypeError} If a tracker is unknown, or one of its options or what it needs of the environment is
 * wrong. What goes wrong later is told by `onWarning`.
 */
export async function openTrack(dir: string, options: TrackOptions = {}): Promise<Track> {
  const { trackers = [], patience = 10, onWarning } = options;
  const named: readonly NamedTracker[] = buildTrackers(trackers);
  const queue = `${dir}/${TRACK_FILES.events}`;
  let warned = false;
  const warn = (error: unknown) => {
    if (!warned) onWarning?.(`${queue} is not complete as ${error instanceof Error ? error.message : error}`);
    warned = true;
  };
  const before: TrackEvent[] = await earlierEvents(dir, queue).catch((error) => (warn(error), []));
  const known = new Set(before.map(eventKey));
  const id = before.find((event): event is StartedEvent => event.kind === "started")?.id ?? newId();
  const senders = named.map((tracker) => startSender(dir, tracker, options));
  const showsFigures = named.some(({ tracker }) => tracker.showsFigures);

  /** Events in the order they were told; each is written when the one before is, and again if the disk refused it. */
  let written: Promise<void> = Promise.resolve(), unwritten: string[] = [], torn = false;
  const write = async (event: object) => {
    unwritten.push(JSON.stringify(event));
    if (torn) await cutTornLine(queue);
    torn = true;
    await appendLine(queue, unwritten.join("\n"));
    [unwritten, torn] = [[], false];
  };
  const tell = (told: Told, complete: () => Told | Promise<Told> = () => told) => {
    const event = { time: timeOfDay(), ...told } as TrackEvent, key = eventKey(event);
    if (key !== undefined && known.has(key)) return;
    known.add(key);
    written = written.then(async () => {
      await write({ ...event, ...await complete() });
      for (const sender of senders) sender.wake();
    }).catch(warn);
  };
  const numbers = (values: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, numberToJson(value)]));

  return {
    started: ({ name, config, environment, data }) =>
      tell({ kind: "started", id, name, config: config as Json, environment: environment as Json, data: data as Json }),
    scalars: (step, values) => tell({ kind: "scalars", step, values: numbers(values) }),
    table: (step, name, { columns, rows }) =>
      tell({
        kind: "table",
        step,
        name,
        columns,
        rows: rows.map((row) => row.map((value) => typeof value === "number" ? numberToJson(value) : value)),
      }),
    figure(step, name, draw) {
      if (!showsFigures) return;
      const file = `${TRACK_FILES.folder}/figures/${name.replaceAll(/[^\p{L}\p{N}.-]+/gu, "_")}-${step}.png`;
      const told: Told<FigureEvent> = { kind: "figure", step, name, file, size: [0, 0] };
      tell(told, async () => ({ ...told, size: await writeFigure(`${dir}/${file}`, await draw()) }));
    },
    histogram: (step, name, values) => tell({ kind: "histogram", step, name, ...binned(values) }),
    summary: (step, values) => tell({ kind: "summary", step, values: numbers(values) }),
    finished: () => tell({ kind: "finished" }),
    failed: ({ message, stopped }) => tell({ kind: "failed", message, stopped }),
    async close({ patience: given = patience } = {}) {
      await written;
      await Promise.all(senders.map((sender) => sender.close(given)));
    },
  };
}

/** The events that earlier processes wrote, of which a killed one may have left a part of a line. */
async function earlierEvents(dir: string, queue: string): Promise<TrackEvent[]> {
  await ensureDir(dir);
  await cutTornLine(queue);
  return (await readLines(queue)).map(({ text }) => JSON.parse(text));
}

/** Writes a figure as a PNG file; returns its height and width in pixels. */
async function writeFigure(path: string, { svg, png }: TrackFigure): Promise<readonly [number, number]> {
  const bytes = png ?? await rasterize(svg, { colors: 256 });
  await ensureDir(path.slice(0, path.lastIndexOf("/")));
  await writeAtomic(path, bytes);
  const head = new DataView(bytes.buffer, bytes.byteOffset); // the first chunk has width and height
  return [head.getUint32(20), head.getUint32(16)];
}
