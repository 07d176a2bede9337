import { assert, assertEquals, assertRejects } from "@std/assert";
import { seededRng } from "../../src/core/rng.ts";
import type { Dataset, Predictions } from "../../src/core/records.ts";
import { encodeLabel, makeSchema } from "../../src/core/schema.ts";
import { findLabelErrors } from "../../src/explore/label_errors.ts";
import { printedRng } from "../random.ts";
import { noisyLabels } from "./noisy_labels.ts";

type Row = Record<string, string | number | null>;

async function rowsOf(predictions: Predictions, dataset: Dataset, options = {}): Promise<Row[]> {
  return (await findLabelErrors(predictions, dataset, options)).toRecords() as Row[];
}

Deno.test("findLabelErrors() has the planted faults among the first one and a half times as many rows", async () => {
  const { dataset, predictions, planted } = noisyLabels(printedRng(), { persons: 300, faults: 30, skill: 4 });
  const rows = (await rowsOf(predictions, dataset)).slice(0, 45);
  const found = planted.filter((fault) =>
    rows.some(({ group, attribute }) => group === fault.group && attribute === fault.attribute)
  );
  assert(found.length >= 0.9 * planted.length, `${found.length} of ${planted.length}`);
});

Deno.test("findLabelErrors() finds nothing where predictions and labels agree", async () => {
  const { dataset, predictions } = noisyLabels(seededRng(3), { persons: 40, faults: 0, skill: 12 });
  assertEquals(await rowsOf(predictions, dataset), []);
});

Deno.test("findLabelErrors() names what is recorded and suggested of persons and swaps", async () => {
  const { dataset, predictions, planted } = noisyLabels(seededRng(4), { persons: 60, faults: 12, skill: 12 });
  const rows = await rowsOf(predictions, dataset);
  assertEquals(rows.length, planted.length);
  for (const { group, attribute } of planted) {
    const row = rows.find((row) => row.group === group)!;
    assertEquals([row.attribute, row.confident], [attribute, "yes"]);
    if (attribute === "mask") {
      const pair = [[row.id, row.recorded], [row.other, row.suggested]].toSorted();
      assertEquals(pair, [[`${group}/incorrect_mask`, "not wear"], [`${group}/normal`, "incorrect"]]);
      assertEquals([row.kind, row.images], ["swap", 2]);
    } else {
      assertEquals([row.kind, row.id, row.other, row.images], ["person", group, null, 7]);
      assert(row.recorded !== row.suggested);
    }
    assert(Number(row.margin) > 0);
  }
});

Deno.test("findLabelErrors() judges a person by all images together", async () => {
  const schema = makeSchema([{ name: "gender", levels: ["male", "female"] }]);
  const samples = ["a", "b"].flatMap((group) =>
    [0, 1, 2].map((k) => ({ id: `${group}${k}`, path: "", group, label: 0, attributes: { gender: "male" } }))
  );
  const probabilities = Float32Array.of(0.9, 0.1, 0.8, 0.2, 0.3, 0.7, 0.6, 0.4, 0.1, 0.9, 0.2, 0.8);
  const predictions = {
    ids: samples.map(({ id }) => id),
    classes: schema.classes,
    probabilities,
    labels: new Int32Array(6),
  };
  const rows = await rowsOf(predictions, { schema, samples, root: "", faults: [] });
  assertEquals(rows.map(({ kind, id, suggested, images }) => [kind, id, suggested, images]), [
    ["person", "b", "female", 3],
  ]);
  const margin = (Math.log(0.4 / 0.6) + Math.log(0.9 / 0.1) + Math.log(0.8 / 0.2)) / 3;
  assert(Math.abs(Number(rows[0]!.margin) - margin) < 1e-5, `${rows[0]!.margin}, expected ${margin}`); // float32
});

Deno.test("findLabelErrors() suggests single images where persons have as many of each level as it happens", async () => {
  const schema = makeSchema([{ name: "mask", levels: ["on", "off"] }]);
  const labels = [[0, 0, 1], [0, 1, 1], [1, 1, 1], [0, 0, 0]];
  const samples = labels.flatMap((own, g) =>
    own.map((label, k) => ({ id: `${g}${k}`, path: "", group: `${g}`, label, attributes: {} }))
  );
  const probabilities = Float32Array.from(samples.flatMap(({ label, id }) => {
    const on = (label === 0) !== (id === "01") ? 0.95 : 0.05;
    return [on, 1 - on];
  }));
  const predictions = {
    ids: samples.map(({ id }) => id),
    classes: schema.classes,
    probabilities,
    labels: new Int32Array(12),
  };
  const rows = await rowsOf(predictions, { schema, samples, root: "", faults: [] }, { personal: [] });
  assertEquals(rows.map(({ kind, id, recorded, suggested }) => [kind, id, recorded, suggested]), [
    ["image", "01", "on", "off"],
  ]);
});

Deno.test("findLabelErrors() judges image by image a person whose images are not recorded alike", async () => {
  const { dataset, predictions } = noisyLabels(seededRng(6), { persons: 30, faults: 0, skill: 12 });
  const samples = dataset.samples.map((sample) => {
    if (sample.id !== "0007/mask2") return sample;
    const attributes = { ...sample.attributes, gender: sample.attributes.gender === "male" ? "female" : "male" };
    return { ...sample, attributes, label: encodeLabel(dataset.schema, attributes) };
  });
  const rows = await rowsOf(predictions, { ...dataset, samples });
  assertEquals(rows.map(({ kind, id, attribute }) => [kind, id, attribute]), [["image", "0007/mask2", "gender"]]);
});

Deno.test("findLabelErrors() leaves out samples without a label, and refuses what does not fit", async () => {
  const { dataset, predictions } = noisyLabels(seededRng(7), { persons: 8, faults: 4, skill: 12 });
  const unlabelled = (count: number) => ({
    ...dataset,
    samples: dataset.samples.map((sample, i) => i < count ? { ...sample, label: -1 } : sample),
  });
  const all = await rowsOf(predictions, dataset), half = await rowsOf(predictions, unlabelled(28));
  assertEquals(half.map(({ group }) => group), all.map(({ group }) => group).filter((group) => `${group}` >= "0004"));
  await assertRejects(() => findLabelErrors(predictions, unlabelled(56)), RangeError, "no sample with a prediction");
  await assertRejects(
    () => findLabelErrors(predictions, { ...dataset, samples: dataset.samples.slice(1) }),
    RangeError,
    `"0000/mask1" is not`,
  );
  await assertRejects(() => findLabelErrors(predictions, dataset, { personal: ["race"] }), RangeError, `"race" is not`);
  const classes = predictions.classes.toReversed();
  await assertRejects(() => findLabelErrors({ ...predictions, classes }, dataset), TypeError, "must be the data set's");
});
