import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { seededRng } from "../../src/core/mod.ts";
import { savePredictions } from "../../src/frame/mod.ts";
import { bootstrapScore, predictedClasses, score } from "../../src/metrics/mod.ts";
import { listRuns, rankRuns, type RunEntry, runsTable } from "../../src/train/mod.ts";
import { between, printedRng } from "../random.ts";
import { withDir } from "../temporary.ts";
import { writeFolds, writeRun } from "./made_runs.ts";

const rng = printedRng();
const persons = Array.from({ length: between(rng, 13, 25) }, (_, i) => i);

/** What is compared of entries in short. */
function brief(entries: readonly RunEntry[]) {
  return entries.map(({ name, kind, state, folds }) => [name, kind, state, folds.length]);
}

Deno.test("listRuns() finds runs at any depth, each fold in its cross-validation, and what trials belong to", () =>
  withDir(async (dir) => {
    await writeRun(`${dir}/b/deep/down`, rng.fork("run"), { persons });
    await writeFolds(`${dir}/a`, rng.fork("folds"), { persons, folds: 3 });
    await writeFolds(`${dir}/study/loss=focal,lr=0.1/seed-42`, rng.fork("trial"), { persons, folds: 2 });
    await writeFolds(`${dir}/search/trial-0003/epochs-4`, rng.fork("sweep"), { persons, folds: 2 });
    await writeFolds(`${dir}/three/seed-1`, rng.fork("seed"), { persons, folds: 2 });
    await writeRun(`${dir}/a/cache/no`, rng.fork("cache"), { persons });
    await Deno.symlink(dir, `${dir}/three/around`);
    await writeRun(`${dir}/gan`, rng.fork("gan"), { persons });
    await Deno.writeTextFile(`${dir}/gan/config.json`, '{"generator": {"name": "dcgan"}, "epochs": 3}');
    assertEquals(brief(await listRuns(dir)), [
      ["a", "cross-validation", "finished", 3],
      ["b/deep/down", "run", "finished", 0],
      ["search/trial-0003/epochs-4", "sweep trial", "finished", 2],
      ["study/loss=focal,lr=0.1/seed-42", "ablation trial", "finished", 2],
      ["three/seed-1", "cross-validation", "finished", 2],
    ]);
    assertEquals(brief(await listRuns(`${dir}/a`)), [["a", "cross-validation", "finished", 3]]);
  }));

Deno.test("listRuns() scores a run by what it predicted, with intervals by person", () =>
  withDir(async (dir) => {
    const valid = await writeRun(`${dir}/run`, rng.fork("scores"), { persons, config: { model: "resnet18" } });
    const [entry] = await listRuns(dir, { resamples: 50, seed: 3 });
    const { macroF1, accuracy, logLoss, count } = score(valid);
    const drawn = bootstrapScore([predictedClasses(valid)], {
      labels: valid.labels,
      groups: valid.ids.map((id) => id.split("/")[0]!),
      classes: valid.classes.length,
      resamples: 50,
      seed: 3,
    });
    assertEquals(entry!.scores, {
      images: count,
      persons: persons.length,
      macroF1: { score: macroF1, interval: [drawn.macroF1.low, drawn.macroF1.high] },
      accuracy: { score: accuracy, interval: [drawn.accuracy.low, drawn.accuracy.high] },
      logLoss,
    });
    assertEquals([entry!.model, entry!.epochs, entry!.seconds, entry!.best!.epoch], ["resnet18", 3, 6, 2]);
    assertEquals(entry!.images, 100 + valid.ids.length);
    const [lock, summary] = await Promise.all([".lock", "summary.json"].map((name) => Deno.stat(`${dir}/run/${name}`)));
    assertEquals([entry!.started, entry!.ended], [lock, summary].map((file) => file!.mtime!.toISOString()));
  }));

Deno.test("listRuns() scores a cross-validation out-of-fold, whatever the order of the rows", () =>
  withDir(async (dir) => {
    const oof = await writeFolds(`${dir}/all`, rng.fork("oof"), { persons, folds: 4 });
    const [entry] = await listRuns(dir);
    assertAlmostEquals(entry!.scores!.macroF1.score, score(oof).macroF1, 1e-12);
    assertEquals(entry!.scores!.persons, persons.length);
    assertEquals([entry!.epochs, entry!.seconds, entry!.best], [12, 24, null]);
    const places = [...oof.ids.keys()].reverse(), C = oof.classes.length;
    await savePredictions({
      ids: places.map((i) => oof.ids[i]!),
      classes: oof.classes,
      labels: Int32Array.from(places, (i) => oof.labels[i]!),
      probabilities: Float32Array.from(places.flatMap((i) => [...oof.probabilities.subarray(i * C, (i + 1) * C)])),
    }, `${dir}/all/oof.parquet`);
    const [again] = await listRuns(dir);
    const { logLoss, ...scores } = again!.scores!, { logLoss: before, ...expected } = entry!.scores!;
    assertEquals(scores, expected);
    assertAlmostEquals(logLoss, before, 1e-12); // summed in another order
  }));

Deno.test("listRuns() gives no interval for a run that does not say its persons", () =>
  withDir(async (dir) => {
    await writeRun(`${dir}/old`, rng.fork("old"), { persons, says: false });
    const entries = await listRuns(dir), { macroF1, accuracy, persons: said } = entries[0]!.scores!;
    assertEquals([macroF1.interval, accuracy.interval, said], [null, null, null]);
    assert(macroF1.score > 0);
    assertStringIncludes(runsTable(entries), "not said");
  }));

