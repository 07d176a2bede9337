import { assert, assertEquals, assertRejects } from "@std/assert";
import type { EpochRow } from "../../src/core/mod.ts";
import { splitDataset } from "../../src/split/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { bestEpoch, listRuns, loadModel, openRun, type Run, train } from "../../src/train/mod.ts";
import { patchConfig, patches, patchImages } from "./fixtures.ts";

const dataset = patches(9);
const images = patchImages(dataset);
const [fold] = splitDataset(dataset, { folds: 3, seed: 1 });

/** Runs a test with a folder of its own. */
async function inFolder(body: (dir: string) => Promise<void>): Promise<void> {
  await initBackend({ need: "train" });
  const dir = await Deno.makeTempDir();
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** What must not depend on interruptions: everything but the times. */
function timeless(run: Run) {
  return run.history.map(({ seconds: _, imagesPerSecond: __, ...row }) => row);
}

Deno.test("train() learns, and leaves a run that opens again", () =>
  inFolder(async (dir) => {
    const rows: EpochRow[] = [];
    const [more, schedule] = [patches(24), { name: "cosine", warmup: 2 }];
    const config = patchConfig({
      epochs: 8,
      lr: 2e-3,
      schedule,
      model: { dropPath: 0, head: { name: "plain", dropout: 0 } },
    });
    const [fold] = splitDataset(more, { folds: 3, seed: 1 });
    const onEpoch = (row: EpochRow) => rows.push(row);
    const run = await train(more, config, { dir, fold: fold!, images: patchImages(more), onEpoch });
    assertEquals(rows.length, 8);
    assert(rows.at(-1)!.trainLoss < 0.6 * rows[0]!.trainLoss, "the loss falls");
    assertEquals(run, await openRun(dir));
    assertEquals(run.best, bestEpoch(run.history, config));
    assertEquals(run.valid.ids, Array.from(fold!.valid, (i) => more.samples[i]!.id));
    const files = [...Deno.readDirSync(dir)].map(({ name }) => name).filter((name) => !name.startsWith(".")).sort();
    assertEquals(files, [
      "best.safetensors",
      "config.json",
      "data.json",
      "env.json",
      "last.safetensors",
      "metrics.jsonl",
      "summary.json",
      "valid.parquet",
    ]);
    const lines = (await Deno.readTextFile(`${dir}/metrics.jsonl`)).trim().split("\n");
    assertEquals(lines.map((line) => JSON.parse(line)), rows);
  }));

Deno.test("train() gone on with after a stop gives the numbers and weights of an unbroken run", () =>
  inFolder(async (dir) => {
    const config = patchConfig();
    const whole = await train(dataset, config, { dir: `${dir}/whole`, fold: fold!, images });
    for (const stopAt of [2, 7]) {
      const abort = new AbortController();
      let steps = 0;
      const broken = { dir: `${dir}/broken-${stopAt}`, fold: fold!, images };
      const onStep = () => ++steps === stopAt && abort.abort();
      await assertRejects(() => train(dataset, config, { ...broken, signal: abort.signal, onStep }), DOMException);
      const again = await train(dataset, config, broken);
      assertEquals(timeless(again), timeless(whole));
      assertEquals(again.valid, whole.valid);
      for (const file of ["best.safetensors"]) {
        assertEquals(await Deno.readFile(`${again.dir}/${file}`), await Deno.readFile(`${whole.dir}/${file}`));
      }
    }
  }));

Deno.test("train() opens a finished run without training", () =>
  inFolder(async (dir) => {
    const options = { dir, fold: fold!, images };
    const first = await train(dataset, patchConfig({ epochs: 1 }), options);
    const second = await train(dataset, patchConfig({ epochs: 1 }), {
      ...options,
      onStep: () => assert(false, "trained"),
    });
    assertEquals(second, first);
  }));

Deno.test("train() refuses to go on with another config or other data, and names what differs", () =>
  inFolder(async (dir) => {
    const options = { dir, fold: fold!, images };
    await train(dataset, patchConfig({ epochs: 1 }), options);
    await assertRejects(
      () => train(dataset, patchConfig({ epochs: 1, lr: 1 }), options),
      TypeError,
      "lr (was 0.003, is 1)",
    );
    const other = splitDataset(dataset, { folds: 3, seed: 1 })[1]!;
    await assertRejects(
      () => train(dataset, patchConfig({ epochs: 1 }), { ...options, fold: other }),
      TypeError,
      "other data",
    );
  }));

Deno.test("train() stops when macro F1 gets no better for `patience` epochs", () =>
  inFolder(async (dir) => {
    const config = patchConfig({ epochs: 9, patience: 2, minDelta: 2 }); // no gain ever counts
    const run = await train(dataset, config, { dir, fold: fold!, images });
    assertEquals(run.history.length, 3);
    assertEquals(run.best.epoch, 1);
  }));

Deno.test("train() leaves undecodable images out, and says so", () =>
  inFolder(async (dir) => {
    const lost = [dataset.samples[fold!.train[0]!]!.id, dataset.samples[fold!.valid[0]!]!.id];
    const run = await train(dataset, patchConfig({ epochs: 1 }), {
      dir,
      fold: fold!,
      images: patchImages(dataset, { broken: lost }),
    });
    assertEquals(run.valid.ids.length, fold!.valid.length - 1);
    const { leftOut } = JSON.parse(await Deno.readTextFile(`${dir}/data.json`));
    assertEquals(leftOut, lost.map((id) => `${id} cannot be decoded`));
  }));

Deno.test("train() stops at a loss that is no number, and names the step and the images", () =>
  inFolder(async (dir) => {
    const config = patchConfig({ lr: 1e30 });
    await assertRejects(
      () => train(dataset, config, { dir, fold: fold!, images }),
      Error,
      "Cannot go on training as the loss is",
    );
  }));

Deno.test("train() and loadModel() leave no tensor behind but the model's", () =>
  inFolder(async (dir) => {
    const before = tf.memory().numTensors;
    const run = await train(dataset, patchConfig({ epochs: 1 }), { dir, fold: fold!, images });
    assertEquals(tf.memory().numTensors, before);
    const model = await loadModel(run);
    model.dispose();
    assertEquals(tf.memory().numTensors, before);
  }));

Deno.test("openRun() refuses an unfinished run, and listRuns() lists it", () =>
  inFolder(async (dir) => {
    const abort = new AbortController();
    const options = { dir: `${dir}/a`, fold: fold!, images, signal: abort.signal, onStep: () => abort.abort() };
    await assertRejects(() => train(dataset, patchConfig(), options), DOMException);
    await assertRejects(() => openRun(`${dir}/a`), Error, "not finished");
    await assertRejects(() => openRun(`${dir}/b`), Error, "holds no config.json");
    assertEquals(await listRuns(dir), [{ dir: `${dir}/a`, finished: false, best: null }]);
  }));
