import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type EpochRow, paintFaces, seededRng } from "maskfold";
import { lastLine, runTask, startTask } from "./children.ts";

const SUMMARY = /^macro F1 [01]\.\d{4}, accuracy [01]\.\d{4}, 84 images, 2 folds, out-of-fold$/;
const CONFIG = ["--config", "demo", "--size", "32", "--folds", "2", "--epochs", "2", "--batch-size", "16"];

const dir = await Deno.makeTempDir();
const data = `${dir}/data`;
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
await paintFaces(data, { people: 12, evalPeople: 2, seed: 3, size: [48, 36] });

/** Everything that a cross-validation leaves and that must not depend on how often it was killed. */
async function results(out: string) {
  const folds = await Promise.all([0, 1].map(async (k) => {
    const { history } = JSON.parse(await Deno.readTextFile(`${out}/fold-${k}/summary.json`)) as { history: EpochRow[] };
    const rows = history.map(({ seconds: _, imagesPerSecond: __, waiting: ___, ...row }) => row);
    return { rows, weights: await Deno.readFile(`${out}/fold-${k}/best.safetensors`) };
  }));
  const texts = ["scores.json", "submission.csv"].map((name) => Deno.readTextFile(`${out}/${name}`));
  return { folds, texts: await Promise.all(texts) };
}

const unbroken = runTask("crossval", "--data", data, "--out", `${dir}/unbroken`, ...CONFIG)
  .then(async (stdout) => ({ stdout, ...await results(`${dir}/unbroken`) }));

Deno.test("crossval prints the backend, the split, the report and, last, the figures that matter", async () => {
  const { stdout } = await unbroken;
  for (const text of ["backend ", "leaked persons", "precision", "84 images of 12 persons, 18 classes"]) {
    assertStringIncludes(stdout, text);
  }
  assertMatch(lastLine(stdout), SUMMARY);
});

Deno.test("crossval writes a submission with a class for every eval image, in its order", async () => {
  const { texts } = await unbroken;
  const info = (await Deno.readTextFile(`${data}/eval/info.csv`)).trim().split(/\r?\n/).slice(1);
  const lines = texts[1]!.trim().split(/\r?\n/);
  assertEquals(lines[0], "ImageID,ans");
  assertEquals(lines.slice(1).map((line) => line.split(",")[0]), info.map((line) => line.split(",")[0]));
  assert(lines.slice(1).every((line) => /,(\d|1[0-7])$/.test(line)));
});

Deno.test("crossval killed at random moments and run again ends as an unbroken run", async () => {
  const { folds, texts } = await unbroken;
  const seed = Math.floor(performance.timeOrigin);
  console.log(`seed ${seed}`);
  const rng = seededRng(seed);
  const out = `${dir}/killed`;
  let kills = 0;
  for (; kills < 4; kills++) {
    const child = startTask("crossval", "--data", data, "--out", out, ...CONFIG);
    const timer = setTimeout(() => child.process.kill("SIGKILL"), 800 + rng() * 3200);
    const { code } = await child.done;
    clearTimeout(timer);
    if (code === 0) break;
  }
  assertMatch(lastLine(await runTask("crossval", "--data", data, "--out", out, ...CONFIG)), SUMMARY);
  assertEquals(await results(out), { folds, texts });
});

Deno.test("crossval killed while the submission is written leaves none or a whole one, and goes on", async () => {
  const { folds, texts } = await unbroken;
  const out = `${dir}/joining`;
  const child = startTask("crossval", "--data", data, "--out", out, ...CONFIG);
  const ended = child.done.then(() => true);
  while (!await Promise.race([ended, new Promise((resolve) => setTimeout(() => resolve(false), 2))])) {
    const names = [...Deno.readDirSync(dir)].some(({ name }) => name === "joining") ? [...Deno.readDirSync(out)] : [];
    if (names.some(({ name }) => name.startsWith("oof.parquet") || name.startsWith("test.parquet"))) {
      child.process.kill("SIGKILL");
      break;
    }
  }
  await child.done;
  const before = await Deno.readTextFile(`${out}/submission.csv`).catch(() => undefined);
  assert(before === undefined || before === texts[1], "half a submission");
  await runTask("crossval", "--data", data, "--out", out, ...CONFIG);
  assertEquals(await results(out), { folds, texts });
});

Deno.test("crossval with one fold at a time ends as all at once", async () => {
  const { folds, texts, stdout } = await unbroken;
  const out = `${dir}/apart`;
  const first = await runTask("crossval", "--data", data, "--out", out, "--fold", "1", ...CONFIG);
  assertEquals(lastLine(first), "fold 1 is finished; still to be trained: 0");
  const second = await runTask("crossval", "--data", data, "--out", out, "--fold", "0", ...CONFIG);
  assertEquals(lastLine(second), lastLine(stdout));
  assertEquals(await results(out), { folds, texts });
});

Deno.test("crossval goes on after a corrupt photograph, and says which was left out", async () => {
  const copy = `${dir}/corrupt`;
  await paintFaces(copy, { people: 12, evalPeople: 2, seed: 3, size: [48, 36] });
  const [person] = [...Deno.readDirSync(`${copy}/train/images`)].map(({ name }) => name).sort();
  const path = `${copy}/train/images/${person}/mask3.jpg`;
  await Deno.truncate(path, 100);
  const out = `${dir}/corrupt-run`;
  const stdout = await runTask("crossval", "--data", copy, "--out", out, ...CONFIG);
  assertStringIncludes(lastLine(stdout), "83 images, 2 folds");
  const { leftOut } = JSON.parse(await Deno.readTextFile(`${out}/fold-0/data.json`)) as { leftOut: string[] };
  assertEquals(leftOut.length, 1);
  assertStringIncludes(leftOut[0]!, `${person}/mask3.jpg`);
});

Deno.test("predict with all folds, and ensemble of their predictions, give the submission of the cross-validation", async () => {
  const { texts } = await unbroken;
  const predicted = await runTask("predict", "--run", `${dir}/unbroken`, "--data", data, "--out", `${dir}/predicted`);
  assertEquals(lastLine(predicted).startsWith("14 images, 2 models: "), true);
  assertEquals(await Deno.readTextFile(`${dir}/predicted/submission.csv`), texts[1]);
  const members = [0, 1].map((k) => `${dir}/unbroken/fold-${k}/test.parquet`).join();
  await runTask("ensemble", "--members", members, "--out", `${dir}/ensemble`);
  assertEquals(await Deno.readTextFile(`${dir}/ensemble/submission.csv`), texts[1]);
});

Deno.test("split writes the folds that crossval trains on", async () => {
  await unbroken;
  const stdout = await runTask("split", "--data", data, "--folds", "2", "--out", `${dir}/folds.json`);
  assertEquals(lastLine(stdout), "2 folds, 84 images, no person on both sides");
  const { folds } = JSON.parse(await Deno.readTextFile(`${dir}/folds.json`)) as { folds: string[][] };
  for (const [k, ids] of folds.entries()) {
    const { valid } = JSON.parse(await Deno.readTextFile(`${dir}/unbroken/fold-${k}/data.json`)) as { valid: string[] };
    assertEquals(ids, valid);
  }
});

Deno.test("explore prints tables and writes pictures", async () => {
  const stdout = await runTask("explore", "--data", data, "--out", `${dir}/explored`);
  for (const text of ["wear female young", "Persons a stratum"]) assertStringIncludes(stdout, text);
  const pictures = [...Deno.readDirSync(`${dir}/explored`)].map(({ name }) => name);
  for (const name of ["classes.svg", "classes.png"]) assert(pictures.includes(name), pictures.join(", "));
});
