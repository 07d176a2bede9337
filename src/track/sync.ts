/**
 * Delivering later what a run's trackers missed.
 *
 * @module
 */
import { show } from "../core/check.ts";
import { listFiles, listFolders } from "../io/listing.ts";
import { exists } from "../io/files.ts";
import { leftOf, openDelivery, readPlace, TRACK_FILES } from "./place.ts";
import { buildTrackers, type TrackerSpec } from "./trackers.ts";

/** What is delivered, and who hears of it. */
export interface SyncOptions {
  /** Where to; by default every tracker that the run had, with the options it had. */
  readonly trackers?: readonly TrackerSpec[];
  /** Stops between two deliveries; what is delivered is noted. */
  readonly signal?: AbortSignal;
  /** Called as events are delivered. */
  readonly onProgress?: (
    state: { readonly tracker: string; readonly delivered: number; readonly total: number },
  ) => void;
}

/** What one tracker got. */
export interface SyncRow {
  /** The tracker's name. */
  readonly tracker: string;
  /** Events delivered now. */
  readonly delivered: number;
  /** Events that are still missing there. */
  readonly left: number;
  /** Why, if any are. */
  readonly fault?: string;
}

/**
 * Delivers to trackers what they miss of a run's events. One that fails does not keep the others from theirs.
 *
 * @param dir The run's folder; the run may be unfinished, but no process may be delivering its events.
 * @returns A row a tracker.
 * @throws {Error} If the folder has no events, or it is not known to which tracker to deliver.
 */
export async function syncTrackers(
  dir: string,
  { trackers, signal, onProgress }: SyncOptions = {},
): Promise<readonly SyncRow[]> {
  if (!await exists(`${dir}/${TRACK_FILES.events}`)) {
    throw new Error(`Cannot deliver the events of ${show(dir)} as it holds no ${TRACK_FILES.events}`);
  }
  const specs = trackers ?? await trackersOf(dir);
  const rows: SyncRow[] = [];
  for (const named of buildTrackers(specs)) {
    using delivery = await openDelivery(dir, named);
    const tracker = named.name;
    if (!delivery) {
      const left = await leftOf(dir, tracker);
      rows.push({ tracker, delivered: 0, left, fault: "another process delivers to it now" });
      continue;
    }
    const total = await leftOf(dir, tracker);
    let delivered = 0, fault: string | undefined;
    try {
      for (let count = 1; count > 0; delivered += count) {
        signal?.throwIfAborted();
        onProgress?.({ tracker, delivered, total });
        count = await delivery.next(signal);
      }
    } catch (error) {
      signal?.throwIfAborted();
      fault = error instanceof Error ? error.message : `${error}`;
    }
    rows.push({ tracker, delivered, left: await leftOf(dir, tracker), ...(fault !== undefined && { fault }) });
  }
  return rows;
}

/**
 * The trackers that a run had, with their options.
 *
 * @param dir The run's folder.
 */
export async function trackersOf(dir: string): Promise<readonly TrackerSpec[]> {
  const folder = `${dir}/${TRACK_FILES.folder}`;
  const files = await exists(folder) ? await listFiles(folder) : [];
  const places = await Promise.all(
    files.filter((name) => name.endsWith(".json")).map((name) => readPlace(dir, name.slice(0, -".json".length))),
  );
  return places.flatMap((place) => place ? [place.spec as unknown as TrackerSpec] : []);
}

/**
 * The folders that hold events: a run's own, or those of a cross-validation's folds.
 *
 * @param root A run's folder, or one with runs in it.
 * @throws {Error} If there are none.
 */
export async function trackedRuns(root: string): Promise<readonly string[]> {
  const isTracked = (dir: string) => exists(`${dir}/${TRACK_FILES.events}`);
  if (await isTracked(root)) return [root];
  const below = await exists(root) ? (await listFolders(root)).map((name) => `${root}/${name}`) : [];
  const found = await Promise.all(below.map(isTracked)), dirs = below.filter((_, i) => found[i]);
  if (dirs.length > 0) return dirs;
  throw new Error(`Cannot find events in ${show(root)} as neither it nor a folder in it holds ${TRACK_FILES.events}`);
}
