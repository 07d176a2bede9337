import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Dataset, type Predictions, UNKNOWN_LABEL } from "../../src/core/mod.ts";
import { seededRng, shuffled } from "../../src/core/rng.ts";
import { pseudoLabels } from "../../src/predict/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import { addGuesses } from "../../src/train/guessed.ts";
import { joinImages } from "../../src/train/join_images.ts";
import { crossValidate } from "../../src/train/mod.ts";
import { splitDataset } from "../../src/split/mod.ts";
import { withDir } from "../temporary.ts";
import { patchConfig, patches, patchImages } from "./fixtures.ts";
import { writePatches } from "./patch_files.ts";

/** Images of other persons, without labels, and a teacher's predictions of them. */
async function unlabelled(root: string, persons: number) {
  const written = await writePatches(root, persons);
  const samples = written.samples.map((sample) => ({
    ...sample,
    id: `new ${sample.id}`,
    group: `new ${sample.group}`,
    label: UNKNOWN_LABEL,
    attributes: {},
  }));
  const pool: Dataset = { ...written, samples };
  const predictions: Predictions = {
    ids: samples.map(({ id }) => id),
    classes: pool.schema.classes,
    probabilities: Float32Array.from(samples.flatMap((_, i) => [0, 1, 2].map((c) => c === i % 3 ? 0.75 : 0.125))),
    labels: new Int32Array(samples.length).fill(UNKNOWN_LABEL),
  };
  return { pool, predictions };
}

const read = async (path: string) => JSON.parse(await Deno.readTextFile(path));

Deno.test("crossValidate() with pseudo-labels, hard and soft, validates on exactly the images of a run without", () =>
  withDir(async (dir) => {
    await initBackend({ need: "train" });
    const dataset = await writePatches(`${dir}/data`, 6), { pool, predictions } = await unlabelled(`${dir}/eval`, 2);
    const config = patchConfig({ folds: 2, epochs: 1, views: [{ name: "identity" }] });
    const plain = await crossValidate(dataset, config, { dir: `${dir}/plain`, cacheDir: `${dir}/cache` });
    for (const soft of [false, true]) {
      const rows = pseudoLabels(predictions, { threshold: 0.5, quota: 1, soft });
      assertEquals(rows.length, 3);
      const options = { dir: `${dir}/pseudo-${soft}`, cacheDir: `${dir}/cache`, pseudo: { pool, rows } };
      const found = await crossValidate(dataset, config, options);
      assertEquals(found.oof!.ids, plain.oof!.ids);
      assertEquals(found.oof!.labels, plain.oof!.labels);
      for (const [k, run] of found.runs.entries()) {
        const [own, other] = [await read(`${run.dir}/data.json`), await read(`${plain.runs[k]!.dir}/data.json`)];
        assertEquals([own.valid, own.groups, own.train], [other.valid, other.groups, other.train + 3]);
        assertEquals("softTargets" in own, soft);
        assert(run.history[0]!.trainLoss !== plain.runs[k]!.history[0]!.trainLoss);
      }
      const fewer = { ...options, pseudo: { pool, rows: rows.slice(1) } };
      await assertRejects(() => crossValidate(dataset, config, fewer), TypeError, "other data");
    }
  }));

Deno.test("crossValidate() trains each fold with the soft targets of that fold", () =>
  withDir(async (dir) => {
    await initBackend({ need: "train" });
    const dataset = await writePatches(`${dir}/data`, 4), config = patchConfig({ folds: 2, epochs: 1 });
    const { classes } = dataset.schema, labels = Int32Array.from(dataset.samples, ({ label }) => label);
    const teacher = (shift: number): Predictions => ({
      ids: dataset.samples.map(({ id }) => id),
      classes,
      labels,
      probabilities: Float32Array.from(
        dataset.samples.flatMap((_, i) => [0, 1, 2].map((c) => Number((i + shift) % 3 === c))),
      ),
    });
    const weightsOf = async (name: string, softTargets: Predictions | Predictions[]) => {
      const { runs } = await crossValidate(dataset, config, {
        dir: `${dir}/${name}`,
        cacheDir: `${dir}/cache`,
        softTargets,
      });
      return await Promise.all(runs.map((run) => Deno.readFile(`${run.dir}/best.safetensors`)));
    };
    const [first, second] = [await weightsOf("first", teacher(0)), await weightsOf("second", [teacher(1), teacher(0)])];
    assertEquals(second[1], first[1]);
    assert(second[0]!.some((byte, i) => byte !== first[0]![i]));
    await assertRejects(() => weightsOf("third", [teacher(0)]), TypeError, "sets of soft targets 1, folds 2");
  }));

Deno.test("addGuesses() refuses a pseudo-labelled image of a person who is validated on, and leaves all as it is without guesses", () =>
  withDir(async (dir) => {
    const dataset = await writePatches(`${dir}/data`, 4), { pool, predictions } = await unlabelled(`${dir}/eval`, 1);
    const folds = splitDataset(dataset, { folds: 2, seed: 1 }),
      images = patchImages(dataset),
      data = { dataset, folds, images };
    const rows = pseudoLabels(predictions, { threshold: 0.5 }), config = patchConfig();
    const known = { ...pool, samples: pool.samples.map((sample) => ({ ...sample, group: "p2" })) };
    await assertRejects(
      () => addGuesses(data, config, { pseudo: { pool: known, rows } }),
      TypeError,
      "nor share a group",
    );
    const none = await addGuesses(data, config, { pseudo: { pool, rows: [] } });
    assertEquals(none, { ...data, softTargets: [undefined, undefined] });
  }));

Deno.test("joinImages() gives the images of both sets, and refuses other sizes", () => {
  const [a, b] = [patches(2), patches(3)], [first, second] = [patchImages(a), patchImages(b)], stride = 32 * 32 * 3;
  const joined = joinImages(first, second), order = shuffled([...Array(15).keys()], seededRng(1));
  const out = new Uint8Array(15 * stride), one = new Uint8Array(stride);
  joined.fillBatch(order, out);
  order.forEach((index, i) => {
    if (index < 6) first.fillBatch([index], one);
    else second.fillBatch([index - 6], one);
    assertEquals(out.subarray(i * stride, (i + 1) * stride), one);
  });
  assertEquals(joined.ids, [...first.ids, ...second.ids]);
  assertThrows(() => joinImages(first, patchImages(b, { size: 16 })), TypeError, "32 x 32 and 16 x 16");
});
