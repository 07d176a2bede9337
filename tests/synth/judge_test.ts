import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { seededRng } from "../../src/core/rng.ts";
import { readSafetensors } from "../../src/io/mod.ts";
import { splitDataset } from "../../src/split/mod.ts";
import { makeGenerator } from "../../src/synth/gan.ts";
import {
  assessGan,
  frechetDistance,
  type GanRow,
  gaussianOf,
  makeJudge,
  openGan,
  plotGan,
  trainGan,
} from "../../src/synth/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { train } from "../../src/train/mod.ts";
import { patchConfig, patches, patchImages } from "../train/fixtures.ts";
import { smallConfig } from "./fixtures.ts";

const root = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(root, { recursive: true }));
await initBackend({ need: "train" });
const dataset = patches(84), images = patchImages(dataset, { size: 16 });
const fold = splitDataset(dataset, { folds: 4, seed: 1 })[1]!; // 63 images are held out
const config = smallConfig({ epochs: 2, limitBatches: 3, penalty: "none", seed: 1 });
const prepared = patchConfig({ resize: 16, crop: 16, epochs: 6, folds: 4, seed: 1, batchSize: 16 });
await train(dataset, prepared, { dir: `${root}/classifier/fold-1`, fold, images });

const options = { config, fold, images };

Deno.test("makeJudge() finds held-out real images near, and names their classes", async () => {
  const judge = await makeJudge(`${root}/classifier`, dataset, options), { heldOut, unseen } = judge;
  assertEquals([...unseen], [...fold.valid]);
  assertEquals([heldOut!.count, judge.references], [63, 189]);
  const seen = await judge.see(fold.valid), { dims } = seen, real = await judge.see(fold.train);
  const right = fold.valid.filter((i, k) => seen.named[k] === dataset.samples[i]!.label).length;
  assertAlmostEquals(heldOut!.agreement, right / 63, 1e-12); // all classes are of one size
  assert(heldOut!.agreement > 0.5, `${heldOut!.agreement}`);
  const [a, b] = [seen, real].map(({ features }) => gaussianOf(features, { dims }));
  assertAlmostEquals(heldOut!.frechet, frechetDistance(a!, b!), 1e-9);
  const noise = Uint8Array.from({ length: 63 * 16 * 16 * 3 }, (_, i) => i * 7919 % 256);
  const far = gaussianOf((await judge.see(noise)).features, { dims });
  assert(frechetDistance(far, b!) > 3 * heldOut!.frechet, "noise is further away");
  judge.dispose();
});

Deno.test("makeJudge() judges a generator by as many images as are held out, and 25 of each class at least", async () => {
  const judge = await makeJudge(`${root}/classifier/fold-1`, dataset, options);
  const generator = makeGenerator(config, dataset.schema), before = tf.memory().numTensors;
  const quality = await judge.judge(generator, { rng: seededRng(3) });
  assertEquals(tf.memory().numTensors, before);
  assertEquals(quality, await judge.judge(generator, { rng: seededRng(3) }));
  assertEquals(quality.count, 63);
  for (const share of quality.agreements) assert(Number.isInteger(Math.round(share! * 25 * 1e9) / 1e9), `${share}`);
  const mean = quality.agreements.reduce<number>((sum, share) => sum + share!, 0) / 3;
  assertAlmostEquals(quality.agreement, mean, 1e-12);
  assert(quality.frechet > judge.heldOut!.frechet, "it never learned");
  generator.dispose();
  judge.dispose();
});

Deno.test("makeJudge() says nothing of real images that the classifier was trained on", async () => {
  const other = splitDataset(dataset, { folds: 4, seed: 1 })[0]!;
  const judge = await makeJudge(`${root}/classifier`, dataset, { ...options, fold: other });
  assertEquals([judge.heldOut, judge.unseen.length], [null, 0]);
  judge.dispose();
});

Deno.test("makeJudge() refuses a classifier of images prepared otherwise", async () => {
  const before = tf.memory().numTensors, other = { ...options, config: { ...config, resize: 20 } };
  await assertRejects(
    () => makeJudge(`${root}/classifier`, dataset, other),
    TypeError,
    "its resize is 16, the GAN's 20",
  );
  const few = { ...dataset, schema: { ...dataset.schema, classes: ["a", "b", "c"] } };
  await assertRejects(() => makeJudge(`${root}/classifier`, few, options), TypeError, "its classes are others");
  await assertRejects(() => makeJudge(root, dataset, options), Error, "holds neither");
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("trainGan() with a judge has its figures in each row, and trains as it does without", async () => {
  const judge = await makeJudge(`${root}/classifier`, dataset, options);
  const [bare, judged] = [
    await trainGan(dataset, config, { dir: `${root}/bare`, fold, images }),
    await trainGan(dataset, config, { dir: `${root}/judged`, fold, images, judge }),
  ];
  assertEquals(judged!.history.map(({ quality }) => quality?.count), [63, 63]);
  assertEquals(bare!.history.map((row) => row.quality), [undefined, undefined]);
  const losses = (run: typeof judged) =>
    run!.history.map((row) => [row.discriminatorLoss, row.generatorLoss, row.spread]);
  assertEquals(losses(judged), losses(bare));
  const [a, b] = await Promise.all(
    ["bare", "judged"].map((name) => readSafetensors(`${root}/${name}/last.safetensors`)),
  );
  assertEquals(a!.tensors, b!.tensors);
  const { svg } = await plotGan(judged!.history, { heldOut: judge.heldOut });
  for (const text of ["Fréchet distance", "precision", "classes named right", "dashed"]) {
    assertStringIncludes(svg, text);
  }
  assert(!(await plotGan(bare!.history)).svg.includes("Fréchet"));
  judge.dispose();
});

Deno.test("openGan() takes the generator of the least distance, which going on keeps unless it finds a better one", async () => {
  const judge = await makeJudge(`${root}/classifier`, dataset, options), dir = `${root}/best`;
  const more = { ...config, epochs: 5 }, abort = new AbortController();
  const onEpoch = (row: GanRow) => row.epoch === 2 && abort.abort();
  await assertRejects(
    () => trainGan(dataset, more, { dir, fold, images, judge, onEpoch, signal: abort.signal }),
    DOMException,
  );
  const { history, epoch, weights } = await trainGan(dataset, more, { dir, fold, images, judge });
  const distances = history.map(({ quality }) => quality!.frechet);
  assertEquals([distances.length, epoch, weights], [
    5,
    distances.indexOf(Math.min(...distances)) + 1,
    `${dir}/best.safetensors`,
  ]);
  assertEquals((await openGan(dir, { last: true })).epoch, 5);
  judge.dispose();
});

Deno.test("assessGan() writes the figures and the sheet of the generator that is kept", async () => {
  const judge = await makeJudge(`${root}/classifier`, dataset, options), before = tf.memory().numTensors;
  const found = await assessGan(await openGan(`${root}/judged`), judge, { dataset, images });
  assertEquals(tf.memory().numTensors, before);
  assertEquals(JSON.parse(await Deno.readTextFile(`${root}/judged/quality.json`)), found);
  const { epoch } = await openGan(`${root}/judged`);
  assertEquals([found.epoch, found.heldOut, found.nearest.samples], [epoch, judge.heldOut, 60]);
  for (const { threshold, share, heldOut } of [found.nearest.features, found.nearest.pixels]) {
    assert(threshold > 0 && share >= 0 && share <= 1 && heldOut! >= 0 && heldOut! < 0.5);
  }
  assert((await Deno.readFile(`${root}/judged/nearest.png`)).length > 1000);
  judge.dispose();
});
