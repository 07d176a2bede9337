import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { ImageSet } from "../../src/core/mod.ts";
import { combine } from "../../src/train/vary.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import { crossValidate, openRun, packDataset, parseVary, resolveConfig, trainingDisplay } from "../../src/train/mod.ts";
import { withDir } from "../io/fixtures.ts";
import { patchConfig } from "./fixtures.ts";
import { writePatches } from "./patch_files.ts";

function readAll(images: ImageSet): Uint8Array {
  const out = new Uint8Array(images.ids.length * images.size[0] * images.size[1] * 3);
  images.fillBatch(images.ids.map((_, i) => i), out);
  images.close();
  return out;
}

Deno.test("packDataset() packs images as they are without steps, and changed by the config's steps", async () => {
  await withDir(async (dir) => {
    const dataset = await writePatches(`${dir}/data`, 2), options = { cacheDir: `${dir}/cache` };
    const stages: string[] = [];
    const plain = await packDataset(dataset, patchConfig(), options);
    const changed = await packDataset(dataset, patchConfig({ preprocess: "greyWorld" }), {
      ...options,
      onProgress: ({ stage, done, total }) => stages.push(`${stage} ${done}/${total}`),
    });
    assertEquals(plain.ids, changed.ids);
    assertNotEquals(plain.digest, changed.digest);
    assert(stages.includes("preprocess 6/6") && stages.at(-1) === "pack 6/6", `${stages}`);
    const pixels = readAll(changed),
      means = [0, 1, 2].map((c) => pixels.filter((_, i) => i % 3 === c).reduce((a, b) => a + b, 0));
    assertNotEquals(pixels, readAll(plain));
    assert(Math.max(...means) / Math.min(...means) < 1.02, `${means}`); // each image is grey on average
  });
});

Deno.test("packDataset() says of an image what is wrong with its source, and needs a folder for steps", async () => {
  await withDir(async (dir) => {
    const dataset = await writePatches(`${dir}/data`, 2), config = patchConfig({ preprocess: ["clahe"] });
    const { id, path } = dataset.samples[1]!;
    await Deno.writeTextFile(`${dir}/data/${path}`, "no picture");
    const images = await packDataset(dataset, config, { preprocessDir: `${dir}/made` });
    assertEquals(images.faults.map((fault) => [fault.kind, fault.id, fault.path]), [["undecodable", id, path]]);
    images.close();
    await assertRejects(() => packDataset(dataset, config), TypeError, "preprocessDir");
  });
});

Deno.test("resolveConfig() takes lists of parts by name, as --vary gives them", () => {
  const steps = (value: unknown) => resolveConfig({ preprocess: value as never }).preprocess.map(({ name }) => name);
  assertEquals(steps("none"), []);
  assertEquals(steps("clahe+sharpenEdges"), ["clahe", "sharpenEdges"]);
  assertEquals(steps(["clahe", { name: "greyWorld" }]), ["clahe", "greyWorld"]);
  assertEquals(resolveConfig({ views: "identity+flip" }).views.length, 2);
  const vary = parseVary(['preprocess=none,clahe,clahe+sharpenEdges,[{"name":"clahe","clip":4}]']);
  const combinations = combine(resolveConfig(), vary);
  assertEquals(combinations.map(({ name }) => name), [
    "preprocess=none",
    "preprocess=clahe",
    "preprocess=clahe+sharpenEdges",
    "preprocess=clahe(clip=4)",
  ]);
  assertEquals(combinations[2]!.config.preprocess.map(({ name }) => name), ["clahe", "sharpenEdges"]);
});

Deno.test("crossValidate() preprocesses training and test images, and the run remembers how", async () => {
  await initBackend({ need: "train" });
  await withDir(async (dir) => {
    const dataset = await writePatches(`${dir}/data`, 4), stages: string[] = [];
    const config = patchConfig({ folds: 2, epochs: 1, preprocess: "greyWorld" });
    await crossValidate(dataset, config, {
      dir: `${dir}/run`,
      fold: 0,
      test: dataset,
      onProgress: ({ stage, done, total }) => done === total && stages.push(stage),
    });
    assertEquals(stages.filter((stage, i) => stage !== stages[i - 1]), [
      "preprocess",
      "pack",
      "preprocess", // the test images are the same ones, whose pack is there
      "predict",
    ]);
    assertEquals((await openRun(`${dir}/run/fold-0`)).config.preprocess, config.preprocess);
    const folders = [...Deno.readDirSync(`${dir}/run/cache/preprocessed`)].filter(({ isDirectory }) => isDirectory);
    assertEquals(folders.map(({ name }) => name.split("-")[0]), ["greyWorld"]);
  });
});

Deno.test("trainingDisplay() shows the first of preprocessing's notes, and how many there are", () => {
  const lines: string[] = [], display = trainingDisplay({ target: "log", write: (text) => lines.push(text) });
  const note = (path: string) => ({ id: path, path, text: "No face was found." });
  display.onNotes([note("a.jpg"), note("b.jpg"), note("c.jpg")]);
  display.end();
  assert(lines.join("").includes("a.jpg: No face was found. (and 2 more such notes)"), lines.join(""));
});
