/**
 * What finishing writes, and how the ladder stands as a table.
 *
 * @module
 */
import type { Predictions } from "../core/records.ts";
import { plotLadder, plotReliability, savePicture, tableText } from "../explore/mod.ts";
import { loadPolars, makeFrame, predictionsToFrame, writeParquet } from "../frame/mod.ts";
import { removeIfThere, writeAtomic, writeCsv } from "../io/mod.ts";
import { type DifferenceInterval, reliability } from "../metrics/mod.ts";
import {
  type Chain,
  type ChainPart,
  type ChainRows,
  type Ladder,
  type LadderRow,
  type RowScore,
  type Truth,
  type ViewSpec,
} from "../predict/mod.ts";
import type { FinishAnswer } from "./apply_finish.ts";
import type { Finish } from "./finish.ts";

/** All that is needed to apply a chain again: plain JSON. */
export interface FinishRecord {
  /** The members in the chain's order, each with its models. */
  readonly members: readonly {
    /** The folder of the run or cross-validation. */
    readonly dir: string;
    /** Its runs, and the SHA-256 of each one's weights. */
    readonly runs: readonly { readonly dir: string; readonly weights: string }[];
  }[];
  /** The views that must be predicted. */
  readonly views: readonly ViewSpec[];
  /** What is done with what they say. */
  readonly chain: Chain;
}

/** Predictions, and the class decided for in each row. */
type Decided = Predictions & { readonly decided: Int32Array };

/** What is written. */
export interface FinishFiles {
  /** The folder. */
  readonly dir: string;
  /** What applies the chain again. */
  readonly record: FinishRecord;
  /** What each step bought. */
  readonly ladder: Ladder;
  /** Labels in the order of the ladder's rows. */
  readonly truth: Truth;
  /** Scores of test images, where they are known. */
  readonly onTest: readonly RowScore[] | null;
  /** What the whole chain says, nested. */
  readonly oof: Decided;
  /** What it says of the test images. */
  readonly test: FinishAnswer | null;
}

/** What the ladder's numbers are, in plain words. */
export const LADDER_NOTES: readonly string[] = [
  "Every row is out-of-fold: each image is predicted by models that were not trained on its person.",
  "What a step fits (views, weights, calibration, offsets) is fitted to some persons and judged on the others, in folds.",
  "The best of several choices is picked by the scores shown, which flatters a row a little; the last row is free of that: " +
  "there all choices are made anew without the persons judged.",
  "A choice in which labels have no say is kept if it surely raises macro F1 (paired 95 % interval over persons above 0), or if " +
  "macro F1 cannot tell and log loss falls; a fitted one only if it surely does; a calibration if log loss falls and macro F1 surely does not.",
  "The models of other folds were trained on the persons judged; that is so wherever members are joined by out-of-fold rows.",
];

/** Writes everything, the ladder last: its presence means that all is there. */
export async function writeFinish({ dir, record, ladder, truth, onTest, oof, test }: FinishFiles): Promise<void> {
  const json = (name: string, value: unknown) => writeAtomic(`${dir}/${name}`, `${JSON.stringify(value, null, 2)}\n`);
  await json("chain.json", record);
  const { parts } = ladder.chain;
  await keep("calibration.json", parts.flatMap((part) => part.part === "calibration" ? [part.calibration] : []));
  await keep("offsets.json", parts.flatMap((part) => part.part === "offsets" ? [part.offsets] : []));
  await savePredicted(oof, oof.decided, `${dir}/oof.parquet`);
  if (test) await writeAnswer(dir, test);
  else for (const name of ["predictions.parquet", "submission.csv"]) await removeIfThere(`${dir}/${name}`);
  const rungs = ladder.rows.map((row, k) => {
    const { score, low, high } = row.macroF1;
    return { name: rowName(row), score, low, high, kept: row.kept, test: onTest?.[k]?.macroF1 };
  });
  await savePicture(plotLadder(rungs), `${dir}/ladder`);
  if (ladder.calibration) {
    const { before, after } = ladder.calibration;
    const bins = [...binsOf("before calibration", before), ...binsOf("after calibration, nested", after)];
    await savePicture(plotReliability(bins), `${dir}/reliability`);
  }
  await writeCsv(`${dir}/ladder.csv`, LADDER_COLUMNS, ladder.rows.map((row, k) => csvRow(row, onTest?.[k])));
  await json("ladder.json", {
    notes: LADDER_NOTES,
    members: record.members.map(({ dir }, m) => ({ dir, macroF1: ladder.members[m] })),
    rows: ladder.rows.map(({ parts: _, ...row }, k) => ({ ...row, test: onTest?.[k] ?? null })),
    outerChoices: ladder.nested.chains.map(({ taken }) => taken),
  });

  /** Writes a part of the chain by itself, or removes what an earlier chain left. */
  async function keep(name: string, found: readonly unknown[]): Promise<void> {
    if (found.length > 0) await json(name, found[0]);
    else await removeIfThere(`${dir}/${name}`);
  }

  function binsOf(name: string, { ids, classes, members }: ChainRows) {
    const { labels } = truth, { probabilities } = members[0]![0]!;
    return reliability({ ids, classes, labels, probabilities }, { bins: 10 }).map((row) => ({ ...row, name }));
  }
}

