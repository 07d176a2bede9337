import { assert, assertEquals, assertLess } from "@std/assert";
import { seededRng } from "../../src/core/rng.ts";
import { dataReport } from "../../src/explore/data_report.ts";
import { findFaults } from "../../src/explore/find_faults.ts";
import { describeFindings, type Finding, type FindingName, writeFindings } from "../../src/explore/finding.ts";
import { makeFrame, readCsvFrame } from "../../src/frame/mod.ts";
import { applyLabelPatch } from "../../src/io/apply_patch.ts";
import { loadFaces } from "../../src/io/faces.ts";
import { readLabelPatch } from "../../src/io/label_patches.ts";
import { packImages } from "../../src/io/pack.ts";
import { paintFaces } from "../../src/paint/dataset.ts";
import { withDir } from "../temporary.ts";
import { imageSet, randomFaces } from "./fixture.ts";
import { copiesOf, pairOf, placeOf, trueToImages } from "./planted.ts";

type Row = Record<string, string | number | null>;

/** The rows of one kind. */
function rowsOf(findings: readonly Finding[], name: FindingName): Row[] {
  return findings.find((finding) => finding.name === name)!.rows.toRecords() as Row[];
}

const FAULTS = {
  ...{ wrongGenders: 4, wrongAges: 4, swappedMasks: 4, samePeople: 2, copiedPeople: 2 },
  ...{ copiesWithin: 4, copiesAcross: 4, reencoded: 6, resized: 6, brightened: 6, cropped: 6 },
  ...{ truncated: 2, empty: 2, notImages: 2 },
};

Deno.test("dataReport() finds every kind of planted fault, draws and counts it, and drafts what corrects wrong labels", () =>
  withDir(async (dir) => {
    const { planted } = await paintFaces(`${dir}/data`, {
      ...{ people: 40, seed: 11, size: [96, 72], variety: 0.3, faults: FAULTS },
    });
    const dataset = await loadFaces(`${dir}/data`, { mode: "lenient" }), { samples } = dataset;
    const images = await packImages(dataset, { resize: 64, crop: 64 });
    const isValid = (group: string) => Number(group) % 3 === 0;
    const folds = [{
      train: Int32Array.from(samples.keys().filter((i) => !isValid(samples[i]!.group))),
      valid: Int32Array.from(samples.keys().filter((i) => isValid(samples[i]!.group))),
    }];
    const oof = trueToImages(dataset, planted, { rng: seededRng(12), skill: 6 });
    const report = await dataReport(dataset, images, { splits: { "by person": folds }, oof, sheet: 4 });
    images.close();
    const { findings } = report;

    const broken = planted.flatMap((fault) => fault.kind === "broken" ? [`${fault.id}/${fault.file}`] : []);
    const faults = rowsOf(findings, "faults");
    assertEquals(
      faults.map(({ path }) => placeOf(`${path}`.replace(/.*images\/|\.jpg$/g, ""))).toSorted(),
      broken.toSorted(),
    );
    assertEquals(faults.filter(({ kind }) => kind === "empty-file").length, 2);

    const copies = copiesOf(planted), pairs = rowsOf(findings, "duplicates");
    const found = new Set(pairs.map(({ a, b }) => pairOf(placeOf(a), placeOf(b))));
    for (const pair of found) assert(copies.has(pair), `${pair} is no copy`);
    for (const [pair, change] of copies) if (change === "none") assert(found.has(pair), pair);
    assert(found.size >= copies.size - 0.05 * 24, `${found.size} of ${copies.size}`);
    for (const { a, b, samePerson, crossesFolds } of pairs) {
      const [p, q] = [a, b].map((id) => placeOf(id).split("/")[0]!) as [string, string];
      assertEquals([samePerson, crossesFolds], [p === q ? "yes" : "no", isValid(p) !== isValid(q) ? "yes" : "no"]);
    }
    const grave = pairs.map(({ crossesFolds }) => crossesFolds === "yes");
    assert(grave[0] && grave.lastIndexOf(true) < grave.indexOf(false), "those that leak come first");

    const people = planted.flatMap((fault) => fault.kind === "person" ? [pairOf(fault.id, fault.source)] : []);
    const same = rowsOf(findings, "same_people").map(({ a, b }) => pairOf(`${a}`, `${b}`));
    for (const pair of people) assert(same.includes(pair), `${pair} is among ${same}`);
    assertLess(same.length, 3 * people.length);

    const wrong = planted.filter(({ kind }) => ["gender", "age", "swap"].includes(kind));
    const errors = rowsOf(findings, "label_errors").slice(0, 1.5 * wrong.length);
    const attributes = { gender: "gender", age: "age", swap: "mask" } as const;
    const right = wrong.filter(({ id, kind }) =>
      errors.some(({ group, attribute }) => group === id && attribute === attributes[kind as "gender"])
    );
    assert(right.length >= 0.9 * wrong.length, `${right.length} of ${wrong.length}`);

    const drafts = await writeFindings(findings, `${dir}/out`);
    assert(drafts.includes(`${dir}/out/label_errors.patch.csv`));
    const patched = applyLabelPatch(dataset, await readLabelPatch(`${dir}/out/label_errors.patch.csv`));
    const corrected = new Map(patched.samples.map(({ id, attributes }) => [id, attributes]));
    for (const fault of planted) {
      if (fault.kind !== "gender") continue;
      const own = samples.filter(({ group }) => group === fault.id);
      assert(own.every(({ id }) => corrected.get(id)!.gender === fault.actual), fault.id);
    }
    const written = await readCsvFrame(`${dir}/out/duplicates.csv`);
    assertEquals(written.getColumn("a").toArray(), pairs.map(({ a }) => `${a}`));

    const drawn = report.sections.flatMap(({ pictures = [] }) => pictures.map(({ name }) => name));
    const wanted = ["duplicates", "same_people", "wrong_persons", "swapped", "image_stats", "splits"];
    for (const name of wanted) assert(drawn.includes(name), name);
  }));

