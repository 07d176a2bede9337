import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { makeSchema } from "../../src/core/schema.ts";
import { seededRng } from "../../src/core/rng.ts";
import { modelCard } from "../../src/export/card.ts";
import { cardFacts } from "../../src/export/card_facts.ts";
import { exportModel } from "../../src/export/export_model.ts";
import { saveWeights } from "../../src/models/mod.ts";
import { bootstrapScore, predictedClasses } from "../../src/metrics/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { openRun, openRuns, type Run } from "../../src/train/mod.ts";
import { makeModel } from "../../src/train/run.ts";
import { withDir } from "../temporary.ts";
import { type MadeRun, writeFolds, writeRun } from "../train/made_runs.ts";
import { isThere } from "./runtime.ts";

await initBackend({ need: "predict", prefer: "wasm" });

const PERSONS = Array.from({ length: 24 }, (_, i) => i);
const CONFIG = { model: { name: "efficientnet_nano" }, resize: 36, crop: 32, lr: 0.0125 };

async function withWeights(run: Run): Promise<Run> {
  const model = await makeModel(run.config, run.schema), last = model.params["classifier.weight"]!;
  tf.tidy(() => last.assign(tf.mul(last, 2000))); // so that what differs in the pixels shows in the probabilities
  await saveWeights(model, `${run.dir}/best.safetensors`);
  model.dispose();
  return run;
}

async function made(dir: string, options: Partial<MadeRun> = {}): Promise<Run> {
  await writeRun(dir, seededRng(1), { persons: PERSONS, config: CONFIG, ...options });
  return await withWeights(await openRun(dir));
}

