/** Runs on disk that nobody trained: files as training leaves them, with predictions that are drawn. */
import { FACE_SCHEMA, type Predictions, type Rng, type Schema } from "../../src/core/mod.ts";
import { ensureDir } from "../../src/io/mod.ts";
import { savePredictions } from "../../src/frame/mod.ts";
import { joinFolds } from "../../src/predict/mod.ts";
import { resolveConfig } from "../../src/train/mod.ts";

/** What a run is made like. */
export interface MadeRun {
  /** Persons that it is validated on, by number. */
  readonly persons: readonly number[];
  /** Images of each; 3 by default. */
  readonly each?: number;
  /** Chance of a right prediction; 0.7 by default. */
  readonly right?: number;
  /** Attributes and classes; those of the faces by default. */
  readonly schema?: Schema;
  /** Options that differ from the defaults. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Whether it says who is on the images; it does by default. */
  readonly says?: boolean;
  /** Whether it is at its end; it is by default. */
  readonly finished?: boolean;
}

/** Predictions of persons' images; the labels depend on the person and the image alone. */
export function drawPredictions(
  rng: Rng,
  { persons, each = 3, right = 0.7, schema = FACE_SCHEMA }: MadeRun,
): Predictions {
  const rows = persons.flatMap((person) => Array.from({ length: each }, (_, k) => ({ person, k })));
  const C = schema.classes.length, probabilities = new Float32Array(rows.length * C);
  const labels = Int32Array.from(rows, ({ person, k }) => (person * 7 + k * 5) % C);
  rows.forEach((_, i) => {
    const decided = rng() < right ? labels[i]! : Math.floor(rng() * C);
    for (let c = 0; c < C; c++) probabilities[i * C + c] = c === decided ? 0.5 : 0.5 / (C - 1);
  });
  return { ids: rows.map(({ person, k }) => `p${person}/${k}`), classes: schema.classes, probabilities, labels };
}

/** Writes one run's folder, and returns what it predicts. */
export async function writeRun(dir: string, rng: Rng, made: MadeRun): Promise<Predictions> {
  const { config = {}, schema = FACE_SCHEMA, says = true, finished = true } = made;
  await ensureDir(dir);
  const write = (name: string, value: unknown) => Deno.writeTextFile(`${dir}/${name}`, JSON.stringify(value));
  const valid = drawPredictions(rng, made);
  const history = [1, 2, 3].map((epoch) => ({
    epoch,
    seconds: 2,
    validMacroF1: 0.4 - (epoch - 2) ** 2 / 10,
    validAccuracy: 0.5,
    validLoss: 1,
  }));
  await Deno.writeTextFile(`${dir}/.lock`, "");
  await write("config.json", resolveConfig(config));
  await write("env.json", { versions: { deno: "2.9.6" }, backend: { name: "wasm", skipped: [] } });
  await write("data.json", {
    digest: "0123456789abcdef".repeat(4),
    schema,
    train: 100,
    valid: valid.ids,
    ...says && { groups: valid.ids.map((id) => id.split("/")[0]) },
    leftOut: [],
  });
  await Deno.writeTextFile(`${dir}/metrics.jsonl`, history.map((row) => `${JSON.stringify(row)}\n`).join(""));
  if (!finished) return valid;
  await savePredictions(valid, `${dir}/valid.parquet`);
  await write("summary.json", { best: history[1], history });
  return valid;
}

/** Writes a cross-validation of as many folds, joined unless told otherwise, and returns its out-of-fold predictions. */
export async function writeFolds(
  dir: string,
  rng: Rng,
  { folds, joined = true, persons, ...made }: MadeRun & { readonly folds: number; readonly joined?: boolean },
): Promise<Predictions> {
  const parts: Predictions[] = [];
  for (let k = 0; k < folds; k++) {
    const own = persons.filter((person) => person % folds === k);
    const config = { ...made.config, folds };
    parts.push(await writeRun(`${dir}/fold-${k}`, rng.fork(k), { ...made, persons: own, config }));
  }
  const oof = joinFolds(parts);
  if (joined) await savePredictions(oof, `${dir}/oof.parquet`);
  return oof;
}
