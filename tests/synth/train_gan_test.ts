import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { readSafetensors } from "../../src/io/mod.ts";
import { type GanRow, loadGenerator, openGan, resolveGanConfig } from "../../src/synth/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { withDir } from "../temporary.ts";
import { dataset, fold, smallConfig, trainSmall } from "./fixtures.ts";

const inFolder = (body: (dir: string) => Promise<void>) => async () => {
  await initBackend({ need: "train" });
  await withDir(body);
};

/** What must not depend on interruptions: everything but the times. */
const timeless = (history: readonly GanRow[]) =>
  history.map(({ seconds: _, imagesPerSecond: __, waiting: ___, ...row }) => row);

Deno.test(
  "trainGan() leaves a run that opens again, with a sheet an epoch, and no tensors",
  inFolder(async (dir) => {
    const before = tf.memory().numTensors, rows: GanRow[] = [];
    const run = await trainSmall(smallConfig(), dir, { onEpoch: (row) => rows.push(row) });
    assertEquals(tf.memory().numTensors, before);
    assertEquals(run, await openGan(dir));
    assertEquals([run.history, run.finished, run.history.length], [rows, true, 3]);
    assertEquals(
      run.counts,
      [0, 1, 2].map((label) => fold.train.filter((i) => dataset.samples[i]!.label === label).length),
    );
    const names = [...Deno.readDirSync(dir)].map(({ name }) => name).filter((name) => !name.startsWith(".")).sort();
    assertEquals(names, [
      "config.json",
      "data.json",
      "env.json",
      "generator.safetensors",
      "last.safetensors",
      "losses.png",
      "losses.svg",
      "metrics.jsonl",
      "sheets",
      "summary.json",
    ]);
    assertEquals([...Deno.readDirSync(`${dir}/sheets`)].length, 3);
    const lines = (await Deno.readTextFile(`${dir}/metrics.jsonl`)).trim().split("\n");
    assertEquals(lines.map((line) => JSON.parse(line)), rows);
    assert(rows.every(({ penalty }) => penalty > 0), "the penalty is taken");
    const again = await trainSmall(smallConfig(), dir, { onStep: () => assert(false, "trained") });
    assertEquals(again, run);
  }),
);

Deno.test(
  "trainGan() gone on with after a stop gives the numbers and weights of an unbroken run",
  inFolder(async (dir) => {
    const config = smallConfig(), whole = await trainSmall(config, `${dir}/whole`);
    for (const stopAt of [2, 6]) {
      const abort = new AbortController(), broken = `${dir}/broken-${stopAt}`;
      let steps = 0;
      const onStep = () => ++steps === stopAt && abort.abort();
      await assertRejects(() => trainSmall(config, broken, { signal: abort.signal, onStep }), DOMException);
      assertEquals(timeless((await trainSmall(config, broken)).history), timeless(whole.history));
      for (const part of ["generator", "last"]) {
        const [a, b] = await Promise.all(
          [broken, whole.dir].map((of) => readSafetensors(`${of}/${part}.safetensors`)),
        );
        assertEquals(a!.tensors, b!.tensors);
      }
    }
  }),
);

Deno.test(
  "trainGan() keeps the average of the generator's weights",
  inFolder(async (dir) => {
    const { tensors } = await readSafetensors(`${(await trainSmall(smallConfig(), dir)).dir}/last.safetensors`);
    const generator = await loadGenerator(dir);
    const kept = await generator.params["output.weight"]!.data(),
      [average, trained] = ["average.", "generator."].map((prefix) => tensors[`${prefix}output.weight`]!.data);
    assert(average!.some((value, i) => value !== trained![i]), "the average is another one");
    assertEquals([...average!].sort(), [...kept].sort()); // slots lie as the variables do, files as PyTorch's
    generator.dispose();
  }),
);

