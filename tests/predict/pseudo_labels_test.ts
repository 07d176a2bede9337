import { assert, assertEquals, assertThrows } from "@std/assert";
import { makeSchema } from "../../src/core/schema.ts";
import type { Dataset, Fold, Sample } from "../../src/core/records.ts";
import { addPseudoLabels, isPseudoLabelled, pseudoLabels } from "../../src/predict/mod.ts";
import { between, printedRng } from "../random.ts";
import { randomLabels, randomMember, reordered } from "./members.ts";

const rng = printedRng();

/** Predictions of samples without labels. */
function unlabelled(rows: number, classes: number) {
  const member = randomMember(rng, randomLabels(rng, rows, classes), classes, { strength: 3 });
  return { ...member, labels: new Int32Array(rows).fill(-1) };
}

Deno.test("pseudoLabels() takes all that reach the threshold, and nothing else", () => {
  const classes = between(rng, 2, 6), predictions = unlabelled(200, classes);
  const rows = pseudoLabels(predictions, { threshold: 0.6 }), taken = new Map(rows.map((row) => [row.id, row]));
  predictions.ids.forEach((id, i) => {
    const own = [...predictions.probabilities.subarray(i * classes, (i + 1) * classes)], highest = Math.max(...own);
    const row = taken.get(id);
    assertEquals(row !== undefined, highest >= 0.6, id);
    if (row) {
      assertEquals([row.label, row.class, row.probability], [
        own.indexOf(highest),
        predictions.classes[row.label],
        highest,
      ]);
    }
  });
});

Deno.test("pseudoLabels() keeps to the quota with the most probable rows", () => {
  const predictions = unlabelled(300, 3), all = pseudoLabels(predictions, { threshold: 0.5 });
  for (const [quota, limits] of [[7, [7, 7, 7]], [[0, 5, 1000], [0, 5, 1000]]] as const) {
    const rows = pseudoLabels(predictions, { threshold: 0.5, quota });
    for (const [label, limit] of limits.entries()) {
      const own = all.filter((row) => row.label === label).sort((a, b) => b.probability - a.probability);
      const least = own.slice(0, limit).at(-1)?.probability ?? Infinity;
      const kept = rows.filter((row) => row.label === label);
      assertEquals(kept.length, Math.min(limit, own.length));
      assert(kept.every(({ probability }) => probability >= least));
    }
  }
});

Deno.test("pseudoLabels() does not depend on the order of rows, ties included", () => {
  const predictions = unlabelled(120, 3);
  const tied = { ...predictions, probabilities: predictions.probabilities.map((p) => Math.round(p * 4) / 4) };
  const rows = pseudoLabels(tied, { threshold: 0.75, quota: 4 });
  assert(rows.length > 3);
  assertEquals(pseudoLabels(reordered(tied, rng), { threshold: 0.75, quota: 4 }), rows);
});

Deno.test("pseudoLabels() has soft targets if asked, and leaves labelled samples out", () => {
  const predictions = unlabelled(30, 3), labels = predictions.labels.map((_, i) => i % 2 === 0 ? 1 : -1);
  const rows = pseudoLabels({ ...predictions, labels }, { threshold: 0, soft: true });
  assertEquals(rows.map(({ id }) => id).sort(), predictions.ids.filter((_, i) => i % 2 === 1).sort());
  for (const { id, targets } of rows) {
    const i = predictions.ids.indexOf(id);
    assertEquals(targets, [...predictions.probabilities.subarray(3 * i, 3 * i + 3)]);
  }
});

Deno.test("pseudoLabels() refuses thresholds and quotas that are none", () => {
  const predictions = unlabelled(5, 3);
  assertThrows(() => pseudoLabels(predictions, { threshold: 1.5 }), RangeError, "current value is 1.5");
  assertThrows(() => pseudoLabels(predictions, { threshold: 0.5, quota: [1, 2] }), RangeError, "3 whole numbers");
  assertThrows(() => pseudoLabels(predictions, { threshold: 0.5, quota: -1 }), RangeError, "quota");
  predictions.probabilities[4] = NaN;
  assertThrows(() => pseudoLabels(predictions, { threshold: 0.5 }), RangeError, `"image 1"`);
});

const schema = makeSchema([{ name: "mask", levels: ["on", "off"] }, {
  name: "age",
  levels: ["young", "old"],
  cuts: [40],
}]);

