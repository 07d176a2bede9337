/**
 * What a run says of its validation images, in the forms that a report's parts take.
 *
 * @module
 */
import { basename } from "node:path";
import { type Dataset, type Predictions, UNKNOWN_LABEL } from "../core/records.ts";
import type { Schema } from "../core/schema.ts";
import type { RunFiles } from "../train/read_run.ts";
import type { RunContents, RunEntry } from "../train/run_contents.ts";
import { groupsOf, type IntervalOptions, scoreRun } from "../train/run_scores.ts";

/** Labelled predictions, and who is on the images. */
export interface Judged {
  /** Attributes and classes. */
  readonly schema: Schema;
  /** Those predictions whose label is known, at least one. */
  readonly predictions: Predictions;
  /** The person on each image; null where the run does not say. */
  readonly groups: readonly string[] | null;
  /** The data set, or what the run itself says of its images. */
  readonly dataset: Dataset;
}

/**
 * What can be judged of a run.
 *
 * @param contents The run.
 * @param dataset The data set that it was trained on; without it no photograph and no number, such as the age, is known.
 * @returns Its labelled predictions; nothing before its end, or where it has no such images.
 */
export function judgedOf({ files, predictions, persons }: RunContents, dataset?: Dataset): Judged | undefined {
  const schema = files.find(({ data }) => data)?.data?.schema;
  if (!predictions || !schema) return undefined;
  const known = labelled(predictions);
  if (known.ids.length === 0) return undefined;
  const { ids, labels } = known;
  const samples = ids.map((id, i) => {
    return { id, path: id, group: persons?.get(id) ?? "", label: labels[i]!, attributes: {} };
  });
  const own: Dataset = { schema, samples, root: "", faults: [] };
  return { schema, predictions: known, groups: groupsOf(ids, persons), dataset: dataset ?? own };
}

function labelled({ ids, classes, probabilities, labels }: Predictions): Predictions {
  const rows = [...labels.keys()].filter((i) => labels[i] !== UNKNOWN_LABEL), width = classes.length;
  const kept = new Float32Array(rows.length * width);
  rows.forEach((row, i) => kept.set(probabilities.subarray(row * width, (row + 1) * width), i * width));
  return {
    ids: rows.map((i) => ids[i]!),
    classes,
    probabilities: kept,
    labels: Int32Array.from(rows, (i) => labels[i]!),
  };
}

/**
 * A run that does not say who is on its images, as older ones do not, with what the data set says.
 *
 * @param contents The run; returned as it is where it does say.
 * @param dataset The data set that it was trained on.
 * @param options How intervals are drawn.
 */
export function withPersons(contents: RunContents, dataset: Dataset, options: IntervalOptions): RunContents {
  const { entry, files, predictions } = contents;
  if (contents.persons || !predictions) return contents;
  const all = new Map(dataset.samples.map(({ id, group }) => [id, group]));
  const personsOf = ({ ids }: Predictions) => new Map(ids.flatMap((id) => all.has(id) ? [[id, all.get(id)!]] : []));
  const scored = <T extends RunEntry>(entry: T, said: Predictions | null): T => {
    return said && entry.scores ? { ...entry, scores: scoreRun(said, personsOf(said), options) } : entry;
  };
  const folds = entry.folds.map((fold, k) => scored(fold, files[k]!.valid));
  return {
    entry: { ...scored(entry, predictions), folds },
    files: files.map((file) => ({ ...file, persons: file.valid ? personsOf(file.valid) : file.persons })),
    predictions,
    persons: personsOf(predictions),
  };
}

/** What the parts of a run are called: `fold-0`, say. */
export function nameOf({ dir }: RunFiles): string {
  return basename(dir);
}

/** An interval as text: `[0.7904, 0.8301]`; nothing where there is none. */
export function intervalText(ends: readonly [low: number, high: number] | null | undefined): string {
  return ends ? `[${ends.map((end) => end.toFixed(4)).join(", ")}]` : "";
}

/** Seconds as people say them: `48 s`, `12 min 5 s`, `3 h 20 min`. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds), minutes = Math.floor(whole / 60), hours = Math.floor(minutes / 60);
  if (whole < 60) return seconds < 10 ? `${seconds.toFixed(1)} s` : `${whole} s`;
  return hours === 0 ? `${minutes} min ${whole % 60} s` : `${hours} h ${minutes % 60} min`;
}

/** A time as tables have it, by the world's clock: `2026-11-24 03:52`. */
export function timeText(time: Date | null): string {
  return time ? time.toISOString().slice(0, 16).replace("T", " ") : "";
}