/** Trains with trouble; returns the error's message, the steps and epochs done, and those of the checkpoint. */
async function trouble(dir: string, options: Record<string, unknown>) {
  let message = "", name = "", steps = 0, epochs = 0;
  try {
    await trainSmall(smallConfig({ epochs: 30, penalty: "none", ...options }), dir, {
      onStep: () => steps++,
      onEpoch: () => epochs++,
    });
  } catch (error) {
    ({ message, name } = error as Error);
  }
  const path = `${dir}/last.safetensors`;
  const kept = await readSafetensors(path).then(({ metadata }) => JSON.parse(metadata.history!).length, () => 0);
  return { message, name, steps, epochs, path, kept };
}

/** Adam whose decay makes weights three times as large at each step. */
const GROWS = { name: "adam", beta1: 0.5, weightDecay: 4e4 };

Deno.test(
  "trainGan() stops at a loss that is no number, and names the step and the last good checkpoint",
  inFolder(async (dir) => {
    const { message, name, epochs, path, kept } = await trouble(dir, {
      lr: 1e-4,
      optimizer: GROWS,
      discriminator: { name: "dcgan", width: 4, norm: "none" },
      watch: { loss: 1e300 },
    });
    assertEquals(name, "LossError");
    assert(/^Cannot go on training as \w+ is (NaN|-?Infinity) in epoch \d+, step \d+ of \d+; /.test(message), message);
    assertStringIncludes(message, `the last good checkpoint is ${path}`);
    assert(epochs >= 1 && kept === epochs, `${kept} of ${epochs} epochs are in the checkpoint`);
  }),
);

Deno.test(
  "trainGan() stops when losses explode, and leaves the checkpoint before",
  inFolder(async (dir) => {
    const { message, name, epochs, path, kept } = await trouble(dir, {
      lr: 1e-4,
      optimizer: { ...GROWS, weightDecay: 2.5e4 },
      discriminator: { name: "dcgan", width: 4, norm: "none" },
    });
    assertEquals(name, "LossError");
    assert(/^Cannot go on training as the (discriminator|generator)'s loss has exploded: /.test(message), message);
    assertStringIncludes(message, `the last good checkpoint is ${path}, of epoch ${kept}`);
    assert(kept >= 1 && kept === epochs - 1, `${kept} of ${epochs} epochs are in the checkpoint`);
  }),
);

Deno.test(
  "trainGan() stops when samples do not differ within their classes",
  inFolder(async (dir) => {
    const { message, name, epochs, kept } = await trouble(dir, { lr: 1e-12, watch: { grace: 0, patience: 1 } });
    assertEquals([name, epochs, kept], ["LossError", 2, 0]);
    assertStringIncludes(message, "the generator has collapsed: for 2 epochs its samples' spread");
    assertStringIncludes(message, "; there is no checkpoint yet");
  }),
);

Deno.test(
  "trainGan() stops when the discriminator tells all images right",
  inFolder(async (dir) => {
    const { message, name, epochs } = await trouble(dir, {
      lr: 1e-9,
      discriminatorRate: 2e6,
      diffAugments: [],
      watch: { grace: 2, spread: 0, wins: 0.95, patience: 2 },
    });
    assertEquals(name, "LossError");
    assertStringIncludes(message, "the discriminator has won: for 3 epochs it told at least 0.95 of the images right");
    assert(epochs < 30, "before the end");
  }),
);

Deno.test(
  "trainGan() refuses another config in the same folder, and images of another size",
  inFolder(async (dir) => {
    await trainSmall(smallConfig({ epochs: 1 }), dir);
    await assertRejects(() => trainSmall(smallConfig({ epochs: 1, lr: 1 }), dir), TypeError, "lr (was 0.0002, is 1)");
    await assertRejects(() => trainSmall(smallConfig({ crop: 8 }), `${dir}/other`), TypeError, "8 x 8");
  }),
);

Deno.test("openGan() says what a folder lacks", () =>
  withDir(async (dir) => {
    await assertRejects(() => openGan(dir), Error, "as it holds no generator.safetensors");
  }));

Deno.test("the preset gan is a valid configuration", async () => {
  const preset = JSON.parse(await Deno.readTextFile(new URL("../../tasks/configs/gan.json", import.meta.url)));
  assertEquals(resolveGanConfig(preset).generator.name, "dcgan");
});