/** Writes what a chain says of images and decides: `predictions.parquet` and `submission.csv`. */
export async function writeAnswer(dir: string, { predictions, decided }: FinishAnswer): Promise<void> {
  await savePredicted(predictions, decided, `${dir}/predictions.parquet`);
  const rows = predictions.ids.map((id, i) => ({ ImageID: id, ans: `${decided[i]}` }));
  await writeCsv(`${dir}/submission.csv`, ["ImageID", "ans"], rows);
}

/** Predictions with a further column, the class decided for. */
async function savePredicted(predictions: Predictions, decided: Int32Array, path: string): Promise<void> {
  const [pl, frame, more] = await Promise.all([loadPolars(), predictionsToFrame(predictions), makeFrame({ decided })]);
  await writeParquet(pl.DataFrame([...frame.getColumns(), ...more.getColumns()]), path);
}

const LADDER_COLUMNS = [
  ...["step", "choice", "kept", "macroF1", "low", "high", "accuracy", "accuracyLow", "accuracyHigh"],
  ...["toBefore", "toBeforeLow", "toBeforeHigh", "toFirst", "toFirstLow", "toFirstHigh"],
  ...["logLoss", "calibrationError", "milliseconds", "testMacroF1", "testAccuracy"],
];

function csvRow(row: LadderRow, test: RowScore | undefined): Record<string, string> {
  const { step, choice, kept, macroF1, accuracy, toBefore, toFirst, logLoss, calibrationError, milliseconds } = row;
  const difference = (name: string, value: DifferenceInterval | undefined) => ({
    [name]: `${value?.difference ?? ""}`,
    [`${name}Low`]: `${value?.low ?? ""}`,
    [`${name}High`]: `${value?.high ?? ""}`,
  });
  return {
    ...{ step, choice: choice ?? "", kept: kept ? "yes" : "no" },
    ...{ macroF1: `${macroF1.score}`, low: `${macroF1.low}`, high: `${macroF1.high}` },
    ...{ accuracy: `${accuracy.score}`, accuracyLow: `${accuracy.low}`, accuracyHigh: `${accuracy.high}` },
    ...difference("toBefore", toBefore?.macroF1),
    ...difference("toFirst", toFirst?.macroF1),
    ...{ logLoss: `${logLoss}`, calibrationError: `${calibrationError}`, milliseconds: `${milliseconds ?? ""}` },
    ...{ testMacroF1: `${test?.macroF1 ?? ""}`, testAccuracy: `${test?.accuracy ?? ""}` },
  };
}

/** A row's name, with its choice where that is short enough for a chart. */
function rowName({ step, choice }: LadderRow): string {
  if (choice === null) return step;
  return choice.length <= 32 ? `${step}: ${choice}` : `${step}: ${choice.slice(0, 30)}…`;
}

/**
 * The ladder as text: a line a row, and below the choices that stood open, the views and weights taken, and what is nested.
 *
 * @param finish What finishing came to.
 * @returns Lines, without a line break at the end.
 */
