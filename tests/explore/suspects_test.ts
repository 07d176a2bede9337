import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { randomNormal, seededRng } from "../../src/core/rng.ts";
import type { Sample } from "../../src/core/records.ts";
import { draftPatch } from "../../src/explore/draft_patch.ts";
import { findLabelErrors } from "../../src/explore/label_errors.ts";
import { findSamePeople } from "../../src/explore/same_people.ts";
import { pairSheet, personSheet } from "../../src/explore/suspect_sheets.ts";
import { makeFrame } from "../../src/frame/mod.ts";
import { applyLabelPatch, revertLabelPatch } from "../../src/io/apply_patch.ts";
import { readLabelPatch, writeLabelPatch } from "../../src/io/label_patches.ts";
import { between, printedRng } from "../random.ts";
import { withDir } from "../temporary.ts";
import { flatImage, randomFaces } from "./fixture.ts";
import { noisyLabels } from "./noisy_labels.ts";

Deno.test("draftPatch() drafts what, once written, read and applied, corrects the planted faults and can be taken back", async () => {
  const options = { persons: 40, skill: 14 };
  const { dataset, predictions, planted } = noisyLabels(seededRng(4), { ...options, faults: 9 });
  const drafted = draftPatch(await findLabelErrors(predictions, dataset), dataset);
  assertEquals(new Set(planted.map(({ attribute }) => attribute)).size, 3); // each kind is there
  await withDir(async (dir) => {
    await writeLabelPatch(`${dir}/patch.csv`, drafted);
    const patch = await readLabelPatch(`${dir}/patch.csv`);
    const corrected = applyLabelPatch(dataset, patch);
    assertEquals((await findLabelErrors(predictions, corrected)).height, 0);
    assertEquals(revertLabelPatch(corrected, patch), dataset);
  });
});

Deno.test("draftPatch() gives the second copy what the first one says, once, and of the rows asked for", async () => {
  const dataset = randomFaces(seededRng(1), 3);
  const attributes = { mask: "wear", gender: "male", age: 20 };
  const samples = dataset.samples.map((sample, i): Sample => {
    const own = i === 4 ? { ...attributes, age: 60 } : i < 6 ? attributes : sample.attributes;
    return { ...sample, attributes: own, label: i === 4 ? 2 : i < 6 ? 0 : sample.label };
  });
  const set = { ...dataset, samples };
  const [a, b, c] = [samples[0]!.id, samples[4]!.id, samples[1]!.id];
  const frame = await makeFrame({ a: [a, c, a], b: [b, b, c], kind: ["near", "near", "near"], difference: [0, 0, 0] });
  const drafted = draftPatch(frame, set);
  assertEquals(drafted.map(({ why: _, ...rest }) => rest), [
    { scope: "sample", id: b, attribute: "age", old: 60, new: 20 },
  ]);
  assert(drafted[0]!.why.includes(a));
  assertEquals(draftPatch(frame, set, { rows: 0 }), []);
  const unknown = await makeFrame({ a: [a], b: ["nobody"], kind: ["near"], difference: [0] });
  assertThrows(() => draftPatch(unknown, set), RangeError, `no sample "nobody"`);
});

Deno.test("draftPatch() drafts of two persons who may be one only what all their images say", async () => {
  const dataset = randomFaces(seededRng(2), 2);
  const samples = dataset.samples.map((sample) => {
    const attributes = { ...sample.attributes, gender: sample.group === "0" ? "male" : "female", age: 20 };
    return { ...sample, attributes };
  });
  const frame = await makeFrame({ a: ["0"], b: ["1"], copies: Int32Array.of(2) });
  assertEquals(draftPatch(frame, { ...dataset, samples }).map(({ why: _, ...rest }) => rest), [
    { scope: "group", id: "1", attribute: "gender", old: "female", new: "male" },
  ]);
});

