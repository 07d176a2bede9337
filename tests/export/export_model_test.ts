import { assert, assertEquals } from "@std/assert";
import { seededRng } from "../../src/core/rng.ts";
import { exportModel } from "../../src/export/export_model.ts";
import { trialImages } from "../../src/export/trial_images.ts";
import { openSafetensors } from "../../src/io/mod.ts";
import { saveWeights } from "../../src/models/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import { loadModel, openRun, type Run } from "../../src/train/mod.ts";
import { makeModel } from "../../src/train/run.ts";
import * as tf from "../../src/tensor/tf.ts";
import { withDir } from "../temporary.ts";
import { writeRun } from "../train/made_runs.ts";
import { isThere } from "./runtime.ts";
import { readOnnx, shapeOf } from "./structure.ts";

await initBackend({ need: "predict", prefer: "wasm" });

/** A run that nobody trained, with a small network's starting weights. */
export async function madeRun(dir: string, config: Record<string, unknown> = {}): Promise<Run> {
  const model = { name: "efficientnet_nano", head: { name: "attributes" } };
  await writeRun(dir, seededRng(1), { persons: [1, 2, 3, 4], config: { model, resize: 40, crop: 32, ...config } });
  const run = await openRun(dir), made = await makeModel(run.config, run.schema);
  await saveWeights(made, `${dir}/best.safetensors`);
  made.dispose();
  return run;
}

Deno.test("exportModel() writes the files asked for, tells their sizes, and leaves no tensor behind", async () => {
  await withDir(async (dir) => {
    const run = await madeRun(`${dir}/run`), before = tf.memory().numTensors;
    const files = await exportModel(run, { dir: `${dir}/all` });
    assertEquals(files.map(({ file }) => file), ["model.safetensors", "model.onnx", "model.f16.onnx"]);
    for (const { file, bytes } of files) assertEquals((await Deno.stat(`${dir}/all/${file}`)).size, bytes);
    assert(files[2]!.bytes < 0.6 * files[1]!.bytes);
    assertEquals(tf.memory().numTensors, before);
    const one = await exportModel(run, { dir: `${dir}/one`, formats: ["onnx"], half: "none" });
    assertEquals(one.map(({ file }) => file), ["model.onnx"]);
    assertEquals([...Deno.readDirSync(`${dir}/one`)].map(({ name }) => name), ["model.onnx"]);
  });
});

Deno.test("exportModel() says how each file did where onnxruntime-node is there, else how it is added", async () => {
  await withDir(async (dir) => {
    for (const input of ["bytes", "pixels", "normalised"] as const) {
      for (const half of ["weights", "whole"] as const) {
        const files = await exportModel(await madeRun(`${dir}/run`), { dir: `${dir}/out`, input, half });
        const [own, whole, small] = files;
        assert(own!.difference === 0 && own!.milliseconds! > 0 && own!.runtime.startsWith("maskfold, wasm"));
        if (isThere) {
          assert(whole!.difference! < 1e-4 && small!.difference! > whole!.difference!, JSON.stringify(files));
          assert(small!.difference! < 0.05 && whole!.milliseconds! > 0);
        } else {
          assertEquals([whole!.difference, whole!.milliseconds], [null, null]);
          assert(whole!.note!.includes("deno add npm:onnxruntime-node@"), whole!.note!);
        }
      }
    }
  });
});

Deno.test("exportModel()'s files hold the run's weights, attributes and input", async () => {
  await withDir(async (dir) => {
    const run = await madeRun(`${dir}/run`);
    await exportModel(run, { dir, foldNorms: false, metadata: { licence: "none" } });
    const file = await readOnnx(await Deno.readFile(`${dir}/model.onnx`));
    const texts = Object.fromEntries(file.metadataProps.map(({ key, value }) => [key, value]));
    assertEquals(JSON.parse(texts.attributes!), run.schema.attributes);
    assertEquals([texts.licence, JSON.parse(texts.input!).takes], ["none", "bytes"]);
    assertEquals(shapeOf(file.graph.input[0]!), ["batch", 32, 32, 3]);
    using saved = await openSafetensors(`${dir}/model.safetensors`);
    assertEquals(saved.metadata.licence, "none");
    const model = await loadModel(run), stem = file.graph.initializer.find(({ name }) => name === "conv_stem.weight")!;
    const { data } = await saved.read("conv_stem.weight");
    assertEquals(new Uint8Array(stem.rawData), new Uint8Array(data.slice().buffer));
    model.dispose();
  });
});

Deno.test("trialImages() are smooth, differ from each other, and are the same each time", () => {
  const images = trialImages(3, [20, 30]), stride = 20 * 30 * 3;
  assertEquals(images.length, 3 * stride);
  assertEquals(trialImages(3, [20, 30]), images);
  assert(images.subarray(0, stride).some((value, i) => value !== images[stride + i]));
  const step = images.subarray(3, stride).reduce((sum, value, i) => sum + Math.abs(value - images[i]!), 0) / stride;
  assert(step < 30, `${step}`); // of noise it is 85
});
