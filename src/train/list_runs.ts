/**
 * The runs below a folder, whatever state they are in: listed, ranked, and as a table.
 *
 * @module
 */
import { checkInteger, list } from "../core/check.ts";
import { tableText } from "../explore/mod.ts";
import { inFlight } from "../io/in_flight.ts";
import { compareNatural } from "../io/mod.ts";
import { readContents, type RunEntry } from "./run_contents.ts";
import { findRunFolders } from "./run_folders.ts";
import type { RunScore } from "./run_scores.ts";

/** How runs are listed. */
export interface ListRunsOptions {
  /** How often persons are drawn for the intervals; 200 by default, which is enough to look at. */
  readonly resamples?: number;
  /** Seed of the draws; 0 by default. */
  readonly seed?: number | string;
}

/**
 * Lists the runs at and below a folder, at any depth; folds stand in the cross-validation or trial that they belong to.
 * Nothing that stands in a run makes this fail: a run with a broken file says so in its entry.
 *
 * @param root The folder.
 * @param options How intervals are drawn.
 * @returns An entry for each run, cross-validation and trial, in natural order of the paths.
 * @throws {Deno.errors.NotFound} If there is no such folder.
 * @throws {RangeError} If `resamples` is out of range.
 */
export async function listRuns(
  root: string,
  { resamples = 200, seed = 0 }: ListRunsOptions = {},
): Promise<readonly RunEntry[]> {
  checkInteger("list runs", "resamples", resamples, { min: 1 });
  const folders = await findRunFolders(root), entries = new Array<RunEntry>(folders.length);
  await inFlight(folders.length, async (i) => {
    entries[i] = (await readContents(folders[i]!, { root, resamples, seed })).entry;
  });
  return entries;
}

/** What runs can be ranked by; a loss and a name from the lowest, all else from the highest. */
export const RUN_ORDERS = ["macroF1", "accuracy", "logLoss", "started", "seconds", "name"] as const;

/** One of {@linkcode RUN_ORDERS}. */
export type RunOrder = typeof RUN_ORDERS[number];

/**
 * Puts entries in order: the best score, the latest start, the longest training or the first name first. Entries without the
 * value stand last; equal ones stay as they were.
 *
 * @param entries What {@linkcode listRuns} returns; not changed.
 * @param order What is ranked by.
 * @returns The entries in order.
 * @throws {RangeError} If there is no such order.
 */
export function rankRuns(entries: readonly RunEntry[], order: RunOrder): readonly RunEntry[] {
  if (!RUN_ORDERS.includes(order)) {
    throw new RangeError(
      `Cannot rank runs as the order must be one of ${list(RUN_ORDERS)}: current value is "${order}"`,
    );
  }
  if (order === "name") return entries.toSorted((a, b) => compareNatural(a.name, b.name));
  const valueOf = ({ scores, started, seconds }: RunEntry): number | undefined => {
    if (order === "started") return started === null ? undefined : Date.parse(started);
    if (order === "seconds") return seconds;
    return order === "logLoss" ? scores ? -scores.logLoss : undefined : scores?.[order].score;
  };
  return entries.toSorted((a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)];
    return x === undefined ? y === undefined ? 0 : 1 : y === undefined ? -1 : y - x;
  });
}

/** What a list of runs shows. */
export interface RunsTableOptions {
  /** Whether each fold has a row of its own below its cross-validation; not by default. */
  readonly folds?: boolean;
}

/**
 * Entries as an aligned text table: scores with their 95 % intervals over persons, where the run says who they are.
 *
 * @param entries What {@linkcode listRuns} returns.
 * @returns Lines, without a line break at the end; below them what is broken.
 */
export function runsTable(entries: readonly RunEntry[], { folds = false }: RunsTableOptions = {}): string {
  const rows = entries.flatMap((entry) => [entry, ...folds ? entry.folds : []]);
  const table = tableText(
    rows.map((entry) => ({
      run: entry.name,
      kind: entry.kind,
      state: entry.state,
      model: entry.model ?? "",
      "macro F1": entry.scores ? scoreText(entry.scores.macroF1) : "",
      accuracy: entry.scores?.accuracy.score.toFixed(4) ?? "",
      "log loss": entry.scores?.logLoss.toFixed(4) ?? "",
      images: entry.scores ? `${entry.scores.images}` : "",
      persons: entry.scores ? `${entry.scores.persons ?? "not said"}` : "",
      "best epoch": bestEpochs(entry),
      minutes: (entry.seconds / 60).toFixed(1),
      started: entry.started?.slice(0, 16).replace("T", " ") ?? "",
    })),
    { rows: rows.length },
  );
  const faults = entries.flatMap(({ name, fault }) => fault === null ? [] : [`${name}: ${fault}`]);
  return [table, ...faults].join("\n");
}

function bestEpochs({ best, epochs, config, folds }: RunEntry): string {
  if (folds.length > 0) return folds.map(({ best }) => best?.epoch ?? "-").join(", ");
  return best ? `${best.epoch} of ${epochs}` : `- of ${config?.epochs ?? "?"}`;
}

/** A score as text: `0.8123 [0.7904, 0.8301]`. */
export function scoreText({ score, interval }: RunScore): string {
  return `${score.toFixed(4)}${interval ? ` [${interval.map((end) => end.toFixed(4)).join(", ")}]` : ""}`;
}