Deno.test("listRuns() tells unfinished runs and folds from finished ones", () =>
  withDir(async (dir) => {
    await writeRun(`${dir}/stopped`, rng, { persons, finished: false });
    await writeFolds(`${dir}/unjoined`, rng, { persons, folds: 2, joined: false });
    await writeFolds(`${dir}/part`, rng, { persons, folds: 2 });
    await Deno.remove(`${dir}/part/fold-1`, { recursive: true });
    const [part, stopped, unjoined] = await listRuns(dir);
    assertEquals(brief([part!, stopped!, unjoined!]).map(([, , state]) => state), Array(3).fill("unfinished"));
    assertEquals([stopped!.best!.epoch, stopped!.epochs, stopped!.scores, stopped!.ended], [2, 3, null, null]);
    assertEquals([unjoined!.scores, unjoined!.ended], [null, null]);
    assert(unjoined!.folds.every(({ state, scores }) => state === "finished" && scores));
  }));

Deno.test("listRuns() takes a trial on one fold alone for finished once its search is", () =>
  withDir(async (dir) => {
    const trial = `${dir}/search/trial-0000/epochs-2`;
    const valid = await writeRun(`${trial}/fold-1`, rng.fork("one"), { persons });
    assertEquals((await listRuns(dir))[0]!.state, "unfinished");
    await Deno.writeTextFile(`${dir}/search/sweep.json`, "{}");
    const [entry] = await listRuns(dir);
    assertEquals([entry!.state, entry!.scores!.macroF1.score], ["finished", score(valid).macroF1]);
  }));

Deno.test("listRuns() says what is broken in a run, and lists the others", () =>
  withDir(async (dir) => {
    await writeRun(`${dir}/whole`, rng, { persons });
    const broken = {
      "config.json": ["{", '{"model": "resnet18", "epochs": 0}', "[]", "null"],
      "data.json": ["{}", '{"digest": "0"'],
      "summary.json": ["", "{}", '{"best": {}, "history": []}', "null"],
      "valid.parquet": ["", "PAR1"],
    };
    const cases = Object.entries(broken).flatMap(([file, texts]) => texts.map((text) => [file, text] as const));
    for (const [i, [file, text]] of cases.entries()) {
      await writeRun(`${dir}/broken-${i}`, rng, { persons });
      await Deno.writeTextFile(`${dir}/broken-${i}/${file}`, text);
    }
    for (const file of ["valid.parquet", "data.json"]) {
      await writeRun(`${dir}/lost ${file}`, rng, { persons });
      await Deno.remove(`${dir}/lost ${file}/${file}`);
    }
    const numbers = await writeRun(`${dir}/nan`, rng, { persons });
    await savePredictions({ ...numbers, probabilities: numbers.probabilities.fill(NaN) }, `${dir}/nan/valid.parquet`);
    const entries = await listRuns(dir);
    assertEquals(entries.length, cases.length + 4);
    for (const [i, [file, text]] of cases.entries()) {
      const { state, fault } = entries[i]!;
      assertEquals(state, "broken", `${file}: ${text}`);
      assertStringIncludes(fault!, file, text);
    }
    const faults = entries.slice(-4, -1).map(({ fault }) => fault!);
    for (const [i, text] of ["no data.json", "valid.parquet", "not a number"].entries()) {
      assertStringIncludes(faults[i]!, text);
    }
    assertEquals([entries.at(-1)!.name, entries.at(-1)!.state], ["whole", "finished"]);
    assertStringIncludes(runsTable(entries), "broken-0: Cannot read");
  }));

Deno.test("listRuns() says of a cross-validation which fold is broken, and why a trial failed", () =>
  withDir(async (dir) => {
    await writeFolds(`${dir}/folds`, rng, { persons, folds: 2 });
    await Deno.writeTextFile(`${dir}/folds/fold-1/summary.json`, "{");
    await writeRun(`${dir}/s/trial-0000/epochs-1/fold-0`, rng, { persons, finished: false });
    await Deno.writeTextFile(`${dir}/s/trial-0000/epochs-1/failed.json`, '{"message": "the loss is NaN"}');
    const [folds, trial] = await listRuns(dir);
    assertEquals([folds!.state, trial!.state, trial!.fault], ["broken", "broken", "the loss is NaN"]);
    assert(folds!.fault!.startsWith("fold-1: Cannot read"), folds!.fault!);
  }));

Deno.test("listRuns() refuses a folder that is not there", () =>
  withDir(async (dir) => {
    await assertRejects(() => listRuns(`${dir}/none`), Deno.errors.NotFound);
    assertEquals(await listRuns(dir), []);
    assertStringIncludes(runsTable([]), "no rows");
  }));

Deno.test("rankRuns() puts the best first and what has no score last, and changes nothing", () =>
  withDir(async (dir) => {
    for (const [i, right] of [0.2, 0.9, 0.5].entries()) {
      await writeRun(`${dir}/run-${i + 9}`, seededRng(i), { persons, right, each: 6 });
    }
    await writeRun(`${dir}/a`, rng, { persons, finished: false });
    const entries = await listRuns(dir), before = [...entries];
    const names = (order: Parameters<typeof rankRuns>[1]) => rankRuns(entries, order).map(({ name }) => name);
    assertEquals(names("macroF1"), ["run-10", "run-11", "run-9", "a"]);
    assertEquals(names("logLoss"), ["run-10", "run-11", "run-9", "a"]);
    assertEquals(names("name"), ["a", "run-9", "run-10", "run-11"]);
    assertEquals(entries, before);
    assertThrows(() => rankRuns(entries, "best" as never), RangeError, '"macroF1"');
  }));
