import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { decodeLabel, FACE_SCHEMA, makeSchema, type Predictions } from "../../src/core/mod.ts";
import { reportHtml, tableText } from "../../src/explore/mod.ts";
import { savePredictions } from "../../src/frame/mod.ts";
import { confusionMatrix, macroF1, pairedBootstrap, predictedClasses } from "../../src/metrics/mod.ts";
import {
  compareRuns,
  comparisonLine,
  comparisonReport,
  comparisonTables,
  type RunComparison,
  type ScoreDifference,
} from "../../src/train/mod.ts";
import { differencesOf, flatten } from "../../src/train/differences.ts";
import { reordered } from "../predict/fixture.ts";
import { between, printedRng } from "../random.ts";
import { withDir } from "../temporary.ts";
import { writeFolds, writeRun } from "./made_runs.ts";
import { shuffled } from "../../src/core/rng.ts";

const rng = printedRng();
const persons = Array.from({ length: between(rng, 13, 25) }, (_, i) => i);
const draws = { resamples: 60, seed: 5 };

/** Every difference of a comparison's first pair. */
function scoresOf({ pairs: [pair] }: RunComparison): ScoreDifference[] {
  const { macroF1, accuracy, perClass, perAttribute } = pair!.scores!;
  return [macroF1, accuracy, ...perClass, ...perAttribute];
}

Deno.test("compareRuns() takes differences on the same draws of persons, as pairedBootstrap() does", () =>
  withDir(async (dir) => {
    const a = await writeRun(`${dir}/a`, rng.fork("a"), { persons, right: 0.5 });
    const b = await writeRun(`${dir}/b`, rng.fork("b"), { persons, right: 0.8 });
    const { pairs: [pair], runs } = await compareRuns([`${dir}/a`, `${dir}/b`], draws);
    const groups = a.ids.map((id) => id.split("/")[0]!), options = { labels: a.labels, groups, classes: 18, ...draws };
    const sides = [a, b].map(predictedClasses) as [Int32Array, Int32Array];
    const expected = pairedBootstrap([sides[0]], [sides[1]], options);
    for (const key of ["macroF1", "accuracy"] as const) {
      const { difference, low, high, above } = expected[key], found = pair!.scores![key];
      assertEquals([found.difference, found.interval, found.above], [difference, [low, high], above]);
      assertEquals([found.first, found.second], runs.map(({ scores }) => scores![key].score));
    }
    assertEquals([pair!.first, pair!.second, pair!.note, pair!.scores!.persons], ["a", "b", null, persons.length]);
  }));

Deno.test("compareRuns() scores classes and attributes by the classes decided for", () =>
  withDir(async (dir) => {
    const sides = [
      await writeRun(`${dir}/a`, rng.fork("c"), { persons }),
      await writeRun(`${dir}/b`, rng.fork("d"), { persons }),
    ];
    const { pairs: [pair] } = await compareRuns([`${dir}/a`, `${dir}/b`], draws),
      { perClass, perAttribute } = pair!.scores!;
    assertEquals(perClass.map(({ name }) => name), FACE_SCHEMA.classes);
    for (const [k, side] of (["first", "second"] as const).entries()) {
      const confusion = confusionMatrix(predictedClasses(sides[k]!), sides[k]!.labels, { classes: 18 });
      for (const [c, row] of perClass.entries()) {
        const right = confusion[c * 18 + c]!;
        let wrong = 0;
        for (let i = 0; i < 18; i++) if (i !== c) wrong += confusion[c * 18 + i]! + confusion[i * 18 + c]!;
        if (right + wrong === 0) assertEquals(row[side], null);
        else assertAlmostEquals(row[side]!, 2 * right / (2 * right + wrong), 1e-12);
      }
      FACE_SCHEMA.attributes.forEach(({ name, levels }, place) => {
        const toLevel = (label: number) => decodeLabel(FACE_SCHEMA, label)[place]!;
        const expected = macroF1(predictedClasses(sides[k]!).map(toLevel), sides[k]!.labels.map(toLevel), {
          classes: levels.length,
        });
        assertEquals(perAttribute[place]!.name, name);
        assertAlmostEquals(perAttribute[place]![side]!, expected, 1e-12);
      });
    }
  }));

