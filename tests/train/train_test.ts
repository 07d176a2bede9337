import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { type EpochRow, type ImageSet, makeSchema } from "../../src/core/mod.ts";
import { seededRng } from "../../src/core/rng.ts";
import { readSafetensors } from "../../src/io/mod.ts";
import { createModel, type LoadedWeights, type Model, saveWeights } from "../../src/models/mod.ts";
import { predict } from "../../src/predict/mod.ts";
import { splitDataset } from "../../src/split/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import {
  bestEpoch,
  listRuns,
  loadModel,
  type Monitor,
  openRun,
  type Run,
  type StepMemory,
  type StepScores,
  type StepState,
  train,
} from "../../src/train/mod.ts";
import { retakeStatistics } from "../../src/train/averaging.ts";
import { makeLoader } from "../../src/train/loader.ts";
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
  return run.history.map(({ seconds: _, imagesPerSecond: __, waiting: ___, ...row }) => row);
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
      "events.jsonl",
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

Deno.test("train() stops at a loss that is no number, and names its epoch, step and images", () =>
  inFolder(async (dir) => {
    const batches: string[][] = [];
    const watched: ImageSet = {
      ...images,
      fillBatch(indices, out) {
        batches.push(Array.from(indices, (index) => images.ids[index]!));
        images.fillBatch(indices, out);
      },
    };
    const steps: number[] = [];
    const config = patchConfig({ lr: 1e30 }); // the first step is taken at finite weights, the second is not
    const options = { dir, fold: fold!, images: watched, onStep: ({ done }: StepState) => steps.push(done) };
    let message = "";
    await train(dataset, config, options).catch((error: Error) => message = error.message);
    assert(message.startsWith("Cannot go on training as the loss is "), message);
    const where = ` in epoch 1, step 2, of ${batches[1]!.join(", ")}; there is no checkpoint yet`;
    assert(message.endsWith(where), `${message} for ${batches[1]}`);
    assertEquals(steps, [1]);
  }));

Deno.test("train() calls for every step of every epoch, in order, with the epoch's mean loss", () =>
  inFolder(async (dir) => {
    const states: StepState[] = [];
    const run = await train(dataset, patchConfig({ epochs: 2 }), {
      dir,
      fold: fold!,
      images,
      onStep: (state) => states.push(state),
    });
    const total = Math.ceil(fold!.train.length / 8);
    assertEquals(
      states.map(({ epoch, done }) => [epoch, done]),
      [1, 2].flatMap((epoch) => Array.from({ length: total }, (_, i) => [epoch, i + 1])),
    );
    assertEquals([total - 1, 2 * total - 1].map((i) => states[i]!.loss), run.history.map((row) => row.trainLoss));
  }));

Deno.test("train() says what a step takes before the first one, and keeps it with the run", () =>
  inFolder(async (dir) => {
    const events: string[] = [];
    let memory: StepMemory | undefined;
    await train(dataset, patchConfig({ epochs: 1, accumulate: 2 }), {
      dir,
      fold: fold!,
      images,
      onMemory: (found) => (events.push("memory"), memory = found),
      onStep: () => events.push("step"),
    });
    assertEquals([events[0], events.lastIndexOf("memory")], ["memory", 0]);
    assertEquals([memory!.images, memory!.microBatch], [8, 4]);
    assert(memory!.peak > 1e6 && memory!.needed > memory!.peak);
    assertEquals(JSON.parse(await Deno.readTextFile(`${dir}/env.json`)).memory, memory);
  }));

Deno.test("train() refuses a batch that has no room before the first step, and says which has", () =>
  inFolder(async (dir) => {
    const config = patchConfig({ batchSize: 100_000 }), onStep = () => assert(false, "trained");
    const begin = () => train(dataset, config, { dir, fold: fold!, images, onStep });
    const error = await assertRejects(begin, RangeError, "Cannot train with batchSize 100000");
    const fitting = Number(/(\d+) images at once have room/.exec((error as Error).message)![1]);
    assert(fitting > 1000 && fitting < 100_000, (error as Error).message);
  }));

Deno.test("train() with micro-batches learns, and goes on after a stop with the same numbers", () =>
  inFolder(async (dir) => {
    const config = patchConfig({ accumulate: 3, epochs: 3 });
    const whole = await train(dataset, config, { dir: `${dir}/whole`, fold: fold!, images });
    assert(whole.history[2]!.trainLoss < 0.9 * whole.history[0]!.trainLoss, "the loss falls");
    const abort = new AbortController(), broken = { dir: `${dir}/broken`, fold: fold!, images };
    const onStep = ({ epoch }: StepState) => epoch === 2 && abort.abort();
    await assertRejects(() => train(dataset, config, { ...broken, signal: abort.signal, onStep }), DOMException);
    assertEquals(timeless(await train(dataset, config, broken)), timeless(whole));
  }));

