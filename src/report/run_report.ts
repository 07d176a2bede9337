/**
 * A run as a page: how good it is and how sure that is, what it confuses, how it learned, and what it was made from.
 *
 * @module
 */
import type { Dataset } from "../core/records.ts";
import type { Report, ReportPicture, ReportSection } from "../explore/mod.ts";
import type { TrainConfig } from "../train/config.ts";
import { scoreText } from "../train/list_runs.ts";
import type { RunContents } from "../train/run_contents.ts";
import { attributeSection, classSection, confusionSection } from "./class_sections.ts";
import { configSection, dataSection, environmentSection } from "./fact_sections.ts";
import { durationText, judgedOf, withPersons } from "./judged.ts";
import { curveSection, scoreSection, timeSection } from "./score_sections.ts";
import { calibrationSection, mistakeSection } from "./trust_sections.ts";

/** What a report takes in beside the run. */
export interface RunReportOptions {
  /** What the page calls the run; the name in its entry by default. */
  readonly name?: string;
  /** The data set that it was trained on; with it numbers, such as the age, are known. */
  readonly dataset?: Dataset;
  /** The worst mistakes as pictures: what `mistakeSheets` draws. */
  readonly pictures?: readonly ReportPicture[];
  /** Mistakes in the table; 24 by default. */
  readonly mistakes?: number;
  /** Configurations by name; options are compared with the one most like them. */
  readonly presets?: Readonly<Record<string, TrainConfig>>;
  /** How often persons are drawn for the intervals; 2000 by default. */
  readonly resamples?: number;
  /** Seed of the draws; 0 by default. */
  readonly seed?: number | string;
}

/** Rows of a table on a run's page, for `reportHtml`: a long training's epochs are all shown. */
export const RUN_ROWS = 400;

/**
 * Tells of a run, or of a cross-validation with all folds and out-of-fold, what can be told: of one that goes on, as much as
 * there is.
 *
 * @example
 * ```ts
 * import { readRunContents, resolveConfig, RUN_ROWS, runReport, writeReport } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir(); // a run that has just begun
 * await Deno.writeTextFile(`${dir}/config.json`, JSON.stringify(resolveConfig({ epochs: 3 })));
 * const report = await runReport(await readRunContents(dir), { name: "first" });
 * assertEquals(report.sections[0]!.title, "Scores");
 * await writeReport(report, `${dir}/report.html`, { rows: RUN_ROWS });
 * ```
 *
 * @param read What `readRunContents` reads.
 * @param options Data set, pictures, presets, and how intervals are drawn.
 * @returns The report, for `writeReport` with {@linkcode RUN_ROWS} rows.
 * @throws {TypeError} If the data set's classes are not the run's.
 * @throws {RangeError} If an image predicted is not in the data set.
 */
export async function runReport(read: RunContents, options: RunReportOptions = {}): Promise<Report> {
  const { dataset, pictures = [], mistakes = 24, presets = {}, resamples = 2000, seed = 0 } = options;
  const drawing = { resamples, seed }, contents = dataset ? withPersons(read, dataset, drawing) : read;
  const judged = judgedOf(contents, dataset);
  const sections: ReportSection[] = [await scoreSection(contents), await curveSection(contents)];
  if (judged) {
    sections.push(
      await classSection(judged, drawing),
      await confusionSection(judged),
      ...await attributeSection(judged, drawing),
      await calibrationSection(judged, drawing),
      await mistakeSection(judged, { count: mistakes, hasData: dataset !== undefined, pictures }),
    );
  }
  sections.push(
    configSection(contents, presets),
    dataSection(contents),
    environmentSection(contents),
    timeSection(contents),
  );
  return { title: options.name ?? contents.entry.name, text: summaryOf(contents), sections };
}

function summaryOf({ entry }: RunContents): string {
  const { kind, state, model, scores, epochs, seconds, folds, fault, config } = entry;
  const planned = kind === "cross-validation" && config ? config.folds : folds.length;
  const whole = `${kind === "ablation trial" ? "an" : "a"} ${kind}`, isPart = folds.length < planned;
  const several = isPart
    ? `${folds.length} of ${planned} folds of ${whole}`
    : `${whole.charAt(0).toUpperCase()}${whole.slice(1)} of ${folds.length} folds`;
  const what = folds.length > 0 ? several : "A run";
  const score = scores
    ? `, macro F1 ${scoreText(scores.macroF1)}, ` +
      `accuracy ${scores.accuracy.score.toFixed(4)}, on ${scores.images.toLocaleString("en")} images` +
      (scores.persons === null ? "" : ` of ${scores.persons.toLocaleString("en")} persons`)
    : "";
  const ended = folds.filter(({ state }) => state === "finished").length;
  const unfinished = folds.length === 0
    ? "It has not come to its end"
    : `${ended} of the ${folds.length} folds here ${ended === 1 ? "has" : "have"} come to ${
      ended === 1 ? "its" : "their"
    } end`;
  const so = { finished: "It is finished", unfinished, broken: "It is broken" }[state];
  return [
    `${what} of ${model ?? "an unknown model"}${score}.`,
    `${so}: ${epochs} epochs in ${durationText(seconds)}.`,
    fault ?? "",
  ].join("\n");
}
