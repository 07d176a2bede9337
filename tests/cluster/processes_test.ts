import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { paintFaces } from "maskfold";
import { lastLine, runTask, startTask } from "../tasks/children.ts";

const CONFIG = ["--config", "demo", "--size", "32", "--folds", "2", "--epochs", "1", "--batch-size", "16"];
const dir = await Deno.makeTempDir();
const data = `${dir}/data`;
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
await paintFaces(data, { people: 8, evalPeople: 2, seed: 5, size: [48, 36] });
const flags = (out: string) => ["--data", data, "--out", out, ...CONFIG];

/** What is joined of the folds, byte for byte. */
async function joined(out: string): Promise<Readonly<Record<string, Uint8Array>>> {
  const names = ["oof.parquet", "scores.json", "test.parquet", "submission.csv"];
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await Deno.readFile(`${out}/${name}`)] as const)),
  );
}

const alone = runTask("crossval", ...flags(`${dir}/alone`)).then(() => joined(`${dir}/alone`));

Deno.test("crossval --fold joins all where another process finished its fold while this one trained", async () => {
  const expected = await alone, out = `${dir}/meanwhile`;
  const slow = startTask("crossval", ...flags(out), "--fold", "1");
  while (!await Deno.stat(`${out}/fold-1/config.json`).catch(() => undefined)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  slow.process.kill("SIGSTOP"); // in the middle of its fold, while the first is trained from start to end
  const quick = await runTask("crossval", ...flags(out), "--fold", "0");
  assertEquals(lastLine(quick), "fold 0 is finished; still to be trained: 1");
  slow.process.kill("SIGCONT");
  const { code, stdout, stderr } = await slow.done;
  assertEquals(code, 0, stderr);
  assertStringIncludes(lastLine(stdout), "56 images, 2 folds, out-of-fold");
  assertEquals(await joined(out), expected);
});

Deno.test("crossval by four processes at once, two a fold, ends as by one", async () => {
  const expected = await alone, out = `${dir}/crowd`;
  const ends = await Promise.all(
    ["0", "1", "0", "1"].map((fold) => startTask("crossval", ...flags(out), "--fold", fold).done),
  );
  for (const { code, stderr } of ends) assertEquals(code, 0, stderr);
  assertEquals(await joined(out), expected);
  const packs = [...Deno.readDirSync(`${out}/cache`)].map(({ name }) => name);
  assert(packs.every((name) => !name.endsWith(".tmp")), packs.join());
  assertEquals(packs.filter((name) => name.endsWith(".bin")).length, 2);
});

Deno.test("crossval refuses a folder whose other folds were trained otherwise, before it trains", async () => {
  await alone;
  const { code, stderr } = await startTask("crossval", ...flags(`${dir}/alone`), "--fold", "0", "--lr", "0.5").done;
  assertEquals(code, 1);
  assertStringIncludes(stderr, "as its config differs in lr");
  const out = `${dir}/mixed`;
  await runTask("crossval", ...flags(out), "--fold", "1");
  const { code: second, stderr: why } = await startTask("crossval", ...flags(out), "--fold", "0", "--lr", "0.5").done;
  assertEquals(second, 1);
  assertStringIncludes(why, "fold-1");
  assertEquals(await Deno.stat(`${out}/fold-0/config.json`).catch(() => "none"), "none");
});
