import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { readSafetensors, type StoredTensor, writeSafetensors } from "../../src/io/mod.ts";
import {
  averageWeights,
  createModel,
  type CreateModelOptions,
  loadWeights,
  type Model,
  saveWeights,
} from "../../src/models/mod.ts";
import { modelTensors } from "../../src/models/weights.ts";
import * as tf from "../../src/tensor/tf.ts";

const nano = (options: Partial<CreateModelOptions> = {}) =>
  createModel({ name: "efficientnet_nano" }, { classes: 3, seed: 1, ...options });

/** Runs a test with a folder of its own. */
function weightsTest(name: string, run: (dir: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const dir = await Deno.makeTempDir();
    try {
      await run(dir);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });
}

type Tensors = { [name: string]: StoredTensor };

/** Writes a model's tensors, changed in some way. */
async function write(path: string, model: Model, change: (tensors: Tensors) => Tensors = (same) => same) {
  await writeSafetensors(path, { tensors: change(await modelTensors(model)), metadata: {} });
}

const rename = (tensors: Tensors, name: (name: string) => string): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [name(key), tensor]));

async function same(a: Model, b: Model, names = Object.keys({ ...a.params, ...a.buffers })): Promise<boolean> {
  const [one, two] = await Promise.all([modelTensors(a), modelTensors(b)]);
  return names.every((name) => one[name]!.data.every((value, i) => value === two[name]!.data[i]));
}

weightsTest("saveWeights() and loadWeights() bring back every number, and tell what they belong to", async (dir) => {
  const from = await nano({ classes: ["a", "b", "c"] }), to = await nano({ seed: 2 });
  await saveWeights(from, `${dir}/w.safetensors`, { metadata: { note: "mine" } });
  const loaded = await loadWeights(to, `${dir}/w.safetensors`);
  assert(await same(from, to));
  assertEquals([loaded.names, loaded.headReplaced, loaded.notes], ["timm", false, []]);
  const { metadata } = await readSafetensors(`${dir}/w.safetensors`);
  assertEquals([metadata.format, metadata.model, metadata.note], ["pt", "efficientnet_nano", "mine"]);
  assertEquals(JSON.parse(metadata.classes!), ["a", "b", "c"]);
  assertEquals(JSON.parse(metadata.input!).mean, [0.485, 0.456, 0.406]);
  from.dispose();
  to.dispose();
});

weightsTest("saveWeights() in F16 halves the file and keeps three digits", async (dir) => {
  const from = await nano(), to = await nano({ seed: 2 });
  await saveWeights(from, `${dir}/32.safetensors`);
  await saveWeights(from, `${dir}/16.safetensors`, { dtype: "F16" });
  const [whole, half] = await Promise.all(["32", "16"].map((name) => Deno.stat(`${dir}/${name}.safetensors`)));
  assert(half!.size < 0.6 * whole!.size, `${half!.size} of ${whole!.size}`); // the header stays
  await loadWeights(to, `${dir}/16.safetensors`);
  const [a, b] = await Promise.all([modelTensors(from), modelTensors(to)]);
  for (const [name, { data }] of Object.entries(a)) {
    data.forEach((value, i) =>
      assert(Math.abs(value - b[name]!.data[i]!) <= 2 ** -11 * Math.abs(value) + 2 ** -25, name)
    );
  }
  from.dispose();
  to.dispose();
});

weightsTest("loadWeights() leaves the head alone where the classes differ, and says so", async (dir) => {
  const from = await nano({ classes: 1000, seed: 2 }), to = await nano(), fresh = await nano();
  await write(`${dir}/w.safetensors`, from);
  const { headReplaced, notes, loaded } = await loadWeights(to, `${dir}/w.safetensors`);
  const head = ["classifier.weight", "classifier.bias"],
    body = Object.keys({ ...to.params, ...to.buffers })
      .filter((name) => !head.includes(name));
  assertEquals([headReplaced, notes, loaded], [true, ["the head (classifier) is new, for 3 classes"], body.length]);
  assert(await same(to, fresh, head) && await same(to, from, body));
  await assertRejects(() => loadWeights(to, `${dir}/w.safetensors`, { head: "exact" }), TypeError, "classifier.weight");
  [from, to, fresh].forEach((model) => model.dispose());
});

weightsTest("loadWeights() takes a plain head's file for a model with another head", async (dir) => {
  const from = await nano({ seed: 2 });
  await write(`${dir}/w.safetensors`, from);
  const to = await createModel({ name: "efficientnet_nano", head: { name: "hidden" } }, { classes: 3, seed: 1 });
  assertEquals((await loadWeights(to, `${dir}/w.safetensors`)).headReplaced, true);
  from.dispose();
  to.dispose();
});

