import { assert, assertMatch, assertStringIncludes } from "@std/assert";
import { paintFaces } from "maskfold";
import { lastLine, runTask } from "./children.ts";

const CONFIG = ["--config", "demo", "--size", "32", "--folds", "2", "--batch-size", "8"];
const dir = await Deno.makeTempDir(), data = `${dir}/data`;
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
await paintFaces(data, { people: 8, evalPeople: 1, seed: 3, size: [48, 36] });

Deno.test("preview draws what the network will see", async () => {
  const out = `${dir}/preview.png`;
  const stdout = await runTask("preview", "--data", data, ...CONFIG, "--out", out, "--count", "5", "--pairs");
  assertMatch(lastLine(stdout), /^5 images of epoch 1 without fold 0: .*preview\.png$/);
  assert((await Deno.readFile(out)).length > 0);
});

Deno.test("find-rate prints a table and, last, a rate, and draws the sweep", async () => {
  const out = `${dir}/rates.png`;
  const stdout = await runTask("find_rate", "--data", data, ...CONFIG, "--out", out, "--steps", "40", "--from", "1e-4");
  for (const text of ["backend ", "smoothed", "chart: "]) assertStringIncludes(stdout, text);
  assertMatch(lastLine(stdout), /^suggested learning rate \d\.\d\de-\d$/);
  assert((await Deno.readFile(out)).length > 0);
});