Deno.test("train() keeps the micro-batch that accumulate auto came to when the run began", () =>
  inFolder(async (dir) => {
    const abort = new AbortController(), options = { dir, fold: fold!, images };
    const config = patchConfig({ accumulate: "auto" });
    const plans: number[] = [];
    const onMemory = ({ microBatch }: StepMemory) => plans.push(microBatch);
    const stopped = { ...options, signal: abort.signal, onStep: () => abort.abort(), onMemory };
    await assertRejects(() => train(dataset, config, stopped), DOMException);
    const path = `${dir}/env.json`, env = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, JSON.stringify({ ...env, memory: { ...env.memory, microBatch: 5 } }));
    await train(dataset, config, { ...options, onMemory });
    assertEquals(plans, [8, 5]);
  }));

Deno.test("train() goes on with a run that is older than an option, which then has its default", () =>
  inFolder(async (dir) => {
    const abort = new AbortController(), options = { dir, fold: fold!, images };
    const stopped = { ...options, signal: abort.signal, onStep: () => abort.abort() };
    await assertRejects(() => train(dataset, patchConfig({ epochs: 1 }), stopped), DOMException);
    const path = `${dir}/config.json`, { accumulate: _, ...older } = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, JSON.stringify(older));
    await train(dataset, patchConfig({ epochs: 1 }), options);
  }));

Deno.test("train() keeps the persons on the validation images, and goes on with a run that does not say them", () =>
  inFolder(async (dir) => {
    const abort = new AbortController(), options = { dir, fold: fold!, images };
    const stopped = { ...options, signal: abort.signal, onStep: () => abort.abort() };
    await assertRejects(() => train(dataset, patchConfig({ epochs: 1 }), stopped), DOMException);
    const path = `${dir}/data.json`, read = async () => JSON.parse(await Deno.readTextFile(path));
    const { groups, ...older } = await read(), persons = new Map(dataset.samples.map(({ id, group }) => [id, group]));
    assertEquals(groups, older.valid.map((id: string) => persons.get(id)));
    await Deno.writeTextFile(path, JSON.stringify(older));
    await train(dataset, patchConfig({ epochs: 1 }), options);
    assertEquals(await read(), { ...older, groups });
  }));

Deno.test("train() averages views in logits where the config says so", () =>
  inFolder(async (dir) => {
    const views = [{ name: "identity" }, { name: "brightness", factor: 0.3 }] as const;
    const config = patchConfig({ epochs: 1, views, viewAverage: "logits" });
    const run = await train(dataset, config, { dir, fold: fold!, images });
    const model = await loadModel(run);
    const mean = (average: "probabilities" | "logits") =>
      predict(model, images, { indices: fold!.valid, views, average, batchSize: 64 });
    const [logits, probabilities] = [await mean("logits"), await mean("probabilities")];
    model.dispose();
    assertEquals(run.valid.ids, logits.ids);
    const most = (a: Float32Array) => Math.max(...a.map((p, i) => Math.abs(p - run.valid.probabilities[i]!)));
    const found = [most(logits.probabilities), most(probabilities.probabilities)] as const;
    assert(found[0] < 1e-6 && found[1] > 1e-5, `${found}`);
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
    const entries = await listRuns(dir);
    assertEquals(
      entries.map(({ name, dir, kind, state, best, epochs }) => ({ name, dir, kind, state, best, epochs })),
      [
        { name: "a", dir: `${dir}/a`, kind: "run", state: "unfinished", best: null, epochs: 0 },
      ],
    );
  }));

Deno.test("train() starts from the weights that the config names, goes on without them, and keeps their preparation", () =>
  inFolder(async (dir) => {
    const first = await train(dataset, patchConfig({ epochs: 1 }), { dir: `${dir}/a`, fold: fold!, images });
    const source = await loadModel(first);
    const mean: [number, number, number] = [0.5, 0.25, 0.125];
    await saveWeights({ ...source, input: { ...source.input, mean } }, `${dir}/w.safetensors`);
    source.dispose();
    const config = patchConfig({
      epochs: 2,
      fineTune: { name: "head" },
      model: { weights: `${dir}/w.safetensors`, head: { name: "hidden", units: 4, dropout: 0 } },
    });
    const told: LoadedWeights[] = [], stop = new AbortController();
    const options = {
      fold: fold!,
      images,
      onWeights: (weights: LoadedWeights) => told.push(weights),
      onEpoch: () => stop.abort(),
    };
    await assertRejects(
      () => train(dataset, config, { ...options, dir: `${dir}/b`, signal: stop.signal }),
      DOMException,
    );
    assertEquals([told.length, told[0]!.headReplaced], [1, true]);
    await Deno.remove(`${dir}/w.safetensors`); // a run that goes on needs only itself
    const resumed = await train(dataset, config, { ...options, dir: `${dir}/b`, onEpoch: () => {} });
    assertEquals([told.length, resumed.history.length], [1, 2]);
    const model = await loadModel(resumed), old = await loadModel(first);
    assertEquals(model.input.mean, mean);
    for (const name of ["conv_stem.weight", "bn1.running_mean"]) { // nothing but the head has learned
      const of = ({ params, buffers }: Model) => ({ ...params, ...buffers })[name]!.dataSync();
      assertEquals(of(model), of(old));
    }
    model.dispose();
    old.dispose();
  }));