Deno.test("findSamePeople() puts first those who share copies, then those whose features are nearest", async () => {
  const rng = printedRng(), width = between(rng, 17, 40), people = 30;
  const dataset = randomFaces(seededRng(5), people);
  const own = Array.from({ length: people }, () => Array.from({ length: width }, () => randomNormal(rng)));
  own[17] = own[3]!;
  own[21] = own[8]!;
  const features = Float32Array.from(
    dataset.samples.flatMap(({ group }) => own[Number(group)]!.map((value) => value + 50 + 0.3 * randomNormal(rng))),
  );
  const ids = dataset.samples.map(({ id }) => id);
  const duplicates = await makeFrame({ a: [ids[0]!, ids[6]!, ids[3]!], b: [ids[1]!, ids[40]!, ids[42]!] });
  const rows = (await findSamePeople(dataset, { duplicates, features })).toRecords() as Record<string, unknown>[];
  assertEquals(rows.slice(0, 2).map(({ a, b, copies }) => [a, b, copies]).toSorted(), [["1", "14", 1], ["2", "13", 1]]);
  assertEquals(rows.slice(2, 4).map(({ a, b, copies }) => [a, b, copies]).toSorted(), [["3", "17", 0], ["8", "21", 0]]);
  assert(Number(rows[3]!.similarity) > 10 && Number(rows[4]!.similarity) < 0, `${rows[4]!.similarity}`);
  assertEquals((await findSamePeople(dataset, { duplicates })).columns, ["a", "b", "copies"]);
});

Deno.test("findSamePeople() refuses nothing to go by, features that do not fit, and copies that are not there", async () => {
  const dataset = randomFaces(seededRng(6), 2);
  await assertRejects(() => findSamePeople(dataset, {}), TypeError, "duplicates or features must be given");
  await assertRejects(
    () => findSamePeople(dataset, { features: new Float32Array(13) }),
    TypeError,
    "current number of all is 13",
  );
  const duplicates = await makeFrame({ a: ["x"], b: ["y"] });
  await assertRejects(() => findSamePeople(dataset, { duplicates }), RangeError, `"x" is not`);
});

Deno.test("pairSheet() and personSheet() have a row a pair and a row a person", async () => {
  await withDir(async (dir) => {
    const dataset = { ...randomFaces(seededRng(7), 3), root: dir };
    for (const { path } of dataset.samples) {
      await Deno.mkdir(`${dir}/${path.split("/")[0]}`, { recursive: true });
      await Deno.writeFile(`${dir}/${path}`, await flatImage(30, 40, "#246"));
    }
    const [a, b, c] = dataset.samples.map(({ id }) => id);
    const frame = await makeFrame({ a: [a!, a!], b: [b!, c!], kind: ["near", "near"], difference: [0.0123, 0.2] });
    const pairs = await pairSheet(dataset, frame, { size: [80, 60] });
    assertEquals(pairs.svg.match(/<image/g)?.length, 4);
    assertEquals(pairs.size[1], 2 * 68 + 8);
    assert(pairs.svg.includes("0.012") && pairs.svg.includes(a!));
    const beside = await pairSheet(dataset, frame, { size: [80, 60], across: 2 });
    assertEquals(beside.size, [pairs.size[0] / 2 + 4, 4 * 68 + 8 + 20]); // the gap between pairs is wider
    const exact = await makeFrame({ a: [a!], b: [b!], kind: ["exact"], difference: [0] });
    assert((await pairSheet(dataset, exact, { size: [80, 60] })).svg.includes("exact"));
    const swaps = await makeFrame({
      id: [a!, b!],
      other: [null, c!],
      attribute: ["age", "mask"],
      suggested: ["x", "y"],
      margin: [1, 2],
    });
    assertEquals((await pairSheet(dataset, swaps, { size: [80, 60] })).svg.match(/<image/g)?.length, 2);
    const persons = await personSheet(dataset, ["2", "0"], { size: [80, 60] });
    assertEquals([persons.svg.match(/<image/g)?.length, persons.size[1]], [6, 3 * 68 + 8]);
    const named = await personSheet(dataset, ["2"], { size: [80, 60], label: ({ group }) => `person ${group}` });
    assertEquals(named.svg.match(/>person 2</g)?.length, 3);
    await assertRejects(() => personSheet(dataset, ["9"]), RangeError, `no person "9"`);
    await assertRejects(() => pairSheet(dataset, frame, { across: 0 }), RangeError, "across must be");
    await assertRejects(() => pairSheet(dataset, frame, { rows: 0 }), RangeError, "rows must be");
  });
});
