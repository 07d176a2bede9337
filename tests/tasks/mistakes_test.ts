import { assert, assertMatch, assertStringIncludes } from "@std/assert";
import { paintFaces, readParquet } from "maskfold";
import { lastLine, runTask } from "./children.ts";

const dir = await Deno.makeTempDir(), data = `${dir}/data`;
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
await paintFaces(data, { people: 8, evalPeople: 1, seed: 3, size: [48, 36] });

Deno.test("mistakes tells what a cross-validation predicts wrong, out-of-fold, and draws where it looks", async () => {
  const config = ["--config", "demo", "--size", "32", "--folds", "2", "--batch-size", "8", "--epochs", "1"];
  await runTask("crossval", "--data", data, ...config, "--out", `${dir}/cv`, "--limit-batches", "1");
  const stdout = await runTask("mistakes", "--run", `${dir}/cv`, "--data", data, "--out", `${dir}/out`, "--count", "5");
  for (const text of ["By attribute", "gender", "Most confident mistakes"]) assertStringIncludes(stdout, text);
  const [, count] = /^(\d+) of 56 images predicted wrong, 2 models: /.exec(lastLine(stdout)) ?? [];
  assert(Number((await readParquet(`${dir}/out/mistakes.parquet`)).height) === Number(count), lastLine(stdout));
  for (const name of ["worst", "grad_cam", "by_age"]) {
    assert((await Deno.readFile(`${dir}/out/${name}.png`)).length > 1000, name);
  }
  assertMatch(stdout, /pictures: .*grad_cam\.png/);
});