Deno.test("train() teaches a number beside the class, and refuses an attribute that nobody has", () =>
  inFolder(async (dir) => {
    const head = { name: "multiTask", attribute: "weight", weight: 1, dropout: 0 } as const;
    const config = patchConfig({ epochs: 1, model: { head } });
    await assertRejects(
      () => train(dataset, config, { dir: `${dir}/none`, fold: fold!, images }),
      TypeError,
      'attribute "weight"',
    );
    const samples = dataset.samples.map((sample, i) => ({
      ...sample,
      attributes: { ...sample.attributes, weight: i },
    }));
    const run = await train({ ...dataset, samples }, config, { dir: `${dir}/some`, fold: fold!, images });
    assert(run.history[0]!.trainLoss > 10, "numbers up to 26 that start at 0 are far off");
  }));

Deno.test("bestEpoch() goes by what the config monitors", () => {
  const row = (epoch: number, validMacroF1: number, validAccuracy: number, validLoss: number) =>
    ({ epoch, validMacroF1, validAccuracy, validLoss }) as EpochRow;
  const history = [row(1, 0.9, 0.5, 0.7), row(2, 0.8, 0.7, 0.6), row(3, 0.7, 0.6, 0.5)];
  const bestBy = (monitor: Monitor) => bestEpoch(history, { minDelta: 0, monitor })!.epoch;
  assertEquals([bestBy("macroF1"), bestBy("accuracy"), bestBy("loss")], [1, 2, 3]);
  assertEquals(bestEpoch(history, { minDelta: 0.3, monitor: "loss" })!.epoch, 1);
});

Deno.test("train() validates within an epoch, and keeps the scores", () =>
  inFolder(async (dir) => {
    const config = patchConfig({ epochs: 1, batchSize: 6, validateEvery: 1 }), seen: StepScores[] = [];
    const onValidate = (scores: StepScores) => seen.push(scores);
    await train(dataset, config, { dir, fold: fold!, images, onValidate });
    assertEquals(seen.map(({ step }) => step), [1, 2]); // 18 images by 6: the third step ends the epoch
    const lines = (await Deno.readTextFile(`${dir}/checks.jsonl`)).trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines, seen);
  }));

Deno.test("train() shows as many batches as limitBatches says, and learns one batch by heart", () =>
  inFolder(async (dir) => {
    const short = patchConfig({ epochs: 1, batchSize: 4, limitBatches: 2 });
    const { history } = await train(dataset, short, { dir: `${dir}/short`, fold: fold!, images });
    assertEquals(history[0]!.step, 2);
    const model = { dropPath: 0, head: { name: "plain", dropout: 0 } } as const;
    const heart = patchConfig({
      epochs: 12,
      batchSize: 6,
      overfitOneBatch: true,
      sampler: "shuffle",
      augments: [],
      model,
    });
    const run = await train(dataset, heart, { dir: `${dir}/heart`, fold: fold!, images });
    assert(
      run.history.at(-1)!.trainLoss < 0.25 * run.history[0]!.trainLoss,
      JSON.stringify(run.history.map((r) => r.trainLoss)),
    );
  }));

for (const average of [{ name: "ema", decay: 0.8 }, { name: "swa", from: 0.5 }] as const) {
  Deno.test(`train() with ${average.name}, clipping and a plateau goes on after a stop as an unbroken run`, () =>
    inFolder(async (dir) => {
      const config = patchConfig({
        average,
        clip: { norm: 1 },
        schedule: { name: "plateau", patience: 0, factor: 0.5 },
      });
      const whole = await train(dataset, config, { dir: `${dir}/whole`, fold: fold!, images });
      const abort = new AbortController(), broken = { dir: `${dir}/broken`, fold: fold!, images };
      const onEpoch = ({ epoch }: EpochRow) => epoch === 3 && abort.abort();
      await assertRejects(() => train(dataset, config, { ...broken, signal: abort.signal, onEpoch }), DOMException);
      const again = await train(dataset, config, broken);
      assertEquals(timeless(again), timeless(whole));
      const bytes = await Promise.all([again, whole].map((run) => Deno.readFile(`${run.dir}/best.safetensors`)));
      assertEquals(bytes[0], bytes[1]);
    }));
}

