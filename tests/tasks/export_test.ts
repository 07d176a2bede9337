import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { paintFaces } from "maskfold";
import { lastLine, runTask, startTask } from "./children.ts";

const dir = await Deno.makeTempDir(), data = `${dir}/data`;
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
await paintFaces(data, { people: 8, evalPeople: 1, seed: 3, size: [48, 36] });

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("export writes each fold's files and one card, or one fold's, and refuses a fold that there is not", async () => {
  const config = ["--config", "demo", "--size", "32", "--folds", "2", "--batch-size", "8", "--epochs", "1"];
  await runTask("crossval", "--data", data, ...config, "--out", `${dir}/cv`, "--limit-batches", "1");
  const stdout = await runTask("export", "--run", `${dir}/cv`, "--out", `${dir}/all`);
  assertEquals(namesIn(`${dir}/all`), ["card.md", "fold-0", "fold-1"]);
  assertEquals(namesIn(`${dir}/all/fold-1`), ["model.f16.onnx", "model.onnx", "model.safetensors"]);
  for (const text of ["ms an image", "largest logit difference", "fold-1/model.f16.onnx"]) {
    assertStringIncludes(stdout, text);
  }
  assertMatch(lastLine(stdout), /^6 files of 2 models, \d+\.\d\d MB, .*: .*card\.md$/);
  const one = ["--fold", "1", "--format", "onnx", "--half", "none", "--no-fold-norms", "--input", "pixels"];
  await runTask("export", "--run", `${dir}/cv`, "--out", `${dir}/one`, ...one);
  assertEquals(namesIn(`${dir}/one`), ["card.md", "model.onnx"]);
  assertStringIncludes(await Deno.readTextFile(`${dir}/one/card.md`), "pixels[3 * i + c]");
  const { code, stderr } = await startTask("export", "--run", `${dir}/cv`, "--out", `${dir}/two`, "--fold", "2").done;
  assert(code === 1 && stderr.includes("Cannot export fold 2 as the runs are fold-0, fold-1"), stderr);
});
