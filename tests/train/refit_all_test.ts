import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { predict } from "../../src/predict/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import {
  epochLine,
  listRuns,
  loadModel,
  openRun,
  openRuns,
  planRefit,
  refit,
  resolveConfig,
  type Run,
} from "../../src/train/mod.ts";
import { withDir } from "../temporary.ts";
import { patchConfig, patchImages } from "./fixtures.ts";
import { writePatches } from "./patch_files.ts";

/** A run whose best epoch is given, of four. */
function runOf(best: number, config = patchConfig()): Run {
  const row = (epoch: number) => ({ epoch, validMacroF1: epoch === best ? 0.9 : 0.1, validLoss: 0, validAccuracy: 0 });
  return { dir: `fold ${best}`, config, history: [1, 2, 3, 4].map(row) } as unknown as Run;
}

Deno.test("planRefit() keeps the folds' configuration for the median of their best epochs", () => {
  const config = patchConfig({ patience: 2, validateEvery: 5 });
  const plan = planRefit([3, 4, 2].map((best) => runOf(best, config)));
  assertEquals(plan.best, [3, 4, 2]);
  assertEquals(plan.config, resolveConfig(config, { epochs: 3, patience: 0, validateEvery: 0 }));
  assertEquals(planRefit([runOf(3, config)], { keep: "steps" }).config.epochs, 2);
});

Deno.test("planRefit() takes other seeds, and refuses other configurations, a plateau and no run", () => {
  assertEquals(planRefit([runOf(2), runOf(3, patchConfig({ seed: 7 }))]).config.seed, patchConfig().seed);
  assertThrows(() => planRefit([runOf(2), runOf(3, patchConfig({ lr: 1 }))]), TypeError, `"fold 3" differs in lr`);
  assertThrows(() => planRefit([runOf(2, patchConfig({ schedule: "plateau" }))]), TypeError, "must not follow");
  assertThrows(() => planRefit([]), RangeError, "number of histories");
});

Deno.test("refit() trains on all, goes on after a stop, and leaves a run that opens, lists, loads and predicts", () =>
  withDir(async (root) => {
    await initBackend({ need: "train" });
    const dataset = await writePatches(`${root}/data`, 4), dir = `${root}/runs/all`, cacheDir = `${root}/cache`;
    for (const average of [{ name: "none" }, { name: "ema" }]) {
      const config = patchConfig({ epochs: 3, average, validateEvery: 1 }), abort = new AbortController();
      let steps = 0;
      const options = { dir: `${dir}/seed-1`, cacheDir, onStep: () => ++steps === 2 && abort.abort() };
      await assertRejects(() => refit(dataset, config, { ...options, signal: abort.signal }), DOMException);
      const run = await refit(dataset, config, { dir: `${dir}/seed-1`, cacheDir });
      const whole = await refit(dataset, config, { dir: `${root}/runs/whole`, cacheDir });
      assertEquals(run.history.map(({ trainLoss }) => trainLoss), whole.history.map(({ trainLoss }) => trainLoss));
      for (const { dir } of [run, whole]) assertEquals(await openRun(dir), dir === run.dir ? run : whole);
      assertEquals([run.best.epoch, run.best.validMacroF1, run.valid.ids], [3, NaN, []]);
      const data = JSON.parse(await Deno.readTextFile(`${run.dir}/data.json`));
      assertEquals([data.train, data.valid], [12, []]);
      const weights = (name: string) => Deno.readFile(`${name}/best.safetensors`);
      assertEquals(await weights(run.dir), await weights(whole.dir));
      assertEquals((await openRuns(dir)).map(({ dir }) => dir), [`${dir}/seed-1`]);
      const entries = await listRuns(`${root}/runs`);
      assertEquals(entries.map(({ state, fault, scores }) => [state, fault, scores]), [
        ["finished", null, null],
        ["finished", null, null],
      ]);
      const model = await loadModel(run);
      const { ids, probabilities } = await predict(model, patchImages(dataset));
      assertEquals(ids.length, 12);
      assert(probabilities.every(Number.isFinite));
      model.dispose();
      assert(epochLine(run.best, { best: true, epochs: 3 }).includes("no validation"));
      await Deno.remove(`${root}/runs`, { recursive: true });
    }
  }));

Deno.test("refit() refuses a schedule that follows a score", () =>
  withDir(async (root) => {
    const dataset = await writePatches(`${root}/data`, 2), config = patchConfig({ schedule: "plateau" });
    await assertRejects(() => refit(dataset, config, { dir: `${root}/run` }), TypeError, "plateau");
  }));

Deno.test("openRuns() says of a folder whether it is missing or holds no run", async () => {
  await withDir(async (dir) => {
    await assertRejects(() => openRuns(`${dir}/none`), Deno.errors.NotFound, 'none" as there is no such folder');
    await assertRejects(() => openRuns(dir), Error, "as it holds neither config.json nor fold-0");
  });
});
