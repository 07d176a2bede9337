import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { type Dataset, FACE_SCHEMA, makeSchema, type Sample, UNKNOWN_LABEL } from "../../src/core/mod.ts";
import { refuseSyntheticValid, splitDataset, stratifiedGroupKFold } from "../../src/split/mod.ts";
import { makePeople } from "./people.ts";

const OPTIONS = { folds: 4, seed: 9 };
const people = makePeople(90, 51);

function datasetOf(attributesOf: (i: number) => Sample["attributes"], schema = FACE_SCHEMA): Dataset {
  const samples = people.labels.map((label, i) => {
    return { id: `s${i}`, path: `${i}.jpg`, group: people.groups[i]!, label, attributes: attributesOf(i) };
  });
  return { schema, samples, root: "", faults: [] };
}

Deno.test("splitDataset() takes gender and age group, which a person keeps, as strata and the age as order", () => {
  const split = splitDataset(datasetOf((i) => ({ age: people.ages[i]! })), OPTIONS);
  const { labels, groups, strata, ages } = people;
  assertEquals(split, stratifiedGroupKFold(labels, groups, { ...OPTIONS, strata, order: ages }));
});

Deno.test("splitDataset() takes no order from ages that are not numbers or change within a person", () => {
  const { labels, groups, strata } = people;
  const expected = stratifiedGroupKFold(labels, groups, { ...OPTIONS, strata });
  assertEquals(splitDataset(datasetOf(() => ({ age: "young" })), OPTIONS), expected);
  assertEquals(splitDataset(datasetOf((i) => ({ age: 20 + i })), OPTIONS), expected);
});

Deno.test("splitDataset() stratifies by the labels of a person where no attribute is constant", () => {
  const schema = makeSchema([{ name: "any", levels: FACE_SCHEMA.classes }]);
  assertEquals(
    splitDataset(datasetOf(() => ({}), schema), OPTIONS),
    stratifiedGroupKFold(people.labels, people.groups, OPTIONS),
  );
});

Deno.test("splitDataset() takes the folds' own seed where it is given one", () => {
  const dataset = datasetOf((i) => ({ age: people.ages[i]! })), folds = splitDataset(dataset, OPTIONS);
  assertEquals(splitDataset(dataset, { ...OPTIONS, splitSeed: null }), folds);
  assertEquals(splitDataset(dataset, { folds: 4, seed: 10, splitSeed: 9 }), folds);
  assertNotEquals(splitDataset(dataset, { folds: 4, seed: 10, splitSeed: null }), folds);
});

Deno.test("splitDataset() names a sample of unknown class", () => {
  const dataset = datasetOf(() => ({}));
  const samples = dataset.samples.map((sample, i) => i === 5 ? { ...sample, label: UNKNOWN_LABEL } : sample);
  assertThrows(() => splitDataset({ ...dataset, samples }, OPTIONS), RangeError, `1 of 630 are not, the first is "s5"`);
});

Deno.test("splitDataset() has generated samples in every train part and in no valid part, and splits the others as without them", () => {
  const dataset = datasetOf((i) => ({ age: people.ages[i]! })), { samples } = dataset;
  const made = samples.slice(0, 40).map((sample, i) => ({
    ...sample,
    id: `synthetic-${i}/mask1`,
    group: `synthetic-${i}`,
  }));
  const mixed = [...made.slice(0, 13), ...samples, ...made.slice(13)];
  const ids = (from: readonly Sample[], indices: Int32Array) => Array.from(indices, (i) => from[i]!.id);
  const folds = splitDataset({ ...dataset, samples: mixed }, OPTIONS), plain = splitDataset(dataset, OPTIONS);
  for (const [k, { train, valid }] of folds.entries()) {
    assertEquals(ids(mixed, valid), ids(samples, plain[k]!.valid));
    const [real, generated] = [ids(samples, plain[k]!.train), made.map(({ id }) => id)];
    assertEquals(ids(mixed, train), [...generated.slice(0, 13), ...real, ...generated.slice(13)]);
    refuseSyntheticValid("train", { samples: mixed }, { train, valid });
  }
});

Deno.test("refuseSyntheticValid() names the first generated sample that would be validated on", () => {
  const samples = ["real", "synthetic-7/mask1", "synthetic-8/mask1"].map((id) => ({
    ...datasetOf(() => ({})).samples[0]!,
    id,
  }));
  const fold = { train: Int32Array.of(1), valid: Int32Array.of(0, 2) };
  assertThrows(
    () => refuseSyntheticValid("train", { samples }, fold),
    RangeError,
    'Cannot train as generated samples may not be validated on: 1 of 2 are generated, the first is "synthetic-8/mask1"',
  );
});
