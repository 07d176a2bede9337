import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  loadFaces,
  paintFaces,
  predictionsToFrame,
  readCsv,
  readLabelPatch,
  savePredictions,
  seededRng,
  writeCsvFrame,
} from "maskfold";
import { trueToImages } from "../explore/planted.ts";
import { withDir } from "../temporary.ts";
import { lastLine, runTask } from "./children.ts";

Deno.test("explore writes one report with the tables it prints, its pictures, each kind of fault and drafts of patches", () =>
  withDir(async (dir) => {
    const data = `${dir}/data`, out = `${dir}/out`, small = ["--size", "24", "--sheet", "5", "--folds", "2"];
    const faults = { wrongGenders: 2, copiesWithin: 2, empty: 1 };
    const { planted } = await paintFaces(data, { people: 8, seed: 5, size: [40, 30], variety: 0.2, faults });
    const dataset = await loadFaces(data, { mode: "lenient" });
    const oof = trueToImages(dataset, planted, { rng: seededRng(6), skill: 9 });
    await savePredictions(oof, `${dir}/oof.parquet`);
    const stdout = await runTask("explore", "--data", data, "--out", out, "--oof", `${dir}/oof.parquet`, ...small);
    assertMatch(
      lastLine(stdout),
      /^55 images, 8 persons: 1 faults of files and tables, 0 conflicts, \d+ pairs of copies, \d+ pairs of persons who may be one, 2 labels contradicted by predictions$/,
    );
    const page = await Deno.readTextFile(`${out}/report.html`);
    for (const title of ["Near cuts", "Splits compared", "Colour modes", "Sizes in pixels", "Files and tables"]) {
      assertStringIncludes(stdout, `\n${title}\n`);
      assertStringIncludes(page, `<h3>${title}</h3>`);
    }
    for (const name of ["classes", "age", "splits", "parts", "image_stats", "duplicates", "wrong_persons", "means"]) {
      assert((await Deno.readFile(`${out}/${name}.png`)).length > 0);
    }
    assertEquals((await readCsv(`${out}/faults.csv`)).rows.map(({ values }) => values.kind), ["empty-file"]);
    assert((await readCsv(`${out}/duplicates.csv`)).rows.length >= 2);
    const wrong = planted.flatMap(({ id, kind }) => kind === "gender" ? [id] : []).toSorted();
    const { corrections } = await readLabelPatch(`${out}/label_errors.patch.csv`);
    assertEquals(corrections.map(({ scope, id }) => `${scope} ${id}`).toSorted(), wrong.map((id) => `group ${id}`));

    await writeCsvFrame(await predictionsToFrame(oof), `${dir}/oof.csv`);
    const corrected = ["--oof", `${dir}/oof.csv`, "--patch", `${out}/label_errors.patch.csv`];
    const fixed = await runTask("explore", "--data", data, "--out", `${dir}/fixed`, ...small, ...corrected);
    assertMatch(lastLine(fixed), /, 0 labels contradicted by predictions$/);
  }));
