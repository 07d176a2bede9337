/**
 * A comparison of runs for people: tables, and a page with charts.
 *
 * @module
 */
import {
  plotAblation,
  plotRuns,
  type Report,
  type ReportPicture,
  type ReportSection,
  type ReportTable,
} from "../explore/mod.ts";
import type { RunComparison, RunPair } from "./compare_runs.ts";
import { type Difference, valueText } from "./differences.ts";
import { scoreText } from "./list_runs.ts";
import type { ScoreDifference } from "./pair_scores.ts";

/**
 * A comparison as tables: scores, what differs, and each run beside the first. Tables without rows are left out.
 *
 * @param comparison What `compareRuns` returns.
 * @returns The tables, each with its title.
 */
export function comparisonTables(comparison: RunComparison): readonly ReportTable[] {
  const names = comparison.runs.map(({ name }) => name);
  const differing = (title: string, rows: readonly Difference[]): RecordTable => ({
    title,
    rows: rows.map(({ name, values }) => ({
      "": name,
      ...Object.fromEntries(names.map((run, i) => [run, valueText(values[i])])),
    })),
  });
  return [
    scoresTable(comparison),
    differing("Options that differ", comparison.config),
    differing("Data that differs", comparison.data),
    differing("Environment that differs", comparison.environment),
    ...comparison.pairs.map(pairTable),
  ].filter(({ rows }) => rows.length > 0);
}

/** A table of records, whose number is known. */
type RecordTable = ReportTable & { readonly rows: readonly object[] };

function scoresTable({ runs }: RunComparison): RecordTable {
  return {
    title: "Scores",
    rows: runs.map(({ name, kind, state, scores, epochs, seconds }) => ({
      run: name,
      kind,
      state,
      "macro F1": scores ? scoreText(scores.macroF1) : "",
      accuracy: scores ? scoreText(scores.accuracy) : "",
      "log loss": scores?.logLoss.toFixed(4) ?? "",
      images: scores ? `${scores.images}` : "",
      persons: scores ? `${scores.persons ?? "not said"}` : "",
      epochs: `${epochs}`,
      minutes: (seconds / 60).toFixed(1),
    })),
  };
}

function pairTable({ first, second, scores }: RunPair): RecordTable {
  const rowOf = (row: ScoreDifference, kind = "") => ({
    score: `${kind}${row.name}`,
    [first]: row.first?.toFixed(4) ?? "",
    [second]: row.second?.toFixed(4) ?? "",
    difference: row.difference === null ? "" : signed(row.difference),
    "95 % interval": row.interval ? `[${row.interval.map(signed).join(", ")}]` : "",
    "share above 0": row.above?.toFixed(3) ?? "",
  });
  const rows = scores && [
    rowOf(scores.macroF1),
    rowOf(scores.accuracy),
    ...scores.perAttribute.map((row) => rowOf(row, "macro F1 of ")),
    ...scores.perClass.map((row) => rowOf(row, "F1 of ")),
  ];
  return { title: `${second} beside ${first}`, rows: rows ?? [] };
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(4)}`;
}

/**
 * A comparison as a page: its tables, the scores with their intervals drawn side by side, and the differences to the first.
 *
 * @param comparison What `compareRuns` returns.
 * @returns The page, for `writeReport`.
 */
export async function comparisonReport(comparison: RunComparison): Promise<Report> {
  const { runs, pairs } = comparison, names = runs.map(({ name }) => name);
  const tables = comparisonTables(comparison),
    titled = (title: string) => tables.filter((table) => table.title === title);
  const marks = runs.flatMap(({ name, scores }) => scores ? [{ name, ...scores.macroF1 }] : []);
  const scorePictures: ReportPicture[] = marks.length === 0 ? [] : [{
    title: "Macro F1 with its 95 % interval over persons",
    picture: await plotRuns(marks),
    name: "scores",
  }];
  const sections: ReportSection[] = [{
    title: "Scores",
    text:
      "On the validation images, out-of-fold for a cross-validation; intervals tell how much other persons could change them.",
    tables: titled("Scores"),
    pictures: scorePictures,
  }];
  for (const pair of pairs) sections.push(await pairSection(pair, tables));
  for (
    const [title, none] of [
      ["Options that differ", "All options are the same."],
      ["Data that differs", "They were trained on the same data and folds."],
      ["Environment that differs", "They ran on the same software and machine."],
    ] as const
  ) {
    const own = titled(title);
    sections.push({ title, text: own.length > 0 ? "" : none, tables: own });
  }
  return { title: names.join(" and "), text: comparisonLine(comparison), sections };
}

async function pairSection(
  { first, second, scores, note }: RunPair,
  tables: readonly ReportTable[],
): Promise<ReportSection> {
  const title = `${second} beside ${first}`, text = note ? `${note.charAt(0).toUpperCase()}${note.slice(1)}.` : "";
  if (!scores) return { title, text };
  const effects = [scores.macroF1, scores.accuracy, ...scores.perAttribute].flatMap(({ name, difference, interval }) =>
    difference !== null && interval ? [{ name, difference, low: interval[0], high: interval[1] }] : []
  );
  const perClass = scores.perClass.flatMap(({ name, difference, interval }) =>
    difference !== null && interval ? [{ name, difference, low: interval[0], high: interval[1] }] : []
  );
  const pictures: ReportPicture[] = [];
  for (const [name, score, of] of [["differences", "score", effects], ["classes", "F1", perClass]] as const) {
    if (of.length === 0) continue;
    pictures.push({
      title: `Differences in ${score}, with 95 % intervals over persons`,
      picture: await plotAblation(of, { first, score }),
      name: `${name}_${second.replace(/[^\w.=-]+/g, "_")}`,
    });
  }
  return {
    title,
    text: [`${scores.images} images of ${scores.persons ?? "unknown"} persons, predicted by both.`, text].join("\n"),
    tables: tables.filter((table) => table.title === title),
    pictures,
  };
}

/**
 * The figure that matters on one line: `b beside a: macro F1 +0.0123 [-0.0010, +0.0250]`, for each run after the first.
 *
 * @param comparison What `compareRuns` returns.
 */
export function comparisonLine({ pairs }: Pick<RunComparison, "pairs">): string {
  return pairs.map(({ first, second, scores, note }) => {
    const { difference, interval } = scores?.macroF1 ?? { difference: null, interval: null };
    const figure = difference === null ? "" : `macro F1 ${signed(difference)}`;
    const ends = interval ? ` [${interval.map(signed).join(", ")}]` : "";
    return `${second} beside ${first}: ${[figure + ends, note ?? ""].filter((text) => text !== "").join(", ")}`;
  }).join("; ");
}
