import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Dataset } from "../../src/core/records.ts";
import { isFrame } from "../../src/frame/mod.ts";
import { FACE_SCHEMA } from "../../src/core/schema.ts";
import { reportHtml } from "../../src/explore/html_report.ts";
import { macroF1 } from "../../src/metrics/mod.ts";
import { predictedClasses } from "../../src/metrics/score.ts";
import { readRunContents, runReport } from "../../src/report/mod.ts";
import { resolveConfig } from "../../src/train/mod.ts";
import type { Report, ReportSection } from "../../src/explore/mod.ts";
import { withDir } from "../temporary.ts";
import { writeFolds, writeRun } from "../train/made_runs.ts";
import { printedRng } from "../random.ts";

const few = { resamples: 40 };
const persons = Array.from({ length: 30 }, (_, i) => i);

function section({ sections }: Report, title: string): ReportSection {
  const found = sections.find((one) => one.title === title);
  assert(found, `${title} is missing: ${sections.map(({ title }) => title)}`);
  return found;
}

function rowsOf(report: Report, title: string, table: number): readonly Record<string, unknown>[] {
  const rows = section(report, title).tables![table]!.rows;
  return (isFrame(rows) ? rows.toRecords() : rows) as Record<string, unknown>[];
}

Deno.test("runReport() of a cross-validation has each fold and the whole, as scored by themselves", async () => {
  await withDir(async (dir) => {
    const oof = await writeFolds(dir, printedRng(), { folds: 3, persons });
    const report = await runReport(await readRunContents(dir, few), few);
    const rows = rowsOf(report, "Scores", 0);
    assertEquals(rows.map((row) => row[""]), ["fold-0", "fold-1", "fold-2", "out-of-fold"]);
    const whole = macroF1(predictedClasses(oof), oof.labels, { classes: oof.classes.length });
    assertEquals(rows[3]!["macro F1"], whole);
    assertEquals(rows[3]!.images, oof.ids.length);
    assertStringIncludes(report.text, whole.toFixed(4));
    const classes = rowsOf(report, "Classes", 0);
    assertEquals(classes.reduce((sum, row) => sum + (row.images as number), 0), oof.ids.length);
    assert(classes.some((row) => /^\[0\.\d{4}, [01]\.\d{4}\]$/.test(`${row["95 % interval"]}`)));
    assertStringIncludes(section(report, "Data and split").text, "None of the 30 persons is in two folds.");
  });
});

Deno.test("runReport() tells a person who is in two folds", async () => {
  await withDir(async (dir) => {
    const rng = printedRng(), config = { folds: 2 };
    await writeRun(`${dir}/fold-0`, rng, { persons: [1, 2], each: 2, config });
    await writeRun(`${dir}/fold-1`, rng, { persons: [3, 2], each: 2, config });
    const report = await runReport(await readRunContents(dir, few), few);
    assertStringIncludes(section(report, "Data and split").text, "1 person is in two folds, p2 the first");
    assertStringIncludes(report.text, `"p2/0" occurs again`);
  });
});

Deno.test("runReport() says in which options a run differs from the preset most like it", async () => {
  await withDir(async (dir) => {
    await writeRun(dir, printedRng(), { persons, config: { epochs: 7, lr: 0.01, batchSize: 3 } });
    const presets = {
      far: resolveConfig({ lr: 0.5, resize: 99, crop: 99 }),
      near: resolveConfig({ lr: 0.01, batchSize: 3 }),
    };
    const report = await runReport(await readRunContents(dir, few), { ...few, presets });
    assertEquals(rowsOf(report, "Configuration", 0), [{ option: "epochs", "this run": "7", preset: "15" }]);
    assertEquals(
      new Set(rowsOf(report, "Configuration", 1).map(({ option }) => option)),
      new Set(["epochs", "lr", "batchSize"]),
    );
    assertStringIncludes(section(report, "Configuration").text, `"near"`);
  });
});

Deno.test("runReport() of a run that goes on has what there is, and its page says so", async () => {
  await withDir(async (dir) => {
    await writeRun(dir, printedRng(), { persons, finished: false });
    const report = await runReport(await readRunContents(dir, few), few), page = reportHtml(report);
    assertStringIncludes(page, "It has not come to its end: 3 epochs");
    assertEquals(rowsOf(report, "Scores", 0), [
      { "": rowsOf(report, "Scores", 0)[0]![""], "best epoch": 2, "macro F1": 0.4, epochs: 3, of: 15 },
    ]);
    assertEquals(rowsOf(report, "Learning curves", 0).length, 3);
    assert(!report.sections.some(({ title }) => title === "Classes"));
  });
});