Deno.test("modelCard() has scores with the intervals of a bootstrap by person", async () => {
  await withDir(async (dir) => {
    const run = await made(dir), text = await modelCard([run], { resamples: 100, seed: 3 });
    const { ids, labels, classes } = run.valid, groups = ids.map((id) => id.split("/")[0]!);
    const options = { labels, groups, classes: classes.length, resamples: 100, seed: 3 };
    const { macroF1, accuracy, perClass } = bootstrapScore([predictedClasses(run.valid)], options);
    for (const { score, low, high } of [macroF1, accuracy, perClass[4]!]) {
      assertStringIncludes(text, `| ${score.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}] |`);
    }
    assertStringIncludes(text, `On ${ids.length} images of 24 persons`);
    for (const name of ["mask", "gender", "age"]) assertMatch(text, new RegExp(`\\| ${name} \\| 0\\.\\d{4} \\[`));
    assertMatch(text, /expected calibration error \| 0\.\d{4} \[/);
  });
});

Deno.test("modelCard() names no image and no person", async () => {
  await withDir(async (dir) => {
    const run = await made(dir), text = await modelCard([run], { resamples: 20 });
    for (const id of run.valid.ids) assert(!text.includes(id), id);
    for (const person of PERSONS) assert(!new RegExp(`\\bp${person}\\b`).test(text), `p${person}`);
    assert(!text.includes(dir));
  });
});

Deno.test("modelCard() says what it must not be used for, and that age and gender from a face are sensitive", async () => {
  await withDir(async (dir) => {
    const text = await modelCard([await made(`${dir}/faces`)], { resamples: 20 });
    assertStringIncludes(text, "Telling gender and age from a face is a **sensitive inference**");
    for (const word of ["decisions about a person", "surveillance", "identification"]) assertStringIncludes(text, word);
    const schema = makeSchema([{ name: "colour", levels: ["red", "green", "blue"] }]);
    const other = await modelCard([await made(`${dir}/colours`, { schema })], { resamples: 20 });
    assert(!other.includes("sensitive inference") && other.includes("surveillance"));
  });
});

Deno.test("modelCard() tells options that differ from the defaults, and no others", async () => {
  await withDir(async (dir) => {
    const text = await modelCard([await made(dir)], { resamples: 20 });
    assertStringIncludes(text, "| `lr` | 0.0001 | 0.0125 |");
    assertStringIncludes(text, "| `model.name` | efficientnet_b0 | efficientnet_nano |");
    assert(!text.includes("`batchSize`"));
  });
});

Deno.test("modelCard() shows no place on a machine, of an option that is one", async () => {
  await withDir(async (dir) => {
    for (
      const place of [
        "/data/someone/start.safetensors",
        "../someone/start.safetensors",
        "C:\\someone\\start.safetensors",
      ]
    ) {
      const config = { ...CONFIG, model: { ...CONFIG.model, weights: place } };
      const text = await modelCard([await made(dir, { config })], { resamples: 20 });
      assert(!text.includes("someone") && text.includes("| `model.weights` | null | start.safetensors |"), text);
    }
    const config = { ...CONFIG, model: { ...CONFIG.model, weights: "timm/resnet18.a1_in1k" } };
    assertStringIncludes(
      await modelCard([await made(dir, { config })], { resamples: 20 }),
      "| timm/resnet18.a1_in1k |",
    );
  });
});

Deno.test("cardFacts() scores folds out-of-fold, with the counts of all of them", async () => {
  await withDir(async (dir) => {
    const oof = await writeFolds(dir, seededRng(2), { persons: PERSONS, folds: 3, config: CONFIG });
    const runs = await openRuns(dir);
    await withWeights(runs[0]!);
    const facts = await cardFacts(runs, { resamples: 20 });
    assertEquals([facts.models, facts.scores!.images, facts.scores!.persons], [3, oof.ids.length, 24]);
    assertEquals(facts.counts.reduce((sum, count) => sum + count, 0), oof.ids.length);
    const right = [...predictedClasses(oof)].filter((label, i) => label === oof.labels[i]).length;
    assertEquals(facts.scores!.accuracy.score, right / oof.ids.length);
    assertStringIncludes(await modelCard(runs, { resamples: 20 }), "3 networks, one for each fold");
  });
});

Deno.test("modelCard() of a run that does not say who is on its images has no intervals, and says so", async () => {
  await withDir(async (dir) => {
    const run = await made(dir, { says: false }), { scores } = await cardFacts([run]);
    assertEquals([scores!.persons, scores!.macroF1.low, scores!.calibrationError.low], [null, undefined, undefined]);
    assertStringIncludes(await modelCard([run]), "so that there are no intervals");
  });
});

Deno.test("modelCard() of a run that kept no images back has no scores, and says that nothing is known", async () => {
  await withDir(async (dir) => {
    const text = await modelCard([await made(dir, { persons: [] })]);
    assertStringIncludes(text, "nothing is known of how good it is");
    assert(!text.includes("NaN") && !text.includes("undefined"), text);
  });
});

Deno.test("modelCard() refuses to tell of nothing", async () => {
  await assertRejects(() => modelCard([]), RangeError, "at least one run");
});

/** What the card's n-th program prints. */
async function runCode(dir: string, text: string, n: number): Promise<[name: string, probability: number]> {
  const code = [...text.matchAll(/```ts\n(.*?)```/gs)][n]![1]!.replaceAll(/"((?:photo|model)\.\w+)"/g, `"${dir}/$1"`);
  const path = `${dir}/program_${n}.ts`, printed: unknown[] = [], { log } = console;
  await Deno.writeTextFile(path, code);
  try {
    console.log = (...values) => printed.push(...values);
    await import(`file://${path}`);
  } finally {
    console.log = log;
  }
  return printed as [string, number];
}

for (const input of ["bytes", "pixels", "normalised"] as const) {
  for (const sides of [{ resize: 36, crop: 32 }, { resize: [40, 33], crop: 32 }, { resize: 30, crop: 32 }]) {
    Deno.test({
      name: `modelCard()'s programs run and agree, for ${input} and ${JSON.stringify(sides)}`,
      sanitizeResources: false, // a session of onnxruntime stays open
      fn: async () => {
        await withDir(async (dir) => {
          const run = await made(`${dir}/run`, { config: { ...CONFIG, ...sides } });
          const files = await exportModel(run, { dir, input, half: "none" });
          await Deno.copyFile(new URL("../reference/images/portrait.jpg", import.meta.url), `${dir}/photo.jpg`);
          const text = await modelCard([run], { files, input, resamples: 20 });
          const [name, probability] = await runCode(dir, text, 0);
          assert(
            run.schema.classes.includes(name) && probability > 0.1 && probability < 0.95,
            `${[name, probability]}`,
          );
          if (!isThere) return;
          const [other, found] = await runCode(dir, text, 1);
          // The photograph is enlarged or made smaller by two libraries.
          assert(other === name && Math.abs(found - probability) < 0.05, `${[name, probability, other, found]}`);
        });
      },
    });
  }
}
