/**
 * What a run's report says first: how good it is, fold by fold, how it learned, and how long it took.
 *
 * @module
 */
import type { EpochRow } from "../core/records.ts";
import { plotHistory, plotRuns, type ReportPicture, type ReportSection } from "../explore/mod.ts";
import type { RunContents, RunEntry } from "../train/run_contents.ts";
import { durationText, intervalText, nameOf, timeText } from "./judged.ts";
import { plotProgress } from "./plot_progress.ts";

/**
 * Scores of the run, of each fold and out-of-fold.
 *
 * @param contents The run.
 */
export async function scoreSection({ entry }: RunContents): Promise<ReportSection> {
  const title = "Scores", { scores, folds } = entry, isSeveral = folds.length > 1;
  if (!scores) {
    const so = {
      finished: "has no labelled validation images",
      unfinished: "has not come to its end",
      broken: "is broken",
    }[entry.state];
    return { title, text: `There are no scores of its predictions, as the run ${so}.`, tables: bestTable(entry) };
  }
  const ended = folds.filter(({ state }) => state === "finished").length;
  const whole = entry.state === "finished" ? "out-of-fold" : `all of the ${ended} ended`;
  const shown = [...folds, ...ended === 1 ? [] : [{ ...entry, name: isSeveral ? whole : entry.name }]];
  const hasPersons = shown.some(({ scores }) => scores && scores.persons !== null);
  const persons = !hasPersons
    ? "The run does not say who is on its images, so that there are no intervals; its data set (--data) does."
    : [
      `Intervals hold 95 % of ${isSeveral ? "the scores of each row" : "the scores"} when persons are drawn anew,`,
      "as other persons could have been photographed.",
    ].join(" ");
  const marks = shown.flatMap(({ name, scores }) => scores ? [{ name, ...scores.macroF1 }] : []);
  const pictures: ReportPicture[] = isSeveral
    ? [{
      title: `Macro F1 by fold${!hasPersons ? "" : ", with 95 % intervals over persons"}`,
      name: "scores",
      picture: await plotRuns(marks, { title: "" }),
    }]
    : [];
  return {
    title,
    text:
      (isSeveral ? "Out-of-fold means: of each image, what the fold says that was not trained on its person.\n" : "") +
      persons,
    tables: [{
      title: isSeveral ? "Folds, and their images together" : "Validation images",
      rows: shown.map(({ name, scores, best, epochs }) => ({
        "": name,
        "macro F1": scores?.macroF1.score ?? null,
        ...hasPersons && { "its 95 % interval": intervalText(scores?.macroF1.interval) },
        accuracy: scores?.accuracy.score ?? null,
        ...hasPersons && { "95 % interval of accuracy": intervalText(scores?.accuracy.interval) },
        "log loss": scores?.logLoss ?? null,
        images: scores?.images ?? null,
        ...hasPersons && { persons: scores?.persons ?? null },
        ...isSeveral ? { "best epoch": best ? `${best.epoch} of ${epochs}` : "" } : {},
      })),
    }],
    pictures,
  };
}

/** The best epochs of a run that goes on. */
function bestTable(entry: RunEntry): ReportSection["tables"] {
  const rows = (entry.folds.length > 0 ? entry.folds : [entry]).flatMap(({ name, best, epochs, config }) =>
    best
      ? [{
        "": name,
        "best epoch": best.epoch,
        "macro F1": known(best.validMacroF1),
        epochs,
        of: config?.epochs ?? null,
      }]
      : []
  );
  const title = entry.state === "finished" ? "The epoch whose weights were kept" : "The best epoch so far";
  return rows.length > 0 ? [{ title, rows }] : [];
}

/** A score, or nothing where nothing was validated. */
function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** What an epoch is chosen by, in words. */
const MONITORED = { macroF1: "macro F1", accuracy: "accuracy", loss: "loss" } as const;

/**
 * Loss, macro F1, accuracy and learning rate by epoch.
 *
 * @param contents The run.
 */
export async function curveSection({ files, entry }: RunContents): Promise<ReportSection> {
  const title = "Learning curves";
  const histories = Object.fromEntries(
    files.filter(({ history }) => history.length > 0).map((file) => [nameOf(file), file.history]),
  );
  if (Object.keys(histories).length === 0) return { title, text: "No epoch has come to its end." };
  const rows = Object.values(histories).flat(),
    isValidated = rows.some(({ validMacroF1 }) => known(validMacroF1) !== null);
  const single = files.length === 1 ? files[0]! : undefined, monitor = MONITORED[entry.config?.monitor ?? "macroF1"];
  const pictures: ReportPicture[] = isValidated
    ? [
      { title: "Loss and macro F1", name: "curves", picture: await plotHistory(histories, { title: "" }) },
      { title: "Accuracy and learning rate", name: "accuracy", picture: await plotProgress(histories) },
    ]
    : [{ title: "Training", name: "curves", picture: await plotProgress(histories, { loss: true }) }];
  return {
    title,
    text: "Training is dashed, and measured on altered images while the weights change" +
      (isValidated
        ? `; validation is solid. A dot marks the best macro F1. The weights kept are those of the epoch with the best ${monitor}.`
        : ". Nothing was validated: the weights kept are those of the last epoch."),
    tables: single ? [{ title: "Epochs", rows: single.history.map(epochRow) }] : [],
    pictures,
  };
}

function epochRow(row: EpochRow): object {
  const { epoch, lr, trainLoss, validLoss, trainAccuracy, validAccuracy, validMacroF1, seconds } = row;
  return {
    epoch,
    "train loss": known(trainLoss),
    "valid loss": known(validLoss),
    "train accuracy": known(trainAccuracy),
    "valid accuracy": known(validAccuracy),
    "valid macro F1": known(validMacroF1),
    "learning rate": known(lr),
    seconds: Number(seconds.toFixed(1)),
  };
}

/**
 * How long the run took.
 *
 * @param contents The run.
 */
export function timeSection({ entry, files }: RunContents): ReportSection {
  const mean = (rows: readonly EpochRow[], key: "seconds" | "imagesPerSecond" | "waiting") =>
    rows.length === 0 ? null : rows.reduce((sum, row) => sum + row[key], 0) / rows.length;
  const rounded = (value: number | null, digits: number) =>
    value === null || Number.isNaN(value) ? null : Number(value.toFixed(digits));
  return {
    title: "Time",
    text:
      `${entry.epochs} epochs took ${
        durationText(entry.seconds)
      }, validation included. Times of day are UTC, by those of ` +
      "the run's files. Waiting is the share of the training time in which the network waited for images.",
    tables: [{
      title: "Time by run",
      rows: files.map((file) => ({
        "": nameOf(file),
        began: timeText(file.started),
        ended: timeText(file.ended),
        epochs: file.history.length,
        "seconds an epoch": rounded(mean(file.history, "seconds"), 2),
        "images a second": rounded(mean(file.history, "imagesPerSecond"), 1),
        waiting: rounded(mean(file.history, "waiting"), 4),
      })),
    }],
  };
}
