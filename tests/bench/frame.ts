/**
 * Times frames beside pandas: both have the same table of a data set's rows, and answer the same questions in turn.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" };
import { seededRng } from "../../src/core/rng.ts";
import { counts, crosses } from "../../src/explore/mod.ts";
import {
  type DataFrame,
  makeFrame,
  predictionsToFrame,
  readCsvFrame,
  readParquet,
  writeCsvFrame,
  writeParquet,
} from "../../src/frame/mod.ts";
import { peakMemoryMiB, processor, versions } from "./machine.ts";
import { round } from "./timing.ts";

/** What is timed. */
export interface FrameBenchOptions {
  /** Rows of the table. */
  readonly rows: number;
  /** Rounds of all questions, after one that is not timed. */
  readonly rounds: number;
  /** The Python that has pandas. */
  readonly python: string;
  /** Ends it before its time. */
  readonly signal: AbortSignal;
}

/** A question's least times in milliseconds; pandas' is absent where it lacks what it takes. */
export interface FrameTiming {
  readonly query: string;
  readonly ms: number;
  readonly pandasMs?: number;
  /** pandas' time to ours: more than 1 means that maskfold is faster. */
  readonly ratio?: number;
}

/** Answers a question and returns a number that tells whether both answers are one. */
type Query = () => number | Promise<number>;

const CLASSES = 18;

/**
 * Times all questions, round by round, ours and pandas' in turn.
 *
 * @throws {Error} If the two give different answers, or Python has no pandas.
 */
