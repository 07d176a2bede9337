import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { printedRng } from "../random.ts";
import { withDir } from "../temporary.ts";
import { writeFolds, writeRun } from "../train/made_runs.ts";
import { lastLine, runTask, startTask } from "./children.ts";

const rng = printedRng();
const persons = Array.from({ length: 12 }, (_, i) => i);

Deno.test("compare shows runs beside the first, and draws them", () =>
  withDir(async (dir) => {
    await writeRun(`${dir}/7`, rng.fork("a"), { persons, right: 0.2, each: 6, config: { lr: 0.001 } });
    await writeFolds(`${dir}/b`, rng.fork("b"), { persons, right: 0.9, each: 6, folds: 2 });
    const flags = ["--resamples", "50", "--out", `${dir}/out`];
    const text = await runTask("compare", `${dir}/7`, `${dir}/b`, ...flags);
    for (const part of ["Options that differ", "lr ", "F1 of not wear female old"]) assertStringIncludes(text, part);
    assertMatch(lastLine(text), /^b beside 7: macro F1 \+0\.\d{4} \[\+0\.\d{4}, \+0\.\d{4}\]$/);
    for (const name of ["compare.html", "scores.png", "scores.svg", "differences_b.png", "classes_b.svg"]) {
      assert((await Deno.stat(`${dir}/out/${name}`)).size > 500, name);
    }
    const json = JSON.parse(await runTask("compare", `${dir}/b`, `${dir}/7`, "--json", "--resamples", "50"));
    assertEquals(json.runs.map(({ name }: { name: string }) => name), ["b", "7"]);
  }));

Deno.test("compare says how many runs are missing, with every other fault, and how it is called", async () => {
  const { code, stderr } = await startTask("compare", "a", "--resamples", "none").done;
  assertEquals(code, 1);
  for (const text of ["RUN: 2 are needed, 1 given", "--resamples: "]) assertStringIncludes(stderr, text);
  assertStringIncludes(await runTask("compare", "--help"), "Usage: deno task compare RUN RUN [RUN ...] [flags]");
});