weightsTest("loadWeights() sees through PyTorch's wrappers and counters", async (dir) => {
  const from = await nano({ seed: 2 }), to = await nano();
  await write(
    `${dir}/w.safetensors`,
    from,
    (tensors) =>
      rename(
        { ...tensors, "bn1.num_batches_tracked": { shape: [], data: Float32Array.of(7) } },
        (name) => `module.${name}`,
      ),
  );
  await loadWeights(to, `${dir}/w.safetensors`);
  assert(await same(from, to));
  from.dispose();
  to.dispose();
});

weightsTest("loadWeights() lists what is missing and left over, and changes nothing", async (dir) => {
  const from = await nano({ seed: 2 }), to = await nano(), fresh = await nano(), path = `${dir}/w.safetensors`;
  await write(path, from, (tensors) => rename(tensors, (name) => name === "bn2.bias" ? "bn2.shift" : name));
  const error = await assertRejects(() => loadWeights(to, path), TypeError);
  assert(error.message.includes(`"${path}"`) && error.message.includes('missing 1 ("bn2.bias")'), error.message);
  assert(error.message.includes('left over 1 ("bn2.shift")'), error.message);
  assert(await same(to, fresh));
  await assertRejects(() => loadWeights(to, path, { allowMissing: true }), TypeError, "left over 1");
  const { missing, extra, notes } = await loadWeights(to, path, { allowMissing: true, allowExtra: true });
  assertEquals([missing, extra, notes.length], [["bn2.bias"], ["bn2.shift"], 2]);
  assert(await same(to, from, ["conv_stem.weight"]) && await same(to, fresh, ["bn2.bias"]));
  [from, to, fresh].forEach((model) => model.dispose());
});

weightsTest("loadWeights() refuses a tensor of another shape by name, and changes nothing", async (dir) => {
  const from = await nano({ seed: 2 }), to = await nano(), fresh = await nano(), path = `${dir}/w.safetensors`;
  await write(path, from, (tensors) => ({ ...tensors, "bn2.bias": { shape: [2], data: new Float32Array(2) } }));
  await assertRejects(() => loadWeights(to, path), TypeError, '"bn2.bias" must have the shape [256]');
  assert(await same(to, fresh));
  [from, to, fresh].forEach((model) => model.dispose());
});

weightsTest("averageWeights() writes the mean by the shares", async (dir) => {
  const [a, b] = [await nano(), await nano({ seed: 2 })], to = await nano({ seed: 3 });
  await saveWeights(a, `${dir}/a.safetensors`);
  await saveWeights(b, `${dir}/b.safetensors`);
  await averageWeights([`${dir}/a.safetensors`, `${dir}/b.safetensors`], `${dir}/mean.safetensors`, { shares: [3, 1] });
  await loadWeights(to, `${dir}/mean.safetensors`);
  const [one, two, mean] = await Promise.all([modelTensors(a), modelTensors(b), modelTensors(to)]);
  for (const [name, { data }] of Object.entries(mean)) {
    data.forEach((value, i) =>
      assertAlmostEquals(value, 0.75 * one[name]!.data[i]! + 0.25 * two[name]!.data[i]!, 1e-6)
    );
  }
  [a, b, to].forEach((model) => model.dispose());
});

weightsTest("averageWeights() of one checkpoint is that checkpoint", async (dir) => {
  const model = await nano();
  await saveWeights(model, `${dir}/a.safetensors`);
  await averageWeights([`${dir}/a.safetensors`], `${dir}/mean.safetensors`);
  assertEquals(await Deno.readFile(`${dir}/mean.safetensors`), await Deno.readFile(`${dir}/a.safetensors`));
  model.dispose();
});

weightsTest("averageWeights() refuses checkpoints of other networks, and shares that do not fit", async (dir) => {
  const a = await nano(), b = await nano({ classes: 5 });
  await saveWeights(a, `${dir}/a.safetensors`);
  await saveWeights(b, `${dir}/b.safetensors`);
  const paths = [`${dir}/a.safetensors`, `${dir}/b.safetensors`];
  await assertRejects(() => averageWeights(paths, `${dir}/m`), TypeError, `"classifier.bias" must have one shape`);
  await assertRejects(() => averageWeights(paths, `${dir}/m`, { shares: [1] }), RangeError, "2 files, shares [1]");
  await assertRejects(() => averageWeights([], `${dir}/m`), RangeError, "0 files");
  a.dispose();
  b.dispose();
});

Deno.test("loadWeights() leaves no tensor behind", async () => {
  const dir = await Deno.makeTempDir(), model = await nano(), before = tf.memory().numTensors;
  await saveWeights(model, `${dir}/w.safetensors`);
  await loadWeights(model, `${dir}/w.safetensors`);
  assertEquals(tf.memory().numTensors, before);
  model.dispose();
  await Deno.remove(dir, { recursive: true });
});