Deno.test("compareRuns() does not depend on the order of rows, and the other way round gives the opposite", () =>
  withDir(async (dir) => {
    await writeRun(`${dir}/a`, rng.fork("e"), { persons });
    const b = await writeRun(`${dir}/b`, rng.fork("f"), { persons });
    const there = scoresOf(await compareRuns([`${dir}/a`, `${dir}/b`], draws));
    const back = scoresOf(await compareRuns([`${dir}/b`, `${dir}/a`], draws));
    for (const [i, { difference, interval }] of there.entries()) {
      if (difference === null) continue;
      assertAlmostEquals(back[i]!.difference!, -difference, 1e-12);
      assertAlmostEquals(back[i]!.interval![0], -interval![1], 1e-12);
    }
    await savePredictions(reordered(b, shuffled(b.ids.keys(), rng)), `${dir}/b/valid.parquet`);
    assertEquals(scoresOf(await compareRuns([`${dir}/a`, `${dir}/b`], draws)), there);
  }));

Deno.test("compareRuns() finds no difference between a run and itself", () =>
  withDir(async (dir) => {
    await writeRun(`${dir}/a`, rng.fork("g"), { persons });
    const comparison = await compareRuns([`${dir}/a`, `${dir}/a`], draws);
    assertEquals([comparison.config, comparison.data, comparison.environment], [[], [], []]);
    for (const { difference, interval } of scoresOf(comparison)) {
      assert(difference === null || difference === 0 && interval![0] === 0 && interval![1] === 0);
    }
    assertEquals(comparison.runs.map(({ name }) => name), [`${dir}/a (1)`, `${dir}/a (2)`]);
  }));

Deno.test("compareRuns() shows the options that differ and no others, defaults included", () =>
  withDir(async (dir) => {
    await writeRun(`${dir}/a`, rng, { persons, config: { lr: 1e-3, augments: [{ name: "horizontalFlip" }] } });
    const augments = [{ name: "colorJitter" }, { name: "horizontalFlip" }];
    await writeRun(`${dir}/b`, rng, { persons, config: { lr: 2e-3, augments, loss: { name: "focal", gamma: 1 } } });
    const path = `${dir}/b/config.json`, { viewAverage: _, ...older } = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, JSON.stringify(older)); // older than an option, which then has its default
    const { config } = await compareRuns([`${dir}/a`, `${dir}/b`], draws);
    const values = new Map(config.map(({ name, values }) => [name, values]));
    assertEquals(values.get("lr"), [1e-3, 2e-3]);
    assertEquals(values.get("loss.name"), ["crossEntropy", "focal"]);
    assertEquals(values.get("loss.gamma"), [undefined, 1]);
    assertEquals(values.get("augments"), ["horizontalFlip", "colorJitter+horizontalFlip"]);
    const others = [...values.keys()].filter((name) => !/^(lr|loss|augments)/.test(name));
    assertEquals([others, values.has("augments.horizontalFlip.chance")], [[], false]);
  }));

Deno.test("flatten() and differencesOf() give back what was changed, and nothing of equal records", () => {
  const record = { a: { b: 1, c: [1, 2] }, parts: [{ name: "x", p: 1 }, { name: "x", p: 2 }], none: [], weights: null };
  assertEquals(Object.fromEntries(flatten(record)), {
    "a.b": 1,
    "a.c": [1, 2],
    "parts": "x+x",
    "parts.x.p": 1,
    "parts.x 2.p": 2,
    "none": "none",
    "weights": null,
  });
  const changed = { ...record, a: { b: 1, c: [2, 1] }, weights: undefined };
  assertEquals(differencesOf([record, record, changed].map(flatten)), [
    { name: "a.c", values: [[1, 2], [1, 2], [2, 1]] },
    { name: "weights", values: [null, null, undefined] },
  ]);
  const parts = [{ loss: { name: "a" }, lr: 1 }, { loss: { name: "b", gamma: 2 }, lr: 2 }].map(flatten);
  assertEquals(differencesOf(parts).map(({ name }) => name), ["loss.name", "loss.gamma", "lr"]);
});

Deno.test("compareRuns() tells in what data and environment differ, of a cross-validation over its folds", () =>
  withDir(async (dir) => {
    await writeFolds(`${dir}/a`, rng, { persons, folds: 2 });
    await writeFolds(`${dir}/b`, rng, { persons, folds: 3 });
    const env = { versions: { deno: "3.0.0" }, backend: { name: "webgpu", skipped: [] } };
    await Deno.writeTextFile(`${dir}/b/fold-2/env.json`, JSON.stringify(env));
    const { data, environment, pairs: [pair] } = await compareRuns([`${dir}/a`, `${dir}/b`], draws);
    assertEquals(data.map(({ name }) => name), ["digest", "folds"]);
    assertEquals(environment, [
      { name: "versions.deno", values: ["2.9.6", "2.9.6 / 3.0.0"] },
      { name: "backend.name", values: ["wasm", "wasm / webgpu"] },
    ]);
    assert(pair!.scores!.macroF1.interval, "out-of-fold of the same images");
  }));

