import { assertEquals, assertRejects } from "@std/assert";
import {
  appendPredictions,
  type DetailedPredictions,
  loadDetailedPredictions,
  loadPredictionParts,
  loadPredictions,
  saveDetailedPredictions,
} from "../../src/frame/mod.ts";
import { randomInt, type Rng, shuffled } from "../../src/core/rng.ts";
import { between, printedRng } from "../random.ts";
import { withDir } from "../temporary.ts";

/** Predictions with logits and views, as they are asked for. */
function details(rng: Rng, ids: readonly string[], { logits = true, views = 2 } = {}): DetailedPredictions {
  const classes = ["v0(a)", "b (c)", "views"],
    numbers = () => Float32Array.from({ length: ids.length * 3 }, () => rng() - 0.5);
  return {
    ids,
    classes,
    probabilities: numbers(),
    labels: Int32Array.from(ids, () => randomInt(rng, 4) - 1),
    ...logits ? { logits: numbers() } : {},
    ...views > 0
      ? { views: Array.from({ length: views }, (_, k) => ({ name: `view "${k}"`, probabilities: numbers() })) }
      : {},
  };
}

const rng = printedRng();
const names = Array.from({ length: between(rng, 9, 40) }, (_, i) => `${i}`.padStart(4, "0"));

Deno.test("saveDetailedPredictions() and loadDetailedPredictions() keep every bit of logits and views", () =>
  withDir(async (dir) => {
    for (const kind of [{}, { logits: false }, { views: 0 }, { logits: false, views: 0 }, { views: 11 }]) {
      const given = details(rng, names, kind);
      await saveDetailedPredictions(given, `${dir}/a.parquet`);
      assertEquals(await loadDetailedPredictions(`${dir}/a.parquet`), given);
      const { logits: _, views: __, ...plain } = given;
      assertEquals(await loadPredictions(`${dir}/a.parquet`), plain);
    }
  }));

/** Rows of predictions. */
function rowsOf(all: DetailedPredictions, rows: readonly number[]): DetailedPredictions {
  const pick = (values: Float32Array) =>
    Float32Array.from(rows.flatMap((row) => [...values.subarray(3 * row, 3 * row + 3)]));
  return {
    ids: rows.map((row) => all.ids[row]!),
    classes: all.classes,
    probabilities: pick(all.probabilities),
    labels: Int32Array.from(rows, (row) => all.labels[row]!),
    logits: pick(all.logits!),
    views: all.views!.map(({ name, probabilities }) => ({ name, probabilities: pick(probabilities) })),
  };
}

Deno.test("loadPredictionParts() joins by id whatever the parts were, and their order", () =>
  withDir(async (dir) => {
    const all = details(rng, names);
    const rows = shuffled(names.keys(), rng), parts: DetailedPredictions[] = [];
    while (rows.length > 0) parts.push(rowsOf(all, rows.splice(0, between(rng, 1, 7))));
    await Promise.all(parts.map((part) => appendPredictions(part, dir)));
    await Deno.writeTextFile(`${dir}/notes.parquet`, "no part");
    assertEquals(await loadPredictionParts(dir), all);
    await appendPredictions(parts[0]!, dir); // a process that starts anew
    assertEquals(await loadPredictionParts(dir), all);
    const files = Array.from(Deno.readDirSync(dir), ({ name }) => name).filter((name) => name.startsWith("part-"));
    assertEquals(files.length, parts.length);
  }));

Deno.test("appendPredictions() of several processes at once loses nothing", () =>
  withDir(async (dir) => {
    const frame = new URL("../../src/frame/mod.ts", import.meta.url).href;
    const script = `
      const { appendPredictions } = await import(${JSON.stringify(frame)});
      const [dir, k] = Deno.args;
      for (let i = 0; i < 5; i++) {
        await appendPredictions({ ids: [k + i], classes: ["a"], probabilities: Float32Array.of(1), labels: Int32Array.of(0) }, dir);
      }`;
    await Deno.writeTextFile(`${dir}/write.ts`, script);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const codes = await Promise.all(["x", "y"].map(async (k) => {
      const args = ["run", "-A", "-q", "--no-check", "--config", config, `${dir}/write.ts`, dir, k];
      const { code, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
      return code === 0 ? "" : new TextDecoder().decode(stderr);
    }));
    assertEquals(codes, ["", ""]);
    const { ids } = await loadPredictionParts(dir);
    assertEquals(ids, ["x0", "x1", "x2", "x3", "x4", "y0", "y1", "y2", "y3", "y4"]);
  }));

Deno.test("loadPredictionParts() refuses an id in two parts, and names their files", () =>
  withDir(async (dir) => {
    const [one, other] = await Promise.all(
      [details(rng, ["a", "b"]), details(rng, ["b", "c"])].map((part) => appendPredictions(part, dir)),
    );
    const files = [one!, other!].map((path) => path.slice(dir.length + 1)).sort();
    await assertRejects(() => loadPredictionParts(dir), RangeError, `"b" is in ${files[0]} and ${files[1]}`);
  }));

Deno.test("loadPredictionParts() refuses parts that differ in views or logits, half a file, and no part", () =>
  withDir(async (dir) => {
    await assertRejects(() => loadPredictionParts(dir), RangeError, "there is none");
    await assertRejects(() => appendPredictions(details(rng, []), dir), RangeError, "at least one row");
    const path = await appendPredictions(details(rng, ["a"]), dir);
    const other = await appendPredictions(details(rng, ["b"], { logits: false }), dir);
    await assertRejects(() => loadPredictionParts(dir), TypeError, "no logits");
    await Deno.remove(other);
    await Deno.writeFile(path, (await Deno.readFile(path)).slice(0, 100));
    await assertRejects(() => loadPredictionParts(dir), SyntaxError, path);
  }));