/** Samples of persons, two each. */
function people(root: string, prefix: string, persons: number, labelled: boolean): Dataset {
  const samples = Array.from({ length: 2 * persons }, (_, i): Sample => ({
    id: `${prefix}${i}`,
    path: `${prefix}/${i}.png`,
    group: `${prefix} person ${i >> 1}`,
    label: labelled ? i % 4 : -1,
    attributes: labelled ? { mask: i % 4 < 2 ? "on" : "off", age: i % 2 === 0 ? 20 : 60 } : {},
  }));
  return { schema, samples, root, faults: [] };
}

const dataset = people("data/train", "t", 4, true), pool = people("data/eval", "e", 3, false);
const folds: Fold[] = [
  { train: Int32Array.of(0, 1, 2, 3), valid: Int32Array.of(4, 5, 6, 7) },
  { train: Int32Array.of(4, 5, 6, 7), valid: Int32Array.of(0, 1, 2, 3) },
];
const rows = [{ id: "e1", label: 3, class: "off old", probability: 0.9 }, {
  id: "e4",
  label: 0,
  class: "on young",
  probability: 0.8,
}];

Deno.test("addPseudoLabels() adds samples to every fold's training and to no validation", () => {
  const found = addPseudoLabels(dataset, folds, { pool, rows });
  assertEquals(found.dataset.samples.slice(0, 8), dataset.samples);
  assertEquals(found.dataset.samples.slice(8), [
    {
      id: "e1",
      path: "../eval/e/1.png",
      group: "e person 0",
      label: 3,
      attributes: { mask: "off", labelledBy: "pseudo-label" },
    },
    {
      id: "e4",
      path: "../eval/e/4.png",
      group: "e person 2",
      label: 0,
      attributes: { mask: "on", labelledBy: "pseudo-label" },
    },
  ]);
  assertEquals(found.folds.map(({ train }) => [...train]), [[0, 1, 2, 3, 8, 9], [4, 5, 6, 7, 8, 9]]);
  assertEquals(found.folds.map(({ valid }) => valid), folds.map(({ valid }) => valid));
});

Deno.test("addPseudoLabels() refuses samples and persons of any validation, and names them", () => {
  const row = (id: string) => ({ id, label: 0, class: "on young", probability: 1 });
  const attempt = (id: string, from: Dataset, split: readonly Fold[] = folds) => () =>
    addPseudoLabels(dataset, split, { pool: from, rows: [row(id)] });
  assertThrows(
    attempt("t4", dataset),
    TypeError,
    `validation of fold 0, nor share a group with it: 1 break it, such as "t4"`,
  );
  const relative = { ...pool, samples: pool.samples.map((sample) => ({ ...sample, group: "t person 1" })) };
  assertThrows(attempt("e2", relative), TypeError, "validation of fold 1");
  assertThrows(attempt("t1", dataset, [folds[0]!]), TypeError, "none may be in the data set already");
  assertThrows(attempt("x", pool), TypeError, `each id must be in the pool: 1 break it, such as "x"`);
  assertThrows(
    () => addPseudoLabels(dataset, folds, { pool, rows: [...rows, rows[0]!] }),
    TypeError,
    "each id must occur once",
  );
  assertThrows(() => addPseudoLabels(dataset, folds, { pool, rows: [{ ...rows[0]!, label: 4 }] }), TypeError, "0 to 3");
});

Deno.test("addPseudoLabels() leaves the label of a sample with soft targets unknown, and hands the targets on", () => {
  const targets = [0.125, 0.125, 0.25, 0.5], [hard, soft] = [rows[0]!, { ...rows[1]!, label: 3, targets }];
  const found = addPseudoLabels(dataset, folds, { pool, rows: [hard, soft] });
  assertEquals(found.dataset.samples.slice(8).map(({ label }) => label), [3, -1]);
  assertEquals(found.dataset.samples.map(isPseudoLabelled), Array.from({ length: 10 }, (_, i) => i >= 8));
  assertEquals(found.softTargets, {
    ids: ["e4"],
    classes: schema.classes,
    probabilities: Float32Array.from(targets),
    labels: Int32Array.of(-1),
  });
  assertThrows(
    () => addPseudoLabels(dataset, folds, { pool, rows: [{ ...soft, targets: [0.5, 0.5] }] }),
    TypeError,
    `soft targets must be 4 probabilities: 1 break it, such as "e4"`,
  );
});
