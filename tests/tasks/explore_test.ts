import { assert, assertMatch, assertStringIncludes } from "@std/assert";
import { paintFaces } from "maskfold";
import { lastLine, runTask } from "./children.ts";

Deno.test("explore prints tables and writes one report with the same, and its pictures", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const data = `${dir}/data`, out = `${dir}/out`;
    await paintFaces(data, { people: 6, evalPeople: 1, seed: 5, size: [40, 30] });
    const stdout = await runTask(
      "explore",
      "--data",
      data,
      "--out",
      out,
      "--size",
      "24",
      "--sheet",
      "5",
      "--folds",
      "2",
    );
    assertMatch(lastLine(stdout), /^42 images, 6 persons, 0 faults, \d+ conflicts, \d+ look-alike pairs$/);
    const page = await Deno.readTextFile(`${out}/report.html`);
    for (const title of ["Near cuts", "Splits compared", "Balance of the classes", "Sizes in pixels"]) {
      assertStringIncludes(stdout, `\n${title}\n`);
      assertStringIncludes(page, `<h3>${title}</h3>`);
    }
    for (const name of ["classes", "age", "parts", "sheet", "means"]) {
      assert((await Deno.readFile(`${out}/${name}.png`)).length > 0);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