export function ladderText({ ladder, onTest, members }: Pick<Finish, "ladder" | "onTest" | "members">): string {
  const { rows, chain, nested } = ladder;
  const interval = ({ low, high }: { low: number; high: number }) => `[${low.toFixed(3)}, ${high.toFixed(3)}]`;
  const change = (value: DifferenceInterval | undefined) => value ? differenceText(value) : "";
  const number = (value: number | null | undefined, digits: number) => value?.toFixed(digits) ?? "";
  const known = rows.some(({ milliseconds }) => milliseconds !== null);
  const table = tableText(rows.map((row, k) => ({
    step: row.step,
    choice: row.choice ?? "",
    kept: row.kept ? "yes" : "no",
    "macro F1": `${row.macroF1.score.toFixed(4)} ${interval(row.macroF1)}`,
    accuracy: `${row.accuracy.score.toFixed(4)} ${interval(row.accuracy)}`,
    "to the row before": change(row.toBefore?.macroF1),
    "to the first": change(row.toFirst?.macroF1),
    "log loss": row.logLoss.toFixed(4),
    ECE: row.calibrationError.toFixed(4),
    ...known ? { "ms an image": number(row.milliseconds, 2) } : {},
    ...onTest
      ? { "test macro F1": number(onTest[k]?.macroF1, 4), "test accuracy": number(onTest[k]?.accuracy, 4) }
      : {},
  })));
  const choices = tableText(rows.flatMap(({ step, choice, kept, choices }) =>
    choices.map((one) => ({
      step,
      choice: one.name,
      taken: kept && one.name === choice ? "yes" : "",
      "macro F1": one.macroF1.score.toFixed(4),
      "to the row before": differenceText(one.toBefore.macroF1),
      "log loss": one.logLoss.toFixed(4),
      ECE: one.calibrationError.toFixed(4),
      "outer folds": `${
        nested.chains.filter(({ taken }) => taken[step] === one.name).length
      } of ${nested.chains.length}`,
    }))
  ));
  return [
    table,
    "",
    "Every choice, nested; by how many of the outer folds it was taken",
    choices,
    "",
    `single models: ${ladder.members.map((value, m) => `${members[m]!.dir} ${value.toFixed(4)}`).join(", ")}`,
    ...chain.parts.map(partText),
    "",
    ...LADDER_NOTES,
  ].join("\n");
}

/** What a part of the chain is, in a line. */
function partText(part: ChainPart): string {
  switch (part.part) {
    case "views":
      return `views: ${part.names.join(", ")}`;
    case "ensemble": {
      const weights = part.by === "fit" ? `, weights ${part.fitted.weights.map((w) => w.toFixed(3)).join(", ")}` : "";
      return `ensemble: ${part.by === "mean" ? `${part.mean.name} mean` : part.by}${weights}`;
    }
    case "calibration": {
      const { calibration } = part;
      return `calibration: ${calibration.method}${
        calibration.method === "temperature" ? ` ${calibration.temperature.toFixed(3)}` : ""
      }`;
    }
    case "offsets":
      return `offsets: ${part.offsets.offsets.map((value) => value.toFixed(2)).join(", ")}`;
  }
}

function differenceText({ difference, low, high }: DifferenceInterval): string {
  const signed = (value: number) => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(4)}`;
  return `${signed(difference)} [${signed(low)}, ${signed(high)}]`;
}

/**
 * The figure that matters, on one line: `macro F1 0.7401 -> 0.7675 [paired +0.0274, +0.0102 to +0.0451], 2100 images, 15 models`.
 *
 * @param finish What finishing came to.
 */
export function finishLine({ ladder: { rows }, oof, members }: Pick<Finish, "ladder" | "oof" | "members">): string {
  const first = rows[0]!, last = rows.at(-1)!, { difference, low, high } = last.toFirst!.macroF1;
  const signed = (value: number) => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(4)}`;
  const models = members.reduce((sum, { runs }) => sum + runs.length, 0);
  return `macro F1 ${first.macroF1.score.toFixed(4)} -> ${last.macroF1.score.toFixed(4)} [paired ${
    signed(difference)
  }, ${signed(low)} to ${signed(high)}], ${oof.ids.length} images, ${models} models`;
}
