import { assertEquals, assertStringIncludes } from "@std/assert";
import { printedRng } from "../random.ts";
import { withDir } from "../temporary.ts";
import { writeFolds, writeRun } from "../train/made_runs.ts";
import { lastLine, runTask, startTask } from "./children.ts";

const rng = printedRng();
const persons = Array.from({ length: 12 }, (_, i) => i);

Deno.test("runs lists what is below a folder, the best first, and prints it as JSON too", () =>
  withDir(async (dir) => {
    await writeRun(`${dir}/bad`, rng.fork("bad"), { persons, right: 0.1, each: 6 });
    await writeFolds(`${dir}/study/good`, rng.fork("good"), { persons, right: 1, each: 6, folds: 2 });
    await writeRun(`${dir}/broken`, rng, { persons });
    await Deno.writeTextFile(`${dir}/broken/summary.json`, "{");
    const text = await runTask("runs", "--root", dir, "--resamples", "20", "--folds");
    const names = text.split("\n").slice(1, 6).map((line) => line.split(" ")[0]);
    assertEquals(names, ["study/good", "study/good/fold-0", "study/good/fold-1", "bad", "broken"]);
    assertStringIncludes(text, `broken: Cannot read "${dir}/broken/summary.json"`);
    assertEquals(lastLine(text), `3 runs in ${dir}, 1 broken, best macro F1 1.0000 of study/good`);
    const entries = JSON.parse(await runTask("runs", "--root", dir, "--json", "--sort", "name", "--resamples", "20"));
    assertEquals(entries.map(({ name, state }: Record<string, unknown>) => [name, state]), [
      ["bad", "finished"],
      ["broken", "broken"],
      ["study/good", "finished"],
    ]);
    assertEquals(entries[2].folds[1].config.folds, 2);
  }));

Deno.test("runs names the orders that it knows, and refuses words that it takes none of", async () => {
  const { code, stderr } = await startTask("runs", "here", "--sort", "best").done;
  assertEquals(code, 1);
  for (const text of ["--here is not one of --root", "macroF1", "logLoss"]) assertStringIncludes(stderr, text);
});
