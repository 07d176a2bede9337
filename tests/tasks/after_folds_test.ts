import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { loadPredictions, paintFaces } from "maskfold";
import { lastLine, runTask, startTask } from "./children.ts";

const CONFIG = ["--size", "32", "--folds", "2", "--epochs", "1", "--batch-size", "16"];

const dir = await Deno.makeTempDir();
const data = `${dir}/data`;
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
await paintFaces(data, { people: 12, evalPeople: 3, seed: 3, size: [48, 36] });
const plain = runTask("crossval", "--data", data, "--out", `${dir}/plain`, "--config", "demo", ...CONFIG);
const read = async (path: string) => JSON.parse(await Deno.readTextFile(path));

Deno.test("crossval with pseudo-labels says how many there are, and validates on the same images", async () => {
  await plain;
  const pseudo = ["--pseudo", `${dir}/plain/test.parquet`, "--pseudo-threshold", "0", "--pseudo-per-class", "1"];
  const flags = ["--data", data, "--config", "demo", ...CONFIG, "--no-test", ...pseudo, "--pseudo-soft"];
  const stdout = await runTask("crossval", "--out", `${dir}/pseudo`, ...flags);
  const [, count] = /^(\d+) soft pseudo-labels of \1 classes, of 21 predictions/m.exec(stdout)!;
  const [own, other] = [
    await loadPredictions(`${dir}/pseudo/oof.parquet`),
    await loadPredictions(`${dir}/plain/oof.parquet`),
  ];
  assertEquals([own.ids, own.labels], [other.ids, other.labels]);
  const trained = await Promise.all(["pseudo", "plain"].map((name) => read(`${dir}/${name}/fold-0/data.json`)));
  assertEquals(trained[0].train, trained[1].train + Number(count));
});

Deno.test("refit trains seeds on all data for the folds' epochs, and predict takes them all", async () => {
  await plain;
  const flags = ["--runs", `${dir}/pl*`, "--data", data, "--seeds", "2", "--out", `${dir}/refit`];
  const stdout = await runTask("refit", ...flags);
  assertStringIncludes(stdout, "best epochs of the folds 1, 1, median 1: 1 epochs on all data, as many epochs");
  assertEquals(lastLine(stdout), `2 of 2 models on all data, 1 epochs, nothing validated: ${dir}/refit`);
  assertEquals((await read(`${dir}/refit/seed-43/data.json`)).train, 84);
  const predicted = await runTask("predict", "--run", `${dir}/refit`, "--data", data, "--out", `${dir}/predicted`);
  assertMatch(lastLine(predicted), /^21 images, 2 models: /);
});

Deno.test("distil prints the student beside the teacher, and what it keeps", async () => {
  await plain;
  const flags = ["--runs", `${dir}/plain`, "--data", data, "--out", `${dir}/student`, "--temperature", "3", ...CONFIG];
  const stdout = await runTask("distil", ...flags);
  assertMatch(stdout, /^teacher, 1 a fold +\d+,\d+ +\d+\.\d\d +\d+\.\d\d +[01]\.\d{4} \[/m);
  assertMatch(stdout, /^student .*\] +-?\d\.\d{4} \[-?\d\.\d{4}, -?\d\.\d{4}\]$/m);
  assertMatch(lastLine(stdout), /^the student keeps \d+\.\d % of the teacher's macro F1, 84 images of 2 folds: /);
  assertEquals((await read(`${dir}/student/fold-1/config.json`)).softTargets, { alpha: 0.7, temperature: 3 });
  const { code, stderr } = await startTask("distil", "--data", data, "--out", `${dir}/none`).done;
  assert(code === 1 && stderr.includes("give either --runs or --teacher"), stderr);
});

Deno.test("finish goes on where it was killed, and comes to the same", async () => {
  await plain;
  const flags = ["--runs", `${dir}/plain`, "--data", data, "--views", "identity,flip", "--out"];
  const [files, views] = [
    ["oof.parquet", "predictions.parquet", "submission.csv", "chain.json"],
    `${dir}/killed/views`,
  ];
  const whole = runTask("finish", ...flags, `${dir}/whole`);
  const { process, done } = startTask("finish", ...flags, `${dir}/killed`);
  const viewsThere = () => [...Deno.readDirSync(views)].filter(({ name }) => name.endsWith(".json")).length;
  while (await Deno.stat(views).then(viewsThere, () => 0) === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  process.kill("SIGKILL");
  await done;
  assert(!await Deno.stat(`${dir}/killed/chain.json`).then(() => true, () => false), "it was killed too late");
  await Promise.all([whole, runTask("finish", ...flags, `${dir}/killed`)]);
  for (const file of files) {
    assertEquals(await Deno.readFile(`${dir}/killed/${file}`), await Deno.readFile(`${dir}/whole/${file}`), file);
  }
});
