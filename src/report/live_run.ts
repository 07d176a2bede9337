/**
 * A run as it stands while it is trained: its options and the epochs that are whole. The last line of its log may be half
 * written, and its summary is missing.
 *
 * @module
 */
import { z } from "zod";
import { show } from "../core/check.ts";
import { faultText } from "../core/parts.ts";
import type { EpochRow } from "../core/records.ts";
import { readLines } from "../io/line_file.ts";
import { readJson } from "../io/mod.ts";
import { bestEpoch } from "../train/best_epoch.ts";
import type { TrainConfig } from "../train/config.ts";
import { restoreRow } from "../train/epoch_row.ts";
import { resolveConfig } from "../train/resolve_config.ts";
import { FILES } from "../train/run.ts";

/** What can be told of a run at any time. */
export interface LiveRun {
  /** Its options; null where they cannot be read. */
  readonly config: TrainConfig | null;
  /** The epochs that have come to their end. */
  readonly history: readonly CurveRow[];
  /** Macro F1 of the best of them, by what the config monitors; null before the first, and where nothing is validated. */
  readonly best: number | null;
  /** What is wrong with its files; null where nothing is. */
  readonly fault: string | null;
}

/** What curves are drawn from; confusions, which are large, are left out. */
export const CURVES = [
  "epoch",
  "trainLoss",
  "validLoss",
  "trainAccuracy",
  "validAccuracy",
  "validMacroF1",
  "lr",
] as const;

/** An epoch as curves need it, and how long it took. */
export type CurveRow = Pick<EpochRow, typeof CURVES[number] | "seconds">;

const ROW = z.looseObject({ epoch: z.int().min(1), seconds: z.number() });

/**
 * Reads a run that may be written meanwhile.
 *
 * @param dir The run's folder.
 * @returns What is there.
 */
export async function readLive(dir: string): Promise<LiveRun> {
  const faults: string[] = [];
  const attempt = async <T>(read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (error) {
      faults.push((error as Error).message);
      return null;
    }
  };
  const config = await attempt(async () => resolveConfig(await readJson(`${dir}/${FILES.config}`) as object));
  const history = await attempt(() => readHistory(`${dir}/${FILES.metrics}`)) ?? [];
  const best = config && bestEpoch(history, config)?.validMacroF1;
  return {
    config,
    history: history.map(curveRow),
    best: Number.isFinite(best) ? best! : null,
    fault: faults.join("; ") || null,
  };
}

function curveRow(row: EpochRow): CurveRow {
  return Object.fromEntries([...CURVES, "seconds" as const].map((key) => [key, row[key]])) as CurveRow;
}

/** The whole lines of a run's log. */
async function readHistory(path: string): Promise<EpochRow[]> {
  return (await readLines(path)).filter(({ text }) => text.trim() !== "").map(({ text }, i) => {
    const attempt = `Cannot read line ${i + 1} of ${show(path)}`;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw new SyntaxError(`${attempt} as it must be JSON`, { cause });
    }
    const { success, error } = ROW.safeParse(value);
    if (!success) throw new TypeError(`${attempt} as ${error.issues.map(faultText).join("; ")}`);
    return restoreRow(value as EpochRow);
  });
}
