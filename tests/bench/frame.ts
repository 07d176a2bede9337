/**
 * Times frames beside pandas: both have the same table of a data set's rows, and answer the same questions in turn.
 *
 * @module
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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
import { peakMemoryMiB, processor, processorTime, versions } from "./machine.ts";
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

/** Milliseconds, by the clock and of the processor, all threads. */
interface Times {
  readonly ms: number;
  readonly onProcessor: number;
}

/** A question's least times; pandas' are absent where it lacks what it takes. */
export interface FrameTiming extends Times {
  readonly query: string;
  readonly pandas?: Times;
}

/** The less of each time. */
function lesser(a: FrameTiming | undefined, b: FrameTiming): FrameTiming {
  const less = (a: Times | undefined, b: Times): Times => ({
    ms: round(Math.min(a?.ms ?? Infinity, b.ms)),
    onProcessor: round(Math.min(a?.onProcessor ?? Infinity, b.onProcessor)),
  });
  return { query: b.query, ...less(a, b), ...b.pandas ? { pandas: less(a?.pandas, b.pandas) } : {} };
}

/** Frees what earlier questions found, so that no later one pays for it. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  await new Promise((resolve) => setTimeout(resolve, 0)); // lets Polars' memory go
}

/** Anything as text, keys in order. */
function canonical(value: unknown): string {
  const inOrder = (_: string, value: unknown) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1))
      : value;
  return JSON.stringify(value, inOrder) ?? "nothing";
}

/** A question: what is timed, and afterwards what it found, as both programs have it. */
interface Query<T> {
  readonly run: () => T | Promise<T>;
  readonly found: (result: T) => unknown;
}

/** What is timed, beside a table of the times. */
const ABOUT =
  `Each time is of one call, and both start from the frame that their own CSV reader made of the same file, text
as text and with nothing left to free; what was found is compared afterwards. pandas runs
- counts: groupby("class", sort=False, observed=True).agg(images=("id", "size"), persons=("group", "nunique"));
- cross: groupby(["gender", "ageGroup"], sort=False, observed=True)["group"].nunique().unstack(fill_value=0);
- join: merge(predictions, on="id", how="left"), predictions in the reverse order;
- CSV and Parquet: read_csv with every column's type given, to_csv(index=False), to_parquet(compression="zstd"), read_parquet.
maskfold runs counts(), crosses() with their rows in the classes' order, DataFrame.join(), readCsvFrame() with its checks,
writeCsvFrame(), writeParquet(), readParquet(), writing with the file flushed to the disk.`;

const CLASSES = 18;

/**
 * Times all questions, round by round, ours and pandas' in turn.
 *
 * @throws {Error} If the two give different answers, or Python has no pandas.
 */
export async function timeFrames({ rows, rounds, python, signal }: FrameBenchOptions) {
  const dir = await Deno.makeTempDir();
  try {
    await writeCsvFrame(await table(rows), `${dir}/table.csv`);
    const frame = await readCsvFrame(`${dir}/table.csv`, { types: TYPES });
    await using pandas = await startPandas(python, `${dir}/table.csv`);
    const queries = await queriesOn(frame, dir);
    const least = new Map<string, FrameTiming>();
    for (let k = 0; k <= rounds; k++) {
      for (const [name, query] of Object.entries(queries)) {
        signal.throwIfAborted();
        await collectGarbage(); // pandas has dropped its last result too
        const start = performance.now(), startOnProcessor = processorTime();
        const result = await query.run();
        const ms = performance.now() - start, onProcessor = processorTime() - startOnProcessor;
        const theirs = await pandas.ask(name), [ours, other] = [query.found(result), theirs?.found].map(canonical);
        if (theirs && other !== ours) {
          throw new Error(`Cannot compare "${name}" as the answers differ: ${ours} and ${other}`);
        }
        if (k === 0) continue;
        least.set(name, lesser(least.get(name), { query: name, ms, onProcessor, pandas: theirs }));
      }
    }
    const timings = [...least.values()];
    const about = { ...versions(), polars: config.imports["nodejs-polars"].split("@").at(-1)!, ...pandas.versions };
    return { rows, rounds, timings, machine: processor(), peakMemoryMiB: peakMemoryMiB(), versions: about };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** The timings as a Markdown table. */
export function frameTable({ timings, rows }: { timings: readonly FrameTiming[]; rows: number }): string {
  const lines = timings.map(({ query, ms, onProcessor, pandas }) => {
    const theirs = pandas
      ? [pandas.ms.toFixed(1), (pandas.ms / ms).toFixed(2), (pandas.onProcessor / onProcessor).toFixed(2)]
      : ["cannot", "", ""];
    return `| ${[query, ms.toFixed(1), ...theirs].join(" | ")} |`;
  });
  return [
    ABOUT,
    "",
    `| ${rows} rows | maskfold ms | pandas ms | pandas : maskfold | of processor time |`,
    "| --- | ---: | ---: | ---: | ---: |",
    ...lines,
  ].join("\n");
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

/** The types of the table's columns that are not text. */
const TYPES = { label: "Int32", age: "Float64" } as const;

async function queriesOn(frame: DataFrame, dir: string): Promise<Record<string, Query<unknown>>> {
  const rows = frame.height;
  const ids = (frame.getColumn("id").toArray() as string[]).toReversed();
  const predictions = await predictionsToFrame({
    ids,
    classes: Array.from({ length: CLASSES }, (_, c) => `${c}`),
    probabilities: new Float32Array(rows * CLASSES).map((_, i) => (i % 128) / 128),
    labels: new Int32Array(rows).fill(-1),
  });
  const probabilities = predictions.drop("label");
  const query = <T>(run: Query<T>["run"], found: Query<T>["found"]) => ({ run, found }) as Query<unknown>;
  const total = (frame: DataFrame, column: string) =>
    (frame.getColumn(column).toTypedArray() as Float64Array).reduce((sum, x) => sum + x, 0);
  const records = (frame: DataFrame) => frame.toRecords() as Record<string, string | number>[];
  const ends = (frame: DataFrame) => {
    const row = (i: number) => frame.columns.map((name) => frame.getColumn(name).get(i));
    return { rows: frame.height, ages: total(frame, "age"), first: row(0), last: row(frame.height - 1) };
  };
  return {
    "counts of the classes, images and persons": query(
      () => counts(frame, "class"),
      (found) => Object.fromEntries(records(found).map((row) => [row.class, [row.images, row.persons]])),
    ),
    "gender x age group, persons": query(
      () => crosses(frame, ["gender", "ageGroup"], { of: "persons" }),
      (found) => Object.fromEntries(records(found).map(({ gender, all: _, ...row }) => [gender, row])),
    ),
    "join with predictions by id": query(
      () => frame.join(probabilities, { on: "id", how: "left" }),
      (joined) => [joined.height, joined.getColumn("id").get(1), joined.getColumn("p(3)").get(1)],
    ),
    "CSV read": query(() => readCsvFrame(`${dir}/table.csv`, { types: TYPES }), ends),
    "CSV write": query(() => writeCsvFrame(frame, `${dir}/ours.csv`), () => rows),
    "Parquet write": query(() => writeParquet(frame, `${dir}/ours.parquet`), () => rows),
    "Parquet read": query(() => readParquet(`${dir}/ours.parquet`), ends),
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
    async ask(query: string): Promise<Times & { readonly found: unknown } | undefined> {
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