Deno.test("train() validates, keeps and predicts with the average of the weights", () =>
  inFolder(async (dir) => {
    const config = patchConfig({ epochs: 3, average: { name: "ema", decay: 0.5, warmup: false } });
    const run = await train(dataset, config, { dir, fold: fold!, images });
    const { tensors } = await readSafetensors(`${dir}/last.safetensors`);
    const name = "classifier.bias", best = (await readSafetensors(`${dir}/best.safetensors`)).tensors[name]!.data;
    if (run.best.epoch === 3) assertEquals(best, tensors[`average.${name}`]!.data);
    assert(tensors[name]!.data.some((value, i) => value !== tensors[`average.${name}`]!.data[i]), "they differ");
    const model = await loadModel(run);
    assertEquals(model.params[name]!.dataSync(), best);
    const again = await predict(model, images, { indices: fold!.valid, views: config.views });
    again.probabilities.forEach((p, i) => assertAlmostEquals(p, run.valid.probabilities[i]!, 1e-5));
    model.dispose();
  }));

Deno.test("retakeStatistics() leaves the plain means of what training batches show", async () => {
  await initBackend({ need: "train" });
  const model = await createModel({ name: "efficientnet_nano" }, { classes: 3, seed: 1, size: [32, 32] });
  const order = Int32Array.from({ length: 18 }, (_, i) => i), labels = dataset.samples.map(({ label }) => label);
  using loader = makeLoader({ images, labels, classes: 3, input: model.input }, {
    seed: 1,
    augments: [],
    batchSize: 6,
    workers: 0,
  });
  const name = "bn1.running_mean", means: Float32Array[] = [];
  for await (const { parts } of loader.epoch(order, 1)) {
    for (const { x } of parts) { // one batch alone, with all of its weight
      tf.tidy(() => void model.forward(x, { training: true, rng: seededRng(1), momentum: 1 }));
      means.push(await model.buffers[name]!.data() as Float32Array);
    }
  }
  await retakeStatistics(model, loader.epoch(order, 1), seededRng(1));
  const found = await model.buffers[name]!.data();
  found.forEach((value, i) => {
    const mean = means.reduce((sum, batch) => sum + batch[i]!, 0) / means.length;
    assertAlmostEquals(value, mean, 1e-5);
  });
  model.dispose();
});

Deno.test("train() tells losses the classes' counts and the epoch", () =>
  inFolder(async (dir) => {
    for (const loss of [{ name: "weightedCrossEntropy" }, { name: "ldam" }] as const) {
      const run = await train(dataset, patchConfig({ epochs: 2, loss }), {
        dir: `${dir}/${loss.name}`,
        fold: fold!,
        images,
      });
      assert(run.history.every(({ trainLoss }) => Number.isFinite(trainLoss)));
    }
  }));

Deno.test("train() leaves samples near a cut out of training, and validates on all", () =>
  inFolder(async (dir) => {
    const schema = makeSchema([{ name: "age", levels: ["young", "middle", "old"], cuts: [30, 60] }]);
    const ages = [20, 29, 40]; // the second is within a year of a cut
    const samples = dataset.samples.map((sample, i) => {
      const age = ages[i % 3]!;
      return { ...sample, label: age < 30 ? 0 : 1, attributes: { age } };
    });
    const config = patchConfig({ epochs: 1, batchSize: 4, sampler: "shuffle", nearCuts: { name: "drop" } });
    const run = await train({ ...dataset, schema, samples }, config, { dir, fold: fold!, images });
    const kept = [...fold!.train].filter((index) => index % 3 !== 1).length;
    assertEquals(run.history[0]!.step, Math.ceil(kept / 4));
    assertEquals(run.valid.ids.length, fold!.valid.length);
  }));

Deno.test("train() gives the same weights byte for byte with one thread and with two, and with a worker", () =>
  inFolder(async (dir) => {
    const config = patchConfig({ epochs: 2, mixes: [{ name: "cutMix" }] });
    const bytes: Uint8Array[] = [];
    for (const [threads, workers] of [[1, 0], [2, 1]] as const) {
      await initBackend({ need: "train", prefer: "wasm", threads });
      const where = `${dir}/${threads}`;
      await train(dataset, { ...config, workers }, { dir: where, fold: fold!, images });
      bytes.push(await Deno.readFile(`${where}/best.safetensors`));
    }
    // The header's config tells the workers, so the tensors alone are compared: they stand at the end.
    const tail = Math.min(...bytes.map(({ length }) => length)) - 4096;
    assertEquals(bytes[0]!.subarray(-tail), bytes[1]!.subarray(-tail));
  }));