Deno.test("runReport() of a fold that was trained by itself, or of those that have ended, tells what they predict", async () => {
  await withDir(async (dir) => {
    const rng = printedRng(), config = { folds: 4 }, [some, more, rest] = [[1, 2, 3], [4, 5], [6, 7]];
    await writeRun(`${dir}/fold-0`, rng, { persons: some!, config });
    const one = await runReport(await readRunContents(dir, few), few);
    assertEquals(rowsOf(one, "Scores", 0).map((row) => [row[""], row.images]), [["fold-0", 9]]);
    await writeRun(`${dir}/fold-1`, rng, { persons: more!, config });
    await writeRun(`${dir}/fold-2`, rng, { persons: rest!, config, finished: false });
    const two = await runReport(await readRunContents(dir, few), few);
    assertEquals(rowsOf(two, "Scores", 0).map((row) => [row[""], row.images]), [
      ["fold-0", 9],
      ["fold-1", 6],
      ["fold-2", null],
      ["all of the 2 ended", 15],
    ]);
    assertEquals(rowsOf(two, "Classes", 0).reduce((sum, row) => sum + (row.images as number), 0), 15);
    assertStringIncludes(one.text, "1 of 4 folds of a cross-validation");
    assertStringIncludes(two.text, "2 of the 3 folds here have come to their end");
  });
});

Deno.test("runReport() of a run that has not begun an epoch, or lost its files, is a page all the same", async () => {
  await withDir(async (dir) => {
    await writeRun(dir, printedRng(), { persons, finished: false });
    for (const name of ["metrics.jsonl", "data.json", "env.json"]) {
      await Deno.remove(`${dir}/${name}`);
      assert(reportHtml(await runReport(await readRunContents(dir, few), few)).includes("</html>"), name);
    }
    await Deno.writeTextFile(`${dir}/config.json`, "{");
    assertStringIncludes(reportHtml(await runReport(await readRunContents(dir, few), few)), "It is broken");
  });
});

Deno.test("runReport() of a run on all samples, which validates on none, has its training's curves", async () => {
  await withDir(async (dir) => {
    await writeRun(dir, printedRng(), { persons: [], finished: false });
    const none = { validLoss: null, validAccuracy: null, validMacroF1: null, validF1: [], confusion: [] };
    const history = [1, 2].map((epoch) => ({
      epoch,
      seconds: 1,
      lr: 1e-3,
      trainLoss: 1 / epoch,
      trainAccuracy: 0.5,
      ...none,
    }));
    await Deno.writeTextFile(`${dir}/summary.json`, JSON.stringify({ best: history[1], history }));
    const report = await runReport(await readRunContents(dir, few), few), page = reportHtml(report);
    assertStringIncludes(page, "It is finished: 2 epochs");
    assertStringIncludes(section(report, "Scores").text, "no labelled validation images");
    assertEquals(rowsOf(report, "Learning curves", 0).map((row) => [row["train loss"], row["valid macro F1"]]), [
      [1, null],
      [0.5, null],
    ]);
    assert(!/NaN|undefined/.test(page), /.{80}(NaN|undefined).{80}/.exec(page)?.[0]);
  });
});

Deno.test("runReport() takes persons and ages from the data set where the run does not say them", async () => {
  await withDir(async (dir) => {
    const oof = await writeFolds(dir, printedRng(), { folds: 2, persons, says: false });
    const samples = oof.ids.map((id, i) => {
      const [group] = id.split("/");
      return { id, path: id, group: group!, label: oof.labels[i]!, attributes: { age: 20 + i % 50 } };
    });
    const dataset: Dataset = { schema: FACE_SCHEMA, samples, root: dir, faults: [] };
    const contents = await readRunContents(dir, few);
    const without = await runReport(contents, few), report = await runReport(contents, { ...few, dataset });
    assert(!("persons" in rowsOf(without, "Scores", 0)[2]!));
    assertEquals(rowsOf(report, "Scores", 0)[2]!.persons, 30);
    assertStringIncludes(section(without, "Worst mistakes").text, "--data");
    assert(!("age" in rowsOf(without, "Worst mistakes", 0)[0]!));
    assert("age" in rowsOf(report, "Worst mistakes", 0)[0]!);
    assertEquals(section(report, "Worst mistakes").pictures!.map(({ name }) => name), ["by_age"]);
    const mistaken = { ...dataset, samples: samples.slice(1) };
    await assertRejects(() => runReport(contents, { ...few, dataset: mistaken }), RangeError, oof.ids[0]);
  });
});

Deno.test("readRunContents() names a folder without a run", async () => {
  await withDir(async (dir) => {
    await assertRejects(() => readRunContents(dir), Error, dir);
  });
});
