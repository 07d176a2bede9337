/**
 * Times what is done with predictions: scores, means, calibrations and fitted ensembles of ten members over 18 classes.
 *
 * @module
 */
import { type Predictions, type Rng, seededRng } from "../../src/core/mod.ts";
import { score } from "../../src/metrics/mod.ts";
import { calibrate, ensemble, fitEnsemble } from "../../src/predict/mod.ts";
import { normal } from "../../src/paint/draw.ts";
import { peakMemoryMiB, processor, versions } from "./machine.ts";

const CLASSES = 18;

/** What is timed. */
export interface PredictionBenchOptions {
  /** Rows of each member. */
  readonly rows: number;
  /** Members of the ensembles. */
  readonly members: number;
  /** Stops between two. */
  readonly signal: AbortSignal;
}

/** How long one thing took. */
export interface PredictionTiming {
  /** What was done. */
  readonly what: string;
  /** Milliseconds of the one call. */
  readonly ms: number;
  /** What came of it: a score, where it has one. */
  readonly found: string;
}

/** Calls each function once, on members drawn from a seed whose errors are partly their own. */
export function timePredictions({ rows, members: count, signal }: PredictionBenchOptions) {
  const rng = seededRng(7), labels = Int32Array.from({ length: rows }, () => Math.floor(rng() * CLASSES));
  const ids = Array.from(labels, (_, i) => `image ${i}`);
  const common = Float32Array.from({ length: rows * CLASSES }, () => normal(rng));
  const members = Array.from({ length: count }, (_, m) => member(rng, { ids, labels, common, noise: 0.6 + 0.05 * m }));
  const timings: PredictionTiming[] = [], first = members[0]!;
  const time = <T>(what: string, call: () => T, found: (result: T) => string): T => {
    signal.throwIfAborted();
    const start = performance.now(), result = call();
    timings.push({ what, ms: performance.now() - start, found: found(result) });
    return result;
  };
  const digits = (value: number) => value.toFixed(4), f1 = (it: Predictions) => `macro F1 ${digits(score(it).macroF1)}`;
  time("scores of one member", () => score(first), ({ macroF1 }) => `macro F1 ${digits(macroF1)}`);
  for (const name of ["temperature", "vectorScaling", "isotonic"] as const) {
    time(`calibration: ${name}`, () => calibrate(first, { name }), () => "");
  }
  for (const name of ["arithmetic", "geometric", "rank"] as const) {
    time(`mean of ${count}: ${name}`, () => ensemble(members, { mean: { name } }), f1);
  }
  const weighted = (objective: "logLoss" | "macroF1", name: "simplex" | "greedy") =>
    time(
      `weights of ${count} for ${objective}: ${name}`,
      () => fitEnsemble(members, { objective, method: { name } }),
      (fitted) => `${objective} ${digits(fitted.score)}`,
    );
  weighted("logLoss", "simplex");
  weighted("macroF1", "greedy");
  const seconds = timings.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  return {
    rows,
    members: count,
    timings,
    seconds,
    machine: processor(),
    peakMemoryMiB: peakMemoryMiB(),
    versions: versions(),
  };
}

/** The timings as a Markdown table, and the sum below it. */
export function predictionTable({ timings, rows, seconds, peakMemoryMiB }: ReturnType<typeof timePredictions>): string {
  const lines = timings.map(({ what, ms, found }) => `| ${what} | ${ms.toFixed(0)} | ${found} |`);
  return [
    `| ${rows} rows x ${CLASSES} classes | ms | found |`,
    "| --- | ---: | --- |",
    ...lines,
    "",
    `in all ${seconds.toFixed(1)} s, peak memory ${peakMemoryMiB} MiB, the members included`,
  ].join("\n");
}

/** A member: logits of the right class, of errors that all make, and of its own. */
function member(
  rng: Rng,
  { ids, labels, common, noise }: {
    readonly ids: readonly string[];
    readonly labels: Int32Array;
    readonly common: Float32Array;
    readonly noise: number;
  },
): Predictions {
  const probabilities = new Float32Array(common.length);
  for (let i = 0; i < labels.length; i++) {
    const row = i * CLASSES;
    let sum = 0;
    for (let c = 0; c < CLASSES; c++) {
      const logit = (c === labels[i] ? 2 : 0) + common[row + c]! + normal(rng, 0, noise);
      sum += probabilities[row + c] = Math.exp(logit);
    }
    for (let c = 0; c < CLASSES; c++) probabilities[row + c]! /= sum;
  }
  const classes = Array.from({ length: CLASSES }, (_, c) => `class ${c}`);
  return { ids, classes, probabilities, labels };
}