Deno.test("compareRuns() takes no difference where the images or labels are not the same, and says why", () =>
  withDir(async (dir) => {
    const a = await writeRun(`${dir}/a`, rng, { persons });
    const some = await writeRun(`${dir}/some`, rng, { persons: persons.slice(1) });
    await writeRun(`${dir}/stopped`, rng, { persons, finished: false });
    await writeRun(`${dir}/other`, rng, { persons });
    const labels = a.labels.map((label, i) => i === 4 ? (label + 1) % 18 : label);
    await savePredictions({ ...a, labels }, `${dir}/other/valid.parquet`);
    const dirs = ["a", "some", "stopped", "other"].map((name) => `${dir}/${name}`);
    const comparison = await compareRuns(dirs, draws), notes = comparison.pairs.map(({ note }) => note!);
    assertEquals(comparison.pairs.map(({ scores }) => scores), [null, null, null]);
    assertStringIncludes(
      notes[0]!,
      `the first ${a.ids.length}, the second ${some.ids.length}, both ${some.ids.length}`,
    );
    assertStringIncludes(notes[1]!, "stopped has not predicted");
    assertStringIncludes(notes[2]!, `1 images have other labels, "${a.ids[4]}"`);
    assertStringIncludes(comparisonLine(comparison), "some beside a: they did not predict the same images");
  }));

Deno.test("compareRuns() gives no interval where no run says its persons, or they disagree", () =>
  withDir(async (dir) => {
    for (const name of ["a", "b"]) await writeRun(`${dir}/${name}`, rng, { persons, says: false });
    await writeRun(`${dir}/c`, rng, { persons });
    const compare = async (...names: string[]) => {
      const { pairs: [pair] } = await compareRuns(names.map((name) => `${dir}/${name}`), draws);
      return pair!;
    };
    const old = await compare("a", "b"), new_ = await compare("a", "c");
    assertEquals([old.scores!.macroF1.interval, old.scores!.macroF1.above, old.scores!.persons], [null, null, null]);
    assert(old.scores!.macroF1.difference !== null && old.note!.includes("do not say"));
    assert(new_.scores!.macroF1.interval !== null && new_.note === null, "one that says is enough");
    await writeRun(`${dir}/d`, rng, { persons });
    const path = `${dir}/d/data.json`, data = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, JSON.stringify({ ...data, groups: data.groups.with(0, "somebody else") }));
    const disagreeing = await compare("c", "d");
    assert(disagreeing.scores!.macroF1.interval === null && disagreeing.note!.includes(`"${data.valid[0]}"`));
  }));

Deno.test("compareRuns() refuses other classes and shows the difference, a broken run, no run, and one alone", () =>
  withDir(async (dir) => {
    const schema = makeSchema(
      FACE_SCHEMA.attributes.with(2, { name: "age", levels: ["young", "middle", "old"], cuts: [30, 59] }),
    );
    await writeRun(`${dir}/a`, rng, { persons });
    await writeRun(`${dir}/b`, rng, { persons, schema });
    await writeRun(`${dir}/broken`, rng, { persons });
    await Deno.writeTextFile(`${dir}/broken/summary.json`, "{");
    const compare = (...names: string[]) => compareRuns(names.map((name) => `${dir}/${name}`), draws);
    await assertRejects(() => compare("a", "b"), TypeError, "attributes.age.cuts ([30,60], here [30,59])");
    await assertRejects(() => compare("a", "broken"), Error, "summary.json");
    await assertRejects(() => compareRuns([`${dir}/a`, dir], draws), Error, "neither config.json nor fold-0");
    await assertRejects(() => compare("a"), RangeError, "at least 2: current value is 1");
  }));

Deno.test("comparisonTables() and comparisonReport() show each run beside the first", () =>
  withDir(async (dir) => {
    const parts: Predictions[] = [];
    for (const name of ["a", "b", "c"]) parts.push(await writeRun(`${dir}/${name}`, rng.fork(name), { persons }));
    const comparison = await compareRuns(["a", "b", "c"].map((name) => `${dir}/${name}`), draws);
    const tables = comparisonTables(comparison);
    assertEquals(tables.map(({ title }) => title), ["Scores", "b beside a", "c beside a"]);
    const { difference } = comparison.pairs[1]!.scores!.macroF1;
    assertStringIncludes(tableText(tables[2]!.rows), `${difference! < 0 ? "" : "+"}${difference!.toFixed(4)}`);
    const page = reportHtml(await comparisonReport(comparison));
    for (const text of ["c beside a", "All options are the same.", "F1 of wear male young", "<svg"]) {
      assertStringIncludes(page, text);
    }
  }));
