import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Dataset } from "../../src/core/records.ts";
import { loadPredictions, readParquet } from "../../src/frame/mod.ts";
import { readCsv, readJson } from "../../src/io/mod.ts";
import { score } from "../../src/metrics/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import {
  applyFinish,
  crossValidate,
  finish,
  finishLine,
  type FinishOptions,
  type FinishRecord,
  ladderText,
  type Member,
  openRuns,
} from "../../src/train/mod.ts";
import { patchConfig } from "./fixtures.ts";
import { writePatches } from "./patch_files.ts";

const dir = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
await initBackend({ need: "train" });
const dataset = await writePatches(`${dir}/data`, 8), test = await writePatches(`${dir}/test`, 3);
const members: Member[] = [];
for (const seed of [1, 2]) {
  const config = patchConfig({ folds: 2, epochs: 2, seed });
  await crossValidate(dataset, config, { dir: `${dir}/seed-${seed}`, cacheDir: `${dir}/cache` });
  members.push({ dir: `${dir}/seed-${seed}`, runs: await openRuns(`${dir}/seed-${seed}`) });
}
const options: FinishOptions = { dir: `${dir}/out`, folds: 2, resamples: 50, views: "config" };

Deno.test("finish() predicts each view of each image once, climbs the chain and writes all of it", async () => {
  const stages: string[] = [];
  const result = await finish(dataset, members, { ...options, test, onProgress: ({ stage }) => stages.push(stage) });
  const { ladder, onTest, oof, members: own } = result;
  assertEquals(ladder.rows.map(({ step }) => step).slice(0, 3), ["single model", "TTA", "ensemble"]);
  assertEquals([onTest!.length, own.length], [ladder.rows.length, 2]);
  assertEquals(oof.ids, dataset.samples.map(({ id }) => id));
  assert(ladder.rows[0]!.milliseconds! > 0 && ladder.rows[2]!.milliseconds! > ladder.rows[0]!.milliseconds!);

  const written = [...Deno.readDirSync(`${dir}/out`)].map(({ name }) => name);
  for (const name of ["ladder.json", "ladder.csv", "ladder.png", "chain.json", "oof.parquet", "reliability.svg"]) {
    assert(written.includes(name), name);
  }
  const parts = ladder.chain.parts.map(({ part }) => part);
  assertEquals(written.includes("calibration.json"), parts.includes("calibration"));
  assertEquals(written.includes("offsets.json"), parts.includes("offsets"));
  const { rows } = await readCsv(`${dir}/out/ladder.csv`);
  assertEquals(rows.map(({ values }) => Number(values["macroF1"])), ladder.rows.map(({ macroF1 }) => macroF1.score));
  const decided = (await readParquet(`${dir}/out/oof.parquet`)).getColumn("decided").toArray() as number[];
  const kept = await loadPredictions(`${dir}/out/oof.parquet`);
  assertEquals(score(kept, { predicted: decided }).macroF1, ladder.rows.at(-1)!.macroF1.score);
  assertEquals((await loadPredictions(`${dir}/out/predictions.parquet`)).ids, test.samples.map(({ id }) => id));

  const text = ladderText(result);
  for (const part of ["whole chain", "weights for log loss", "Every row is out-of-fold"]) {
    assertStringIncludes(text, part);
  }
  assertStringIncludes(finishLine(result), "24 images, 4 models");
});

Deno.test("finish() goes on where it was: kept views are not predicted again", async () => {
  await finish(dataset, members, { ...options, test });
  const names = () => [...Deno.readDirSync(`${dir}/out/views`)].map(({ name }) => name).sort();
  const stamps = () => names().map((name) => Deno.statSync(`${dir}/out/views/${name}`).mtime!.getTime());
  const before = [names(), stamps()], chain = await Deno.readTextFile(`${dir}/out/chain.json`);
  assertEquals(before[0]!.filter((name) => `${name}`.endsWith("-valid.parquet")).length, 4);
  await finish(dataset, members, { ...options, test });
  assertEquals([names(), stamps()], before);
  assertEquals(await Deno.readTextFile(`${dir}/out/chain.json`), chain);
});

Deno.test("finish() counts a member that is given twice once", async () => {
  const { members: own, ladder } = await finish(dataset, [...members, members[0]!], options);
  assertEquals(own, members);
  assertEquals(ladder.chain.members, 2);
});

Deno.test("applyFinish() says of other images what finish() said, from chain.json alone", async () => {
  await finish(dataset, members, { ...options, test });
  const submission = await Deno.readTextFile(`${dir}/out/submission.csv`);
  const record = await readJson(`${dir}/out/chain.json`) as FinishRecord;
  const { predictions } = await applyFinish(record, test, { dir: `${dir}/applied` });
  assertEquals(await Deno.readTextFile(`${dir}/applied/submission.csv`), submission);
  assertEquals(predictions, await loadPredictions(`${dir}/out/predictions.parquet`));
  const [first] = record.members, changed = { ...first!, runs: [{ ...first!.runs[0]!, weights: "0".repeat(64) }] };
  await assertRejects(
    () => applyFinish({ ...record, members: [changed] }, test, { dir: `${dir}/applied` }),
    Error,
    "must be those that it was fitted with",
  );
});

Deno.test("finish() refuses runs of other classes, images and labels, and shows the difference", async () => {
  const refused = (data: Dataset, given: readonly Member[], text: string) =>
    assertRejects(() => finish(data, given, { ...options, dir: `${dir}/none` }), Error, text);
  const { schema, samples } = dataset;
  const classes = ["red", "green", "yellow"];
  await refused(
    { ...dataset, schema: { ...schema, classes } },
    members,
    `it lacks ["yellow"] of the data's and has ["blue"]`,
  );
  await refused({ ...dataset, samples: samples.slice(3) }, members, `of 12 are missing ([ "p0/0"`);
  const other = samples.with(0, { ...samples[0]!, label: 1 });
  await refused({ ...dataset, samples: other }, members, `that of "p0/0" was "red" and is "green"`);
  await refused(dataset, [], "at least one run");
  const single: Member = { dir: "fold", runs: members[1]!.runs.slice(0, 1) };
  await refused(dataset, [members[0]!, single], "the same ids: 12 missing");
});
