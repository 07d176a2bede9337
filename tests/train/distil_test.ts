import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Predictions } from "../../src/core/mod.ts";
import { loadPredictions } from "../../src/frame/mod.ts";
import { ensemble, predict } from "../../src/predict/mod.ts";
import { splitDataset } from "../../src/split/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import { crossValidate, distil, loadModel, measureModels, type Run } from "../../src/train/mod.ts";
import { teachersOf } from "../../src/train/distil.ts";
import { patchConfig, patchImages } from "./fixtures.ts";
import { writePatches } from "./patch_files.ts";

const FOLDS = 2;
const dir = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
const dataset = await writePatches(`${dir}/data`, 6);
const student = patchConfig({ folds: FOLDS, epochs: 1, softTargets: { alpha: 0.75, temperature: 2 } });

/** Two teachers of each fold: one of another learning rate and seed but the same folds, one of other views. */
const teachers = (async () => {
  await initBackend({ need: "train" });
  const configs = [{ lr: 1e-3, seed: 7, splitSeed: student.seed }, { views: ["identity"] }].map((own) =>
    patchConfig({ folds: FOLDS, epochs: 1, ...own })
  );
  const runs: Run[] = [];
  for (const [i, config] of configs.entries()) {
    runs.push(...(await crossValidate(dataset, config, { dir: `${dir}/teacher-${i}`, cacheDir: `${dir}/cache` })).runs);
  }
  return runs;
})();

const distilled = teachers.then((teacher) =>
  distil(dataset, student, { dir: `${dir}/student`, cacheDir: `${dir}/cache`, teacher })
);

Deno.test("distil() never lets a teacher of a fold see the fold's validation images, and asks it for no other than training ones", async () => {
  const { members } = await distilled, folds = splitDataset(dataset, student), { samples } = dataset;
  assertEquals(members.map((own) => own.length), [2, 2]);
  for (const [k, { train, valid }] of folds.entries()) {
    const outside = new Set(Array.from(valid, (i) => samples[i]!.group));
    for (const { dir } of members[k]!) {
      const { valid, groups } = JSON.parse(await Deno.readTextFile(`${dir}/data.json`));
      const seen = samples.filter(({ id }) => !valid.includes(id)).map(({ group }) => group);
      assert(seen.every((group) => !outside.has(group)) && groups.every((group: string) => outside.has(group)));
    }
    const files = [...Deno.readDirSync(`${dir}/student/teacher`)].filter(({ name }) => name.startsWith(`fold-${k}-`));
    assertEquals(files.length, 2);
    for (const { name } of files) {
      const { ids } = await loadPredictions(`${dir}/student/teacher/${name}`);
      assertEquals(ids, Array.from(train, (i) => samples[i]!.id));
    }
  }
});

Deno.test("distil() trains each fold with the mean of its teachers' predictions", async () => {
  const { members, student: found } = await distilled, folds = splitDataset(dataset, student);
  const images = patchImages(dataset), softTargets: Predictions[] = [];
  for (const [k, { train }] of folds.entries()) {
    const said: Predictions[] = [];
    for (const run of members[k]!) {
      const model = await loadModel(run);
      said.push(await predict(model, images, { indices: train, views: run.config.views, batchSize: 8 }));
      model.dispose();
    }
    softTargets.push(ensemble(said));
  }
  const options = { dir: `${dir}/by-hand`, cacheDir: `${dir}/cache`, softTargets };
  const byHand = await crossValidate(dataset, student, options);
  for (const [k, { dir }] of byHand.runs.entries()) {
    const read = (dir: string) => Deno.readFile(`${dir}/best.safetensors`);
    assertEquals(await read(dir), await read(found.runs[k]!.dir));
  }
});

Deno.test("distil() compares both on the student's validation images, and goes on where it was", async () => {
  const first = await distilled,
    names = () => [...Deno.readDirSync(`${dir}/student/teacher`)].map(({ name }) => name).sort();
  assertEquals(first.predictions.ids.toSorted(), dataset.samples.map(({ id }) => id).toSorted());
  assertEquals([first.teacher.ids, first.teacher.labels], [first.predictions.ids, first.predictions.labels]);
  const before = names();
  const again = await distil(dataset, student, {
    dir: `${dir}/student`,
    cacheDir: `${dir}/cache`,
    teacher: await teachers,
  });
  assertEquals(again, first);
  assertEquals(names(), before);
  const one = { dir: `${dir}/one`, cacheDir: `${dir}/cache`, teacher: await teachers, fold: 1 };
  const single = await distil(dataset, student, one);
  assertEquals([single.student.missing, single.members], [[0], [first.members[1]!]]);
  assertEquals(single.predictions, first.student.runs[1]!.valid);
});

Deno.test("distil() takes out-of-fold predictions for a teacher, and refuses those that lack images", async () => {
  const { teacher } = await distilled;
  const options = { dir: `${dir}/file`, cacheDir: `${dir}/cache`, teacher, fold: 0 };
  const found = await distil(dataset, student, options);
  assertEquals(found.members, []);
  const { ids } = found.predictions, row = (id: string) => teacher.ids.indexOf(id) * 3;
  assertEquals(
    [...found.teacher.probabilities],
    ids.flatMap((id) => [...teacher.probabilities.subarray(row(id), row(id) + 3)]),
  );
  const fewer = { ...teacher, ids: teacher.ids.slice(1), probabilities: teacher.probabilities.slice(3) };
  await assertRejects(
    () =>
      distil(dataset, student, {
        ...options,
        dir: `${dir}/fewer`,
        teacher: { ...fewer, labels: teacher.labels.slice(1) },
      }),
    TypeError,
    `1 are missing, such as "${teacher.ids[0]}"`,
  );
});

Deno.test("teachersOf() refuses runs of other folds, and a fold that nobody left out", async () => {
  const runs = await teachers;
  await assertRejects(() => teachersOf(dataset, { folds: 2, seed: 43 }, runs), TypeError, "4 of 4 runs saw some");
  await assertRejects(() => teachersOf(dataset, student, [runs[0]!]), RangeError, "of 1 runs none leaves out fold 1");
});

Deno.test("measureModels() sums numbers and bytes over the runs", async () => {
  const { runs: [run] } = (await distilled).student;
  const some = { ...dataset, samples: dataset.samples.slice(0, 5) };
  const [one, two] = [
    await measureModels([run!], some, { passes: 1 }),
    await measureModels([run!, run!], some, { passes: 1 }),
  ];
  const model = await loadModel(run!);
  assertEquals(
    one.parameters,
    Object.values(model.params).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
  );
  model.dispose();
  assertEquals([two.parameters, two.bytes], [2 * one.parameters, 2 * one.bytes]);
  assert(one.bytes > 4 * one.parameters && one.milliseconds > 0);
});
