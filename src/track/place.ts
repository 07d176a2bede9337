/**
 * How far a tracker has got with a run's events: a small file for each in the run's folder, and who may write it.
 *
 * @module
 */
import { ensureDir, exists, readJson, tryLock, writeAtomic } from "../io/files.ts";
import { type LineAt, readLines } from "../io/line_file.ts";
import type { TrackEvent } from "./events.ts";
import type { Connection, Tracker, TrackerState } from "./tracker.ts";

/** Files of tracking in a run's folder. */
export const TRACK_FILES = {
  /** The queue, which is a tracker of its own: a line of JSON an event. */
  events: "events.jsonl",
  /** Places, locks and figures. */
  folder: "track",
} as const;

/** A tracker with the name and options that it was built of. */
export interface NamedTracker {
  /** Its name in the registry. */
  readonly name: string;
  /** Name and all options, as they are kept. */
  readonly spec: TrackerState;
  /** The tracker. */
  readonly tracker: Tracker;
}

/** What stands in a place's file. */
export interface PlaceRecord {
  /** The tracker's name and options. */
  readonly spec: TrackerState;
  /** Bytes of the events that are delivered. */
  readonly offset: number;
  /** What the tracker keeps. */
  readonly state: TrackerState;
}

/** Events that may be delivered together, numbers at most. */
const TOGETHER = 32;
/** Bytes of events that are read at once. */
const READ = 1 << 18;

/** Deliveries of one tracker, none of which another process makes at the same time; to be disposed of. */
export interface Delivery extends Disposable {
  /**
   * Delivers the next events and notes it.
   *
   * @returns How many; 0 when there are no more.
   * @throws {Error} As the tracker does; nothing is noted as delivered then.
   */
  next(signal?: AbortSignal): Promise<number>;
}

/** Events that a tracker has not, as far as its place says. */
export async function leftOf(dir: string, name: string): Promise<number> {
  const { offset = 0 } = await readPlace(dir, name) ?? {};
  return (await readLines(`${dir}/${TRACK_FILES.events}`, { from: offset })).length;
}

/** The file of a tracker's place. */
export function placePath(dir: string, name: string): string {
  return `${dir}/${TRACK_FILES.folder}/${name}.json`;
}

/** Reads a tracker's place, or nothing where it never had one. */
export async function readPlace(dir: string, name: string): Promise<PlaceRecord | undefined> {
  const path = placePath(dir, name);
  return await exists(path) ? await readJson(path) as PlaceRecord : undefined;
}

/**
 * Begins to deliver a run's events to a tracker, from where it stood.
 *
 * @param dir The run's folder.
 * @returns The delivery; nothing if another process delivers to it.
 */
export async function openDelivery(dir: string, { name, spec, tracker }: NamedTracker): Promise<Delivery | undefined> {
  await ensureDir(`${dir}/${TRACK_FILES.folder}`);
  const lock = await tryLock(`${dir}/${TRACK_FILES.folder}/.${name}.lock`);
  if (!lock) return undefined;
  try {
    return await deliveryOf(dir, { name, spec, tracker }, lock);
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

async function deliveryOf(dir: string, { name, spec, tracker }: NamedTracker, lock: Disposable): Promise<Delivery> {
  const before = await readPlace(dir, name), queue = `${dir}/${TRACK_FILES.events}`;
  let offset = before?.offset ?? 0, state = before?.state ?? {}, connection: Connection | undefined;
  const save = async () => {
    await writeAtomic(placePath(dir, name), `${JSON.stringify({ spec, offset, state } satisfies PlaceRecord)}\n`);
  };
  await save();
  return {
    async next(signal) {
      const lines = await readLines(queue, { from: offset, limit: READ }), events = eventsOf(lines);
      if (events.length === 0) return 0;
      if (!connection) {
        connection = await tracker.connect({ dir, state });
        state = connection.state();
        await save();
      }
      let delivered = false;
      try {
        await connection.deliver(events, signal);
        delivered = true;
      } finally {
        state = connection.state();
        if (delivered) offset = lines[events.length - 1]!.end;
        await save();
      }
      return events.length;
    },
    [Symbol.dispose]: () => lock[Symbol.dispose](),
  };
}

/** The first events of lines: numbers together, any other event alone. */
function eventsOf(lines: readonly LineAt[]): TrackEvent[] {
  const events: TrackEvent[] = [];
  for (const { text } of lines) {
    const event = JSON.parse(text) as TrackEvent;
    if (events.length > 0 && (event.kind !== "scalars" || events[0]!.kind !== "scalars")) break;
    events.push(event);
    if (events.length === TOGETHER) break;
  }
  return events;
}
