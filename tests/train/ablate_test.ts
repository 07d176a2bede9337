import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { loadPredictions } from "../../src/frame/mod.ts";
import { macroF1, predictedClasses } from "../../src/metrics/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import { ablate, ablationLine, ablationTable, type StepState } from "../../src/train/mod.ts";
import { patchConfig } from "./fixtures.ts";
import { writePatches } from "./patch_files.ts";

const root = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(root, { recursive: true }));
const dataset = await writePatches(`${root}/data`, 6);
const config = patchConfig({ epochs: 1, folds: 2, batchSize: 5, augments: [], views: [{ name: "identity" }] });
const vary = { loss: ["crossEntropy", { name: "focal", gamma: 1 }], lr: [3e-3, 1e-6] };

Deno.test("ablate() stopped and begun again trains nothing twice, and ends as it would have at once", async () => {
  await initBackend({ need: "train" });
  const options = { vary, seeds: 2, fold: 1, resamples: 100 };
  let steps = 0;
  const count = { onStep: () => void steps++ };
  const unbroken = await ablate(dataset, config, { ...options, ...count, dir: `${root}/unbroken` });
  const inAll = steps;
  assertEquals(inAll, 4 * 2 * Math.ceil(9 / 5));

  steps = 0;
  const stop = new AbortController();
  const onEpoch = () => steps >= inAll / 2 && stop.abort();
  const broken = { ...options, ...count, dir: `${root}/broken` };
  await assertRejects(() => ablate(dataset, config, { ...broken, onEpoch, signal: stop.signal }), DOMException);
  const again = await ablate(dataset, config, broken);
  assertEquals(steps, inAll);
  assertEquals(again, { ...unbroken, dir: broken.dir });

  await ablate(dataset, config, { ...broken, onStep: (_: StepState) => assert(false, "trained again") });
});

Deno.test("ablate() scores what its runs predicted, each against the first", async () => {
  const { rows, best, seeds } = await ablate(dataset, config, {
    vary,
    seeds: 2,
    fold: 1,
    resamples: 100,
    dir: `${root}/unbroken`,
    onStep: () => assert(false, "the test before trains these"),
  });
  assertEquals(seeds, [config.seed, config.seed + 1]);
  assertEquals(rows.map(({ combination }) => combination), [
    "loss=crossEntropy,lr=0.003",
    "loss=crossEntropy,lr=0.000001",
    "loss=focal(gamma=1),lr=0.003",
    "loss=focal(gamma=1),lr=0.000001",
  ]);
  for (const { combination, macroF1: { seeds: scores, mean, deviation, low, high }, difference } of rows) {
    for (const [k, seed] of seeds.entries()) {
      const valid = await loadPredictions(`${root}/unbroken/${combination}/seed-${seed}/fold-1/valid.parquet`);
      assertAlmostEquals(scores[k]!, macroF1(predictedClasses(valid), valid.labels, { classes: 3 }), 1e-12);
    }
    assertAlmostEquals(mean, (scores[0]! + scores[1]!) / 2, 1e-12);
    assertAlmostEquals(deviation!, Math.abs(scores[0]! - scores[1]!) / Math.SQRT2, 1e-12);
    assert(low <= high);
    assertEquals(difference === null, combination === rows[0]!.combination);
    if (difference) assertAlmostEquals(difference.macroF1.difference, mean - rows[0]!.macroF1.mean, 1e-12);
  }
  assertEquals(best.macroF1.mean, Math.max(...rows.map(({ macroF1: { mean } }) => mean)));
  const record = JSON.parse(await Deno.readTextFile(`${root}/unbroken/ablation.json`));
  assertEquals([record.best, record.fold, record.rows], [best.combination, 1, rows]);
});

Deno.test("ablate() packs once for combinations of one size, and anew for another", async () => {
  const vary = { crop: [32, 24], lr: [1e-3, 1e-4] };
  await ablate(dataset, { ...config, limitBatches: 1 }, { vary, fold: 0, resamples: 10, dir: `${root}/sizes` });
  const packs = [...Deno.readDirSync(`${root}/sizes/cache`)].filter(({ name }) => name.endsWith(".bin"));
  assertEquals(packs.length, 2);
});

Deno.test("ablate() over all folds scores every sample", async () => {
  const options = { vary: { lr: [1e-3] }, resamples: 10, dir: `${root}/folds` };
  const { rows } = await ablate(dataset, { ...config, limitBatches: 1 }, options);
  const oof = await loadPredictions(`${root}/folds/lr=0.001/seed-42/oof.parquet`);
  assertEquals(oof.ids.length, dataset.samples.length);
  assertAlmostEquals(rows[0]!.macroF1.mean, macroF1(predictedClasses(oof), oof.labels, { classes: 3 }), 1e-12);
});

Deno.test("ablate() reports all faults before anything is trained or written", async () => {
  const dir = `${root}/faults`, vary = { loss: ["focl", "crossEntropy"], lr: [0, 1e-3], "model.dropPath": [2] };
  const error = await assertRejects(() => ablate(dataset, config, { vary, dir }), TypeError);
  for (const text of ["loss", "lr: ", "dropPath"]) assertStringIncludes((error as Error).message, text);
  await assertRejects(() => ablate(dataset, config, { vary: { folds: [2, 3] }, fold: 0, dir }), TypeError, "folds");
  await assertRejects(() => ablate(dataset, config, { vary: {}, seeds: 0, dir }), RangeError, "seeds");
  await assertRejects(() => ablate(dataset, config, { vary: {}, fold: 2, dir }), RangeError, "fold must be");
  await assertRejects(() => Deno.stat(dir), Deno.errors.NotFound);
});

Deno.test("ablate() names the combination whose loss becomes no number", async () => {
  const options = { vary: { lr: [1e30] }, fold: 0, dir: `${root}/diverging` };
  await assertRejects(() => ablate(dataset, config, options), Error, "Cannot ablate lr=1e+30 with seed 42: ");
});

Deno.test("ablationTable() and ablationLine() say the means, the deviations and the difference with its interval", () => {
  const scores = { seeds: [0.5, 0.75], mean: 0.625, deviation: 0.17677, low: 0.5, high: 0.7 };
  const of = { difference: -0.025, low: -0.05, high: 0.0125, above: 0.25 };
  const common = { options: {}, accuracy: scores };
  const first = { ...common, combination: "loss=crossEntropy", macroF1: { ...scores, mean: 0.65 }, difference: null };
  const second = { ...common, combination: "loss=focal", macroF1: scores, difference: { macroF1: of, accuracy: of } };
  const result = { rows: [first, second], best: first, seeds: [1, 2] };
  const lines = ablationTable(result).split("\n");
  assertMatch(lines[1]!, /^loss=crossEntropy {2}0\.6500 ± 0\.1768 {2}0\.6250 ± 0\.1768$/);
  assertMatch(lines[2]!, /^loss=focal .* -0\.0250 \[-0\.0500, 0\.0125\] {2}0\.250$/);
  assertEquals(
    ablationLine(result),
    "loss=crossEntropy: macro F1 0.6500 [0.5000, 0.7000], 2 seeds, the first itself is the best",
  );
  assertEquals(
    ablationLine({ ...result, best: second }),
    "loss=focal: macro F1 0.6250 [0.5000, 0.7000], 2 seeds, -0.0250 [-0.0500, 0.0125] to loss=crossEntropy",
  );
});
