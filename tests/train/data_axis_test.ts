import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { isSynthetic } from "../../src/core/mod.ts";
import { loadPredictions } from "../../src/frame/mod.ts";
import { splitDataset } from "../../src/split/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import { ablate, parseDataAxis, readDataArms, SOURCE_FILE } from "../../src/train/mod.ts";
import { addArm, realSteps } from "../../src/train/data_axis.ts";
import { packDataset } from "../../src/train/mod.ts";
import { patchConfig } from "./fixtures.ts";
import { writePatches } from "./patch_files.ts";

const root = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(root, { recursive: true }));
const dataset = await writePatches(`${root}/data`, 6);
const all = await writePatches(`${root}/more`, 5);
const few = { ...all, samples: all.samples.filter(({ label }, i) => label === 2 || i < 2) }; // [1, 1, 5] by class
const config = patchConfig({ epochs: 2, folds: 2, batchSize: 4, augments: [], views: [{ name: "identity" }] });
const folds = splitDataset(dataset, config);

Deno.test("parseDataAxis() lists all faults", () => {
  const error = assertThrows(() => parseDataAxis("real,gan,real,a b=c,,oversampled"), SyntaxError) as Error;
  for (const text of ['"gan" must be real', '"a b=c" must be', '"" must be', "real is given twice", "needs an arm"]) {
    assertStringIncludes(error.message, text);
  }
});

Deno.test("readDataArms() repeats as many of each class as the first folder adds", async () => {
  const arms = await readDataArms(parseDataAxis("oversampled,real,painted=there"), (dir) => {
    assertEquals(dir, "there");
    return Promise.resolve(few);
  });
  assertEquals(arms, [
    { name: "oversampled", repeated: [1, 1, 5] },
    { name: "real" },
    { name: "painted", added: few },
  ]);
});

Deno.test("addArm() adds to training parts alone, under ids that collide with none", async () => {
  const images = await packDataset(dataset, config);
  const data = await addArm({ dataset, folds, images }, { name: "painted", added: few }, { config });
  const { samples } = data.dataset;
  assertEquals(samples.slice(0, 18), dataset.samples);
  assert(samples.slice(18).every(({ id, group }) => isSynthetic(id) && isSynthetic(group)));
  assertEquals(new Set(samples.map(({ id }) => id)).size, 18 + 7);
  assertEquals(data.images.ids, samples.map(({ id }) => id));
  for (const [k, { train, valid }] of data.folds.entries()) {
    assertEquals(valid, folds[k]!.valid);
    assertEquals([...train], [...folds[k]!.train, 18, 19, 20, 21, 22, 23, 24]);
  }
  const own = await packDataset(few, config), [a, b] = [new Uint8Array(32 * 32 * 3), new Uint8Array(32 * 32 * 3)];
  data.images.fillBatch([18 + 4], a);
  own.fillBatch([4], b);
  assertEquals(a, b);
});

Deno.test("addArm() repeats images of a fold's training part alone, of each class as many as wanted", async () => {
  const images = await packDataset(dataset, config);
  const data = await addArm({ dataset, folds, images }, { name: "oversampled", repeated: [1, 0, 5] }, { config });
  for (const [k, { train, valid }] of data.folds.entries()) {
    assertEquals(valid, folds[k]!.valid);
    assertEquals(train.slice(0, 9), folds[k]!.train);
    const more = [...train.slice(9)];
    assertEquals(more.map((i) => dataset.samples[i]!.label), [0, 2, 2, 2, 2, 2]);
    assert(more.every((i) => folds[k]!.train.includes(i)));
    assertEquals(new Set(more.slice(1)).size, 3); // in turn: three images of the class
  }
});

Deno.test("ablate() trains each arm in as many steps, and scores the same real images", async () => {
  await initBackend({ need: "train" });
  const arms = [{ name: "real" }, { name: "painted", added: few }, { name: "oversampled", repeated: [1, 1, 5] }];
  const steps: Record<string, number> = {};
  let name = "";
  const { rows } = await ablate(dataset, config, {
    vary: {},
    data: arms,
    resamples: 10,
    dir: `${root}/axis`,
    onCombination: (combination) => void (name = combination),
    onStep: () => void (steps[name] = (steps[name] ?? 0) + 1),
  });
  assertEquals(realSteps(dataset, folds, config), 2); // 9 images by fours: the last one is left out
  assertEquals(steps, { "data=real": 8, "data=painted": 8, "data=oversampled": 8 });
  assertEquals(rows.map(({ combination, options }) => [combination, options]), [
    ["data=real", { data: "real" }],
    ["data=painted", { data: "painted" }],
    ["data=oversampled", { data: "oversampled" }],
  ]);
  for (const { combination } of rows) {
    const { ids } = await loadPredictions(`${root}/axis/${combination}/seed-42/oof.parquet`);
    assertEquals(ids.toSorted(), dataset.samples.map(({ id }) => id).toSorted());
  }
  const digests = await Promise.all(rows.map(async ({ combination }) => {
    const path = `${root}/axis/${combination}/seed-42/fold-0/data.json`;
    const { digest, train } = JSON.parse(await Deno.readTextFile(path));
    return [digest, train];
  }));
  assertEquals(digests.map(([, train]) => train), [9, 16, 16]);
  assertEquals(new Set(digests.map(([digest]) => digest)).size, 3);
  const { data } = JSON.parse(await Deno.readTextFile(`${root}/axis/ablation.json`));
  assertEquals(data.arms.map(({ images }: { images: number }) => images), [0, 7, 7]);
  assertEquals(data.stepsPerEpoch, [[2], [2], [2]]);
});

Deno.test("ablate() refuses images whose generator knows whom a fold validates on", async () => {
  const heldOut = Array.from(folds[1]!.valid, (i) => dataset.samples[i]!.id);
  await Deno.writeTextFile(`${root}/more/${SOURCE_FILE}`, JSON.stringify({ heldOut }));
  const data = await readDataArms(parseDataAxis(`real,gan=${root}/more`), () => Promise.resolve(all));
  assertEquals(data[1]!.heldOut, heldOut);
  const options = { vary: {}, data, resamples: 10, dir: `${root}/refused` };
  const error = await assertRejects(() => ablate(dataset, config, options), TypeError) as Error;
  assertMatch(error.message, /"gan" as their generator was trained on 9 of 18 images that are validated on, "p/);
  await assertRejects(() => ablate(dataset, config, { ...options, fold: 0 }), TypeError, "9 of 9 images");
  const itself = { ...options, data: [{ name: "again", added: dataset }] };
  await assertRejects(() => ablate(dataset, config, itself), TypeError, "they are those of the data set itself");
  await assertRejects(() => Deno.stat(options.dir), Deno.errors.NotFound);
  const { rows } = await ablate(dataset, { ...config, epochs: 1 }, { ...options, fold: 1 });
  assertEquals(rows.length, 2);
});
