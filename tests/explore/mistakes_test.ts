import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Dataset, Predictions } from "../../src/core/records.ts";
import { randomInt, type Rng } from "../../src/core/rng.ts";
import { decodeLabel } from "../../src/core/schema.ts";
import { findMistakes, mistakesByAttribute, mistakesByNumber, plotMistakesByNumber } from "../../src/explore/mod.ts";
import { between, printedRng } from "../random.ts";
import { randomFaces } from "./fixture.ts";

/** Random probabilities of all samples, in an order of their own. */
function randomPredictions(rng: Rng, { samples, schema: { classes } }: Dataset): Predictions {
  const order = samples.toSorted(() => rng() - 0.5), probabilities = new Float32Array(samples.length * classes.length);
  order.forEach(({ label }, i) => {
    const scores = classes.map((_, c) => rng() ** 4 + (c === label ? 0.5 : 0));
    const total = scores.reduce((sum, value) => sum + value, 0);
    scores.forEach((value, c) => probabilities[i * classes.length + c] = value / total);
  });
  return {
    ids: order.map(({ id }) => id),
    classes,
    probabilities,
    labels: Int32Array.from(order, ({ label }) => label),
  };
}

/** A row of findMistakes(). */
interface Row {
  readonly id: string;
  readonly true: string;
  readonly predicted: string;
  readonly confidence: number;
  readonly margin: number;
  readonly wrong: string;
  readonly age: number;
}

const rng = printedRng();
const dataset = randomFaces(rng, between(rng, 15, 40)), predictions = randomPredictions(rng, dataset);
const { schema, samples } = dataset;
const labels = new Map(samples.map(({ id, label }) => [id, label]));
const rowOf = (id: string) => {
  const i = predictions.ids.indexOf(id);
  return [...predictions.probabilities.subarray(i * 18, (i + 1) * 18)];
};
const guess = (id: string) => rowOf(id).indexOf(Math.max(...rowOf(id)));

Deno.test("findMistakes() holds every wrong image once, the most confident first, and in what it is wrong", async () => {
  const records = (await findMistakes(predictions, dataset)).toRecords() as unknown as Row[];
  const wrong = samples.filter(({ id, label }) => guess(id) !== label).map(({ id }) => id);
  assert(wrong.length > 0 && wrong.length < samples.length);
  assertEquals(records.map(({ id }) => id).sort(), wrong.sort());
  records.forEach((row, i) => {
    const label = labels.get(row.id)!, predicted = guess(row.id);
    assertEquals([row.true, row.predicted], [schema.classes[label], schema.classes[predicted]]);
    assertAlmostEquals(row.confidence, rowOf(row.id)[predicted]!, 1e-6);
    assertAlmostEquals(row.margin, rowOf(row.id)[predicted]! - rowOf(row.id)[label]!, 1e-6);
    if (i > 0) assert(row.confidence <= records[i - 1]!.confidence);
    const [a, b] = [decodeLabel(schema, label), decodeLabel(schema, predicted)];
    assertEquals(row.wrong, ["mask", "gender", "age"].filter((_, k) => a[k] !== b[k]).join(", "));
    assertEquals<unknown>(row.age, samples.find(({ id }) => id === row.id)!.attributes.age);
  });
});

Deno.test("mistakesByAttribute() agrees with the rows of findMistakes()", async () => {
  const wrong = ((await findMistakes(predictions, dataset)).toRecords() as unknown as Row[]).map((row) => row.wrong);
  for (const row of mistakesByAttribute(predictions, dataset)) {
    const here = wrong.filter((names) => names.split(", ").includes(row.attribute));
    assertEquals(row.mistakes, here.length);
    assertEquals(row.alone, wrong.filter((names) => names === row.attribute).length);
    assertAlmostEquals(row.share, here.length / samples.length);
    assertAlmostEquals(row.ofMistakes, here.length / wrong.length);
  }
});

Deno.test("mistakesByNumber() counts every image at its age, and of one attribute alone if asked", () => {
  const all = mistakesByNumber(predictions, dataset), ages = mistakesByNumber(predictions, dataset, { only: true });
  assertEquals(all.reduce((sum, { images }) => sum + images, 0), samples.length);
  for (const [k, { value, images, mistakes, share, low, high }] of all.entries()) {
    const here = samples.filter(({ attributes }) => attributes.age === value);
    assertEquals([images, mistakes], [here.length, here.filter(({ id, label }) => guess(id) !== label).length]);
    assert(0 <= low && low <= share && share <= high && high <= 1 && high - low > 0);
    const level = (label: number) => decodeLabel(schema, label)[2];
    assertEquals(ages[k]!.mistakes, here.filter(({ id, label }) => level(guess(id)) !== level(label)).length);
    if (k > 0) assert(value > all[k - 1]!.value);
  }
});

Deno.test("mistakesByNumber() has Wilson's interval", () => {
  // By the formula: (0.25 + 0.0960 -+ 0.2127) / 1.1921.
  const base = samples.find(({ label }) => label === 0) ?? samples[0]!;
  const many = Array.from(
    { length: 20 },
    (_, i) => ({ ...base, id: `${i}`, attributes: { ...base.attributes, age: 20 } }),
  );
  const probabilities = new Float32Array(20 * 18);
  many.forEach((_, i) => probabilities[i * 18 + (base.label + (i < 5 ? 1 : 0)) % 18] = 1);
  const own = { ids: many.map(({ id }) => id), classes: schema.classes, probabilities, labels: new Int32Array(20) };
  const [row, ...rest] = mistakesByNumber(own, { ...dataset, samples: many });
  assertEquals([rest.length, row!.share], [0, 0.25]);
  assertAlmostEquals(row!.low, 0.1119, 1e-4);
  assertAlmostEquals(row!.high, 0.4687, 1e-4);
});

Deno.test("mistakes leave out samples without a label, and are refused where none has one", async () => {
  const hidden = new Set(samples.filter(() => randomInt(rng, 2) === 0).map(({ id }) => id));
  const part = { ...dataset, samples: samples.map((s) => hidden.has(s.id) ? { ...s, label: -1 } : s) };
  const ids = (await findMistakes(predictions, part)).getColumn("id").toArray() as string[];
  assert(ids.every((id) => !hidden.has(id)));
  const none = { ...dataset, samples: samples.map((s) => ({ ...s, label: -1 })) };
  await assertRejects(() => findMistakes(predictions, none), RangeError, "has a label");
  assertThrows(() => mistakesByAttribute({ ...predictions, classes: ["a"] }, dataset), TypeError, "current classes");
  assertThrows(() => mistakesByNumber(predictions, { ...dataset, samples: [] }), RangeError, "is not");
  assertThrows(
    () => mistakesByNumber(predictions, dataset, { attribute: "mask" }),
    RangeError,
    "current value is mask",
  );
});

Deno.test("plotMistakesByNumber() draws each value and each cut, and refuses nothing at all", async () => {
  const rows = mistakesByNumber(predictions, dataset);
  const { svg, spec } = await plotMistakesByNumber(rows, { cuts: [30, 60] });
  assert(svg.includes("Mistakes by age") && svg.includes("share of images predicted wrong"));
  const layers = spec.layer as { data: { values: unknown[] } }[];
  assertEquals(layers.map(({ data }) => data.values.length), [1, 1, rows.length, rows.length]);
  await assertRejects(() => plotMistakesByNumber([]), RangeError, "at least one value");
});
