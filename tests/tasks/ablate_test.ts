import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { paintFaces } from "maskfold";
import { lastLine, runTask, startTask } from "./children.ts";

const FOLD = ["--config", "demo", "--size", "32", "--epochs", "1", "--batch-size", "16"];

const dir = await Deno.makeTempDir();
const data = `${dir}/data`;
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
await paintFaces(data, { people: 12, evalPeople: 0, seed: 3, size: [48, 36] });

Deno.test("ablate takes --vary several times and JSON values, prints the table and, last, the best", async () => {
  const vary = ["--vary", 'loss=crossEntropy,{"name":"focal","gamma":1}', "--vary", "model.dropPath=0"];
  const out = `${dir}/ablate`;
  const stdout = await runTask("ablate", "--data", data, ...FOLD, "--fold", "0", "--folds", "2", ...vary, "--out", out);
  assertStringIncludes(stdout, "2 of 2: loss=focal(gamma=1),model.dropPath=0, seed ");
  assertMatch(stdout, /^combination +macro F1 +accuracy +difference to the first +share above 0$/m);
  assertMatch(lastLine(stdout), /^loss=\S+: macro F1 0\.\d{4} \[0\.\d{4}, [01]\.\d{4}\], 1 seed, /);
  const files = [...Deno.readDirSync(out)].map(({ name }) => name);
  for (const name of ["ablation.json", "ablation.svg", "ablation.png"]) assert(files.includes(name), files.join(", "));
});

Deno.test("sweep writes the best configuration as a preset that train takes", async () => {
  const path = `${dir}/ranges.json`, out = `${dir}/sweep`;
  await Deno.writeTextFile(path, JSON.stringify({ lr: { log: [1e-3, 1e-2] } }));
  const flags = ["--ranges", path, "--trials", "2", "--halving", "--eta", "2", "--rungs", "1", "--out", out];
  const stdout = await runTask("sweep", "--data", data, ...FOLD, ...flags);
  assertMatch(stdout, /^trial +epochs +macro F1 +accuracy +lr$/m);
  assertMatch(lastLine(stdout), /^macro F1 0\.\d{4}, accuracy 0\.\d{4}, trial [01]: \S+best\.json$/);
  const { lr, epochs } = JSON.parse(await Deno.readTextFile(`${out}/best.json`)) as { lr: number; epochs: number };
  assert(lr >= 1e-3 && lr <= 1e-2);
  assertEquals(epochs, 1);
  const faulty = startTask("train", "--data", data, "--config", `${out}/best.json`, "--epochs", "0", "--out", out);
  assertMatch((await faulty.done).stderr, /^TypeError: Cannot read the configuration as epochs: [^;]*$/m);
});

Deno.test("ablate and sweep report faults of what varies at once", async () => {
  const vary = ["--vary", "loss=focl", "--vary", "lr=-1,0.001"];
  const { code, stderr } = await startTask("ablate", "--data", data, "--backend", "cpu", ...vary).done;
  assertEquals(code, 1);
  for (const text of ["loss", "lr: "]) assertStringIncludes(stderr, text);
  const none = await startTask("ablate", "--data", data).done;
  assertStringIncludes(none.stderr, "one of --vary and --data-axis must be given");
  const path = `${dir}/faults.json`;
  await Deno.writeTextFile(path, JSON.stringify({ lr: { log: [0, 1] }, loss: { choice: [] } }));
  const sweep = await startTask("sweep", "--data", data, "--ranges", path).done;
  for (const text of ["lr.log.0", "loss.choice"]) assertStringIncludes(sweep.stderr, text);
  const rungs = await startTask("sweep", "--data", data, "--ranges", path, "--rungs", "2").done;
  assertStringIncludes(rungs.stderr, "--halving");
});

for (const name of ["ablate", "sweep"]) {
  Deno.test(`${name} --help says what it does and lists its flags`, async () => {
    const { code, stdout, stderr } = await startTask(name, "--help").done;
    assertEquals(code, 0, stderr);
    for (const text of ["Usage: deno task", name === "ablate" ? "--vary" : "--min-epochs", "--help"]) {
      assertStringIncludes(stdout, text);
    }
  });
}
