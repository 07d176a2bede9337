/**
 * What a run's report says of its probabilities, and of the images on which it was surest and wrong.
 *
 * @module
 */
import type { Predictions } from "../core/records.ts";
import {
  findMistakes,
  mistakesByNumber,
  plotMistakesByNumber,
  plotReliability,
  type ReportPicture,
  type ReportSection,
} from "../explore/mod.ts";
import {
  bootstrapCalibration,
  brierScore,
  calibrationError,
  logLoss,
  reliability,
  type ScoreInterval,
} from "../metrics/mod.ts";
import type { IntervalOptions } from "../train/run_scores.ts";
import { intervalText, type Judged } from "./judged.ts";

/** How far probabilities are from what came true. */
export async function calibrationSection(
  { predictions, groups }: Judged,
  drawing: IntervalOptions,
): Promise<ReportSection> {
  const drawn = groups && bootstrapCalibration(predictions, { groups, ...drawing });
  const { expected, maximum } = calibrationError(predictions);
  const row = (name: string, value: number, interval?: ScoreInterval) => ({
    measure: name,
    value,
    ...drawn && { "95 % interval": intervalText(interval && [interval.low, interval.high]) },
  });
  const promised = mean(reliability(predictions), "confidence"), kept = mean(reliability(predictions), "frequency");
  const side = promised > kept ? "surer than it should be" : "less sure than it could be";
  return {
    title: "Calibration",
    text:
      `The predicted class had a probability of ${promised.toFixed(3)} on average, and was right in ${
        kept.toFixed(3)
      } ` +
      `of the images: the run is ${side}.\n` +
      "The expected calibration error (ECE) is the mean distance between the two over 15 bins of probability; it is above 0 " +
      "for perfect probabilities too, the more so the fewer the images.",
    tables: [{
      title: "Calibration of the probabilities",
      rows: [
        row("expected calibration error", expected, drawn?.calibrationError),
        row("largest error of a bin", maximum),
        row("log loss (nats)", meanLogLoss(predictions), drawn?.logLoss),
        row("Brier score", brierScore(predictions), drawn?.brier),
      ],
    }],
    pictures: [{
      title: "How often the predicted class was right, by its probability",
      name: "reliability",
      picture: await plotReliability(reliability(predictions), { title: "" }),
    }],
  };
}

function mean(rows: ReturnType<typeof reliability>, key: "confidence" | "frequency"): number {
  const images = rows.reduce((sum, { count }) => sum + count, 0);
  return rows.reduce((sum, row) => sum + row.count * row[key], 0) / images;
}

function meanLogLoss({ probabilities, labels, classes }: Predictions): number {
  return logLoss(probabilities, labels, { classes: classes.length });
}

/** What of the mistakes is shown. */
export interface WorstOptions {
  /** Mistakes in the table. */
  readonly count: number;
  /** Whether the data set is there, so that numbers such as the age are known. */
  readonly hasData: boolean;
  /** The mistakes as photographs, and where the network looked. */
  readonly pictures: readonly ReportPicture[];
}

/** The mistakes, the most confident first. */
export async function mistakeSection(
  { predictions, dataset, schema }: Judged,
  { count, hasData, pictures }: WorstOptions,
): Promise<ReportSection> {
  const all = await findMistakes(predictions, dataset), numbers = schema.attributes.filter(({ cuts }) => cuts);
  const unknown = hasData ? [] : numbers.map(({ name }) => name);
  const rows = all.select(...all.columns.filter((name) => !unknown.includes(name)));
  const shown: ReportPicture[] = [...pictures];
  for (const { name, cuts } of hasData ? numbers : []) {
    const counted = mistakesByNumber(predictions, dataset, { attribute: name });
    shown.push({
      title: `Mistakes by ${name}, with Wilson's 95 % intervals; rules stand at the cuts`,
      name: `by_${name}`,
      picture: await plotMistakesByNumber(counted, { attribute: name, cuts, title: "" }),
    });
  }
  const total = predictions.ids.length, wrong = all.height;
  return {
    title: "Worst mistakes",
    text: `${wrong.toLocaleString("en")} of ${total.toLocaleString("en")} images are predicted wrong. ` +
      "Those that the run was surest of tell most: a label that may be wrong, or what it never learned. The margin is by how " +
      "much the predicted class's probability is above the true one's." +
      (hasData ? "" : "\nThe photographs and Grad-CAM are left out, as they need the data set (--data)."),
    tables: wrong === 0 ? [] : [{ title: wrong > count ? `The ${count} surest` : "All", rows: rows.head(count) }],
    pictures: shown,
  };
}
