import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import * as mf from "maskfold";
import { withDir } from "../temporary.ts";
import { lastLine, runTask, startTask } from "./children.ts";

/** Calls with painted data and a run of one epoch on them. */
async function withRun(body: (place: { dir: string; flags: string[]; run: mf.Run }) => Promise<void>): Promise<void> {
  await withDir(async (dir) => {
    await mf.paintFaces(`${dir}/data`, { people: 6, seed: 3, size: [48, 36] });
    const dataset = await mf.loadFaces(`${dir}/data`);
    const config = mf.resolveConfig(await mf.readPreset("demo"), {
      ...{ resize: 32, crop: 32, epochs: 1, folds: 2, batchSize: 8, workers: 0 },
      views: ["identity"],
    });
    await mf.initBackend({ need: "train" });
    const images = await mf.packDataset(dataset, config);
    const [fold] = mf.splitDataset(dataset, { folds: 2, seed: 1 });
    const run = await mf.train(dataset, config, { dir: `${dir}/run`, fold: fold!, images });
    images.close();
    await body({ dir, flags: ["--run", `${dir}/run`, "--data", `${dir}/data`, "--part", "train"], run });
  });
}

Deno.test("predict takes views with options, keeps each apart, and applies what was calibrated and fitted", () =>
  withRun(async ({ dir, flags, run }) => {
    const { classes } = run.schema;
    await Deno.writeTextFile(
      `${dir}/calibration.json`,
      JSON.stringify({ method: "temperature", classes, temperature: 2 }),
    );
    await Deno.writeTextFile(
      `${dir}/offsets.json`,
      JSON.stringify({ classes, offsets: classes.map((_, c) => c === 4 ? 90 : 0) }),
    );
    const views = 'identity,{"name":"rotation","degrees":[-9,9],"weight":0.5}';
    const text = await runTask(
      ...[
        "predict",
        ...flags,
        "--out",
        `${dir}/all`,
        "--views",
        views,
        "--views-apart",
        "--average",
        "logits",
      ] as const,
      ...["--calibration", `${dir}/calibration.json`, "--offsets", `${dir}/offsets.json`],
    );
    for (const row of ["view identity", "view rotation(degrees=-9,9) 2", "calibrated", "with offsets"]) {
      assertStringIncludes(text, row);
    }
    assertStringIncludes(lastLine(text), "42 images, 1 models, calibrated by temperature, decided with offsets");
    const { views: apart, probabilities, ids } = await mf.loadDetailedPredictions(`${dir}/all/predictions.parquet`);
    assertEquals(apart!.map(({ name }) => name), [
      "identity",
      "rotation(degrees=-9,9) 1",
      "rotation(degrees=-9,9) 2",
    ]);
    const C = classes.length;
    for (let i = 0; i < ids.length; i += 7) { // the weighted geometric mean, tempered
      const logs = classes.map((_, c) =>
        apart!.reduce((sum, view, v) => sum + (v === 0 ? 1 : 0.5) / 2 * Math.log(view.probabilities[i * C + c]!), 0) / 2
      );
      const total = logs.reduce((sum, log) => sum + Math.exp(log), 0);
      logs.forEach((log, c) => assertAlmostEquals(probabilities[i * C + c]!, Math.exp(log) / total, 1e-5));
    }
    const answers = (await Deno.readTextFile(`${dir}/all/submission.csv`)).trim().split(/\r?\n/).slice(1);
    assert(answers.every((line) => line.endsWith(",4")), "offsets of 90 nats decide alone");
  }));

Deno.test("predict uses the config's views, and refuses records of other classes before it predicts", () =>
  withRun(async ({ dir, flags }) => {
    const text = await runTask("predict", ...flags, "--out", `${dir}/plain`);
    assert(!text.includes("view identity") && lastLine(text).startsWith("42 images, 1 models: "), text);
    const files = {
      calibration: { method: "temperature", classes: ["cat", "dog"], temperature: 2 },
      offsets: { classes: ["cat", "dog"], offsets: [0, 1] },
    };
    const cases = [
      ["calibration", files.calibration, "same classes"],
      ["offsets", files.offsets, "same classes"],
      ["offsets", {}, "must hold classes and a number for each"],
    ] as const;
    for (const [name, record, message] of cases) {
      await Deno.writeTextFile(`${dir}/other.json`, JSON.stringify(record));
      const { code, stderr, stdout } = await startTask("predict", ...flags, `--${name}`, `${dir}/other.json`).done;
      assertEquals([code, stdout], [1, ""]);
      assertStringIncludes(stderr, message);
    }
  }));

Deno.test("predict lists what is wrong with its views", async () => {
  const flags = ["--run", "r", "--data", "d", "--views", 'flop,{"name":"scale","factor":0}'];
  const { code, stderr } = await startTask("predict", ...flags).done;
  assertEquals(code, 1);
  for (const text of ["--views: Cannot read views", '"flop"', "factor"]) assertStringIncludes(stderr, text);
});