Deno.test("findFaults() finds nothing in sound images, says so, and does not compare persons of one image", async () => {
  const faces = randomFaces(seededRng(2), 4), samples = faces.samples.filter((_, i) => i % 3 === 0);
  const size = [16, 16] as const, rng = seededRng(3);
  const pixels = Uint8Array.from({ length: samples.length * 16 * 16 * 3 }, () => 256 * rng());
  const findings = await findFaults({ ...faces, samples }, imageSet(pixels, size));
  assertEquals(
    findings.map(({ name, rows, corrections, pictures }) => [
      ...[name, rows.height, corrections.length, pictures.length],
    ]),
    ["faults", "conflicts", "duplicates", "same_people"].map((name) => [name, 0, 0, 0]),
  );
  assert(findings[3]!.text.includes("no two persons of whom one has several images"));
  assertEquals(
    describeFindings(findings),
    "0 faults of files and tables, 0 conflicts, 0 pairs of copies, 0 pairs of persons who may be one",
  );
});

Deno.test("findFaults() takes a single person, and predictions that contradict nothing", async () => {
  const faces = randomFaces(seededRng(4), 1), size = [16, 16] as const, rng = seededRng(5);
  const pixels = Uint8Array.from({ length: 3 * 16 * 16 * 3 }, () => 256 * rng());
  const images = { ...imageSet(pixels, size), ids: faces.samples.map(({ id }) => id) };
  const oof = trueToImages(faces, [], { rng, skill: 50 });
  const findings = await findFaults(faces, images, { oof });
  assertEquals(findings.map(({ name, rows }) => [name, rows.height]).at(-1), ["label_errors", 0]);
  assertEquals(rowsOf(findings, "same_people"), []);
});

Deno.test("writeFindings() empties an older draft, so that nobody applies it to other data", () =>
  withDir(async (dir) => {
    const correction = { id: "1", attribute: "gender", old: "male", new: "female", why: "it shows" };
    const finding = {
      ...{ name: "duplicates", title: "", text: "", pictures: [] } as const,
      rows: await makeFrame({ a: ["1"], b: ["2"] }),
    };
    const draft = `${dir}/out/duplicates.patch.csv`;
    assertEquals(await writeFindings([{ ...finding, corrections: [correction] }], `${dir}/out`), [draft]);
    assertEquals((await readLabelPatch(draft)).corrections.length, 1);
    assertEquals(await writeFindings([{ ...finding, corrections: [] }], `${dir}/out`), []);
    assertEquals((await readLabelPatch(draft)).corrections, []);
  }));