export async function timeFrames({ rows, rounds, python, signal }: FrameBenchOptions) {
  const dir = await Deno.makeTempDir();
  try {
    const frame = await table(rows);
    await writeCsvFrame(frame, `${dir}/table.csv`);
    await using pandas = await startPandas(python, `${dir}/table.csv`);
    const queries = await queriesOn(frame, dir);
    const least = new Map<string, [number, number]>();
    for (let k = 0; k <= rounds; k++) {
      for (const [name, query] of Object.entries(queries)) {
        signal.throwIfAborted();
        const start = performance.now();
        const answer = await query();
        const ms = performance.now() - start;
        const theirs = await pandas.ask(name);
        if (theirs && theirs.answer !== answer) {
          throw new Error(`Cannot compare "${name}" as the answers differ: ${answer} and ${theirs.answer}`);
        }
        if (k === 0) continue;
        const [a, b] = least.get(name) ?? [Infinity, Infinity];
        least.set(name, [Math.min(a, ms), Math.min(b, theirs?.ms ?? Infinity)]);
      }
    }
    const timings = [...least].map(([query, [ms, theirs]]): FrameTiming => ({
      query,
      ms: round(ms),
      ...theirs < Infinity ? { pandasMs: round(theirs), ratio: round(theirs / ms) } : {},
    }));
    const about = { ...versions(), polars: config.imports["nodejs-polars"].split("@").at(-1)!, ...pandas.versions };
    return { rows, rounds, timings, machine: processor(), peakMemoryMiB: peakMemoryMiB(), versions: about };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** The timings as a Markdown table. */
export function frameTable({ timings, rows }: { timings: readonly FrameTiming[]; rows: number }): string {
  const lines = timings.map(({ query, ms, pandasMs, ratio }) =>
    `| ${query} | ${ms.toFixed(1)} | ${pandasMs?.toFixed(1) ?? "cannot"} | ${ratio?.toFixed(2) ?? ""} |`
  );
  return [`| ${rows} rows | maskfold ms | pandas ms | pandas : maskfold |`, "| --- | ---: | ---: | ---: |", ...lines]
    .join("\n");
}

/** Persons with seven photographs each, as the data set has them. */
async function table(rows: number): Promise<DataFrame> {
  const rng = seededRng("frame bench");
  const masks = ["wear", "incorrect", "not wear"], genders = ["male", "female"], ages = ["young", "middle", "old"];
  const persons = Array.from(
    { length: Math.ceil(rows / 7) },
    () => [rng() < 0.38 ? 0 : 1, 18 + Math.floor(43 * rng())],
  );
  const of = <T>(value: (gender: number, age: number, mask: number, person: string, shot: number) => T) =>
    Array.from({ length: rows }, (_, i) => {
      const p = Math.floor(i / 7), shot = i % 7, [gender, age] = persons[p]!;
      return value(gender!, age!, shot < 5 ? 0 : shot - 4, `${p}`.padStart(6, "0"), shot);
    });
  const group = (age: number) => age < 30 ? 0 : age < 60 ? 1 : 2;
  const label = (gender: number, age: number, mask: number) => mask * 6 + gender * 3 + group(age);
  return await makeFrame({
    id: of((_g, _a, _m, person, shot) => `${person}-${shot}`),
    path: of((g, a, _m, person, shot) => `${person}_${genders[g]}_Asian_${a}/mask${shot}.jpg`),
    group: of((_g, _a, _m, person) => person),
    label: Int32Array.from(of(label)),
    class: of((g, a, m) => `${masks[m]}, ${genders[g]}, ${ages[group(a)]}`),
    mask: of((_g, _a, m) => masks[m]!),
    gender: of((g) => genders[g]!),
    age: of((_g, a) => a),
    ageGroup: of((_g, a) => ages[group(a)]!),
    fold: of((_g, _a, _m, person) => `fold ${Number(person) % 5}`),
  });
}

async function queriesOn(frame: DataFrame, dir: string): Promise<Record<string, Query>> {
  const rows = frame.height;
  const ids = (frame.getColumn("id").toArray() as string[]).toReversed();
  const predictions = await predictionsToFrame({
    ids,
    classes: Array.from({ length: CLASSES }, (_, c) => `${c}`),
    probabilities: new Float32Array(rows * CLASSES).map((_, i) => (i % 128) / 128),
    labels: new Int32Array(rows).fill(-1),
  });
  const probabilities = predictions.drop("label");
  const total = (values: ArrayLike<number>) => Array.from(values).reduce((sum, x) => sum + x, 0);
  const types = { label: "Int32", age: "Float64" } as const;
  const answer = (found: DataFrame, column: string) => total(found.getColumn(column).toTypedArray() as Int32Array);
  return {
    "counts of the classes, images and persons": async () => answer(await counts(frame, "class"), "persons"),
    "gender x age group, persons": async () =>
      answer(await crosses(frame, ["gender", "ageGroup"], { of: "persons" }), "all"),
    "join with predictions by id": () => {
      const joined = frame.join(probabilities, { on: "id", how: "left" });
      return joined.height + (joined.getColumn("p(3)").get(0) as number);
    },
    "CSV read": async () => (await readCsvFrame(`${dir}/table.csv`, { types })).height,
    "CSV write": () => writeCsvFrame(frame, `${dir}/ours.csv`).then(() => rows),
    "Parquet write": () => writeParquet(frame, `${dir}/ours.parquet`).then(() => rows),
    "Parquet read": async () => (await readParquet(`${dir}/ours.parquet`)).height,
  };
}

/** Starts the reference, which answers a line with a line. */
async function startPandas(python: string, path: string) {
  const script = new URL("./frame_reference.py", import.meta.url).pathname;
  const args = [script, path, `${CLASSES}`];
  const child = new Deno.Command(python, { args, stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const writer = child.stdin.getWriter();
  let rest = "";
  const next = async () => {
    while (!rest.includes("\n")) {
      const { value, done } = await lines.read();
      if (done) throw new Error(`Cannot compare with pandas as "${python}" ended: does it have pandas?`);
      rest += value;
    }
    const [line] = rest.split("\n", 1);
    rest = rest.slice(line!.length + 1);
    return JSON.parse(line!);
  };
  const versions = await next() as Record<string, string>;
  return {
    versions,
    async ask(query: string): Promise<{ ms: number; answer: number } | undefined> {
      await writer.write(new TextEncoder().encode(`${query}\n`));
      return await next() ?? undefined;
    },
    async [Symbol.asyncDispose]() {
      await writer.close();
      await lines.cancel();
      await child.status;
    },
  };
}
