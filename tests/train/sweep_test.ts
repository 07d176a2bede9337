import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { initBackend } from "../../src/tensor/mod.ts";
import { listRuns, resolveConfig, sweep, sweepTable } from "../../src/train/mod.ts";
import { planRungs } from "../../src/train/halving.ts";
import { patchConfig } from "./fixtures.ts";
import { writePatches } from "./patch_files.ts";

const root = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(root, { recursive: true }));
const dataset = await writePatches(`${root}/data`, 6);
const config = patchConfig({ epochs: 1, folds: 2, limitBatches: 1, augments: [], views: [{ name: "identity" }] });
const ranges = { lr: { log: [1e-4, 1e-2] }, loss: { choice: ["crossEntropy", { name: "focal", gamma: 1 }] } } as const;

Deno.test("sweep() by halving trains the best of each rung anew, stopped and gone on with nothing twice", async () => {
  await initBackend({ need: "train" });
  const trained: string[] = [], stop = new AbortController();
  let steps = 0;
  const options = {
    ranges,
    trials: 5,
    halving: { eta: 2 },
    dir: `${root}/halving`,
    onStep: () => void steps++,
    onTrial: (trial: number, { epochs }: { epochs: number }) => void trained.push(`${trial}:${epochs}`),
  };
  const onEpoch = () => steps === 6 && stop.abort();
  await assertRejects(() => sweep(dataset, config, { ...options, onEpoch, signal: stop.signal }), DOMException);
  trained.length = 0;
  const { rows, best } = await sweep(dataset, config, options);
  assertEquals(steps, 5 * 1 + 2 * 2 + 1 * 4); // epochs of one batch each
  assertEquals(trained.slice(0, 5), ["0:1", "1:1", "2:1", "3:1", "4:1"]);
  assertEquals(trained.slice(5).map((text) => text.split(":")[1]), ["2", "2", "4"]);
  assertEquals(rows.map(({ rung, epochs }) => [rung, epochs]), [[2, 4], [1, 2], [0, 1], [0, 1], [0, 1]]);
  for (const [a, b] of [[2, 3], [3, 4]] as const) assert(rows[a]!.macroF1! >= rows[b]!.macroF1!);
  assertEquals(best, { ...resolveConfig(config, rows[0]!.options), epochs: 4 });
  assertEquals(resolveConfig(JSON.parse(await Deno.readTextFile(`${root}/halving/best.json`))), best);
  const entries = await listRuns(`${root}/halving`);
  assertEquals(
    entries.map(({ kind, state, folds }) => [kind, state, folds.length]),
    Array(8).fill(["sweep trial", "finished", 1]),
  );
});

Deno.test("planRungs() divides trials and multiplies epochs as the paper's bracket of 81 trials does", () => {
  const rungs = planRungs({ trials: 81, halving: {}, ranges });
  assertEquals(rungs.map(({ trials, epochs }) => [trials, epochs]), [[81, 1], [27, 3], [9, 9], [3, 27], [1, 81]]);
  const few = planRungs({ trials: 10, halving: { eta: 2, minEpochs: 3, rungs: 3 }, ranges });
  assertEquals(few.map(({ trials, epochs }) => [trials, epochs]), [[10, 3], [5, 6], [2, 12]]);
  assertEquals(planRungs({ trials: 7, ranges }), [{ trials: 7 }]);
});

Deno.test("sweep() with more trials adds to those that are there", async () => {
  const options = { ranges, dir: `${root}/more`, resamples: 10 };
  const few = await sweep(dataset, config, { ...options, trials: 2 });
  let steps = 0;
  const more = await sweep(dataset, config, { ...options, trials: 3, onStep: () => void steps++ });
  assertEquals(steps, 1);
  for (const row of few.rows) assertEquals(more.rows.find(({ trial }) => trial === row.trial), row);
  const other = { ...options, trials: 3, ranges: { ...ranges, lr: { log: [1e-4, 1e-3] } } as const };
  await assertRejects(() => sweep(dataset, config, other), TypeError, "its ranges or seed differ: trial-0000 was");
});

Deno.test("sweep() ranks trials without a score last, and tries them no second time", async () => {
  const options = {
    ranges: { lr: { choice: [1e30, 1e-3] } },
    trials: 4,
    dir: `${root}/diverging`,
    fold: "all",
  } as const;
  const two = { ...config, limitBatches: 2 };
  const first = await sweep(dataset, two, options);
  const failed = first.rows.map(({ options: { lr } }) => lr === 1e30);
  assert(failed.includes(true) && failed.includes(false), "the seed draws both");
  assertEquals(failed, failed.toSorted());
  assertEquals(first.rows.map(({ macroF1 }) => macroF1 === null), failed);
  assertStringIncludes(sweepTable(first), "diverged");
  assertEquals(await sweep(dataset, two, { ...options, onStep: () => assert(false, "trained again") }), first);
  const all = { ranges: { lr: { choice: [1e30] } }, trials: 4, halving: { eta: 2 }, dir: `${root}/all` } as const;
  const asked: number[] = [];
  const onTrial = (_: number, { epochs }: { epochs: number }) => void asked.push(epochs);
  await assertRejects(() => sweep(dataset, two, { ...all, onTrial }), Error, "every trial diverged");
  assertEquals(asked, [1, 1, 1, 1]); // none goes on to the next rung
  await assertRejects(
    () => sweep(dataset, { ...two, batchSize: 6 }, all),
    TypeError,
    "its config differs in batchSize",
  );
});

Deno.test("sweep() reports all faults of what it draws before anything is trained or written", async () => {
  const dir = `${root}/faults`;
  const wrong = { lr: { choice: [-1] }, losss: { choice: ["focal"] }, "model.dropPath": { uniform: [2, 3] } } as const;
  const error = await assertRejects(() => sweep(dataset, config, { ranges: wrong, trials: 2, dir }), TypeError);
  for (const text of ["trial-0000", "trial-0001", "lr: ", "losss", "dropPath"]) {
    assertStringIncludes((error as Error).message, text);
  }
  const halving = { rungs: 3, eta: 3 };
  await assertRejects(() => sweep(dataset, config, { ranges, trials: 8, halving, dir }), RangeError, "from 1 to 2");
  const epochs = { epochs: { int: [1, 3] } } as const;
  await assertRejects(
    () => sweep(dataset, config, { ranges: epochs, trials: 3, halving: {}, dir }),
    TypeError,
    "epochs",
  );
  await assertRejects(() => Deno.stat(dir), Deno.errors.NotFound);
});
