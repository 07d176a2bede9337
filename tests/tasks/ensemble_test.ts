import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as mf from "../../mod.ts";
import { withDir } from "../temporary.ts";
import { runTask, startTask } from "./children.ts";

const CLASSES = ["cat", "dog"];

function member(labels: readonly number[], ...dog: number[]): mf.Predictions {
  return {
    ids: dog.map((_, i) => `${i}`),
    classes: CLASSES,
    probabilities: Float32Array.from(dog.flatMap((p) => [1 - p, p])),
    labels: Int32Array.from(labels),
  };
}

Deno.test("ensemble fits weights, and applies them to other predictions of the same members", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const labels = [0, 1, 0, 1], none = [-1, -1, -1, -1];
    await mf.savePredictions(member(labels, 0.1, 0.9, 0.2, 0.8), `${dir}/good.parquet`);
    await mf.savePredictions(member(labels, 0.9, 0.1, 0.6, 0.5), `${dir}/bad.parquet`);
    await mf.savePredictions(member(none, 0.7, 0.2, 0.3, 0.4), `${dir}/good_test.parquet`);
    await mf.savePredictions(member(none, 0.1, 0.9, 0.8, 0.8), `${dir}/bad_test.parquet`);
    const out = await runTask(
      ...["ensemble", "--members", `${dir}/good.parquet,${dir}/bad.parquet`] as const,
      ...["--fit", "simplex", "--out", `${dir}/fit`],
    );
    assertStringIncludes(out, "macro F1 1.0000");
    const { weights } = JSON.parse(await Deno.readTextFile(`${dir}/fit/fitted.json`));
    assert(weights[0] > 0.99, `${weights}`);
    await runTask(
      ...["ensemble", "--members", `${dir}/good_test.parquet,${dir}/bad_test.parquet`] as const,
      ...["--fitted", `${dir}/fit/fitted.json`, "--out", `${dir}/test`],
    );
    assertEquals(
      (await Deno.readTextFile(`${dir}/test/submission.csv`)).trim().split(/\r?\n/).slice(1).map((row) =>
        row.split(",")[1]
      ),
      ["1", "0", "0", "0"],
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("ensemble takes another tool's answers as csv, by any mean", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await mf.savePredictions(member([-1, -1], 0.6, 0.3), `${dir}/a.parquet`);
    await Deno.writeTextFile(`${dir}/b.csv`, "ImageID,ans\n0,0\n1,1\n");
    const flags = ["--members", `${dir}/a.parquet,${dir}/b.csv`, "--mean", "vote", "--out", `${dir}/out`];
    assertStringIncludes(await runTask("ensemble", ...flags), "2 images, 2 members");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("ensemble refuses fitted weights of another mean, and a csv that comes first", async () => {
  const both = await startTask("ensemble", "--members", "a.parquet", "--fit", "greedy", "--mean", "vote").done;
  assertEquals(both.code, 1);
  assertStringIncludes(both.stderr, "only one of --weights, --fit and --fitted");
  const first = await startTask("ensemble", "--members", "a.csv").done;
  assertStringIncludes(first.stderr, "the first member must be .parquet");
});

Deno.test("ensemble writes the calibration and the offsets that it fits, each as the function returns it, and applies them", async () => {
  await withDir(async (dir) => {
    const fitted = member([0, 0, 1, 1], 0.1, 0.2, 0.4, 0.45), other = member([-1, -1], 0.45, 0.1);
    await mf.savePredictions(fitted, `${dir}/oof.parquet`);
    await mf.savePredictions(other, `${dir}/test.parquet`);
    const out = await runTask(
      ...["ensemble", "--members", `${dir}/oof.parquet`, "--calibrate", "temperature", "--offsets"] as const,
      ...["--out", `${dir}/fit`],
    );
    assertStringIncludes(out, "macro F1 1.0000");
    const read = async (name: string) => JSON.parse(await Deno.readTextFile(`${dir}/fit/${name}.json`));
    const calibration = mf.calibrate(fitted, { name: "temperature" });
    const offsets = mf.fitOffsets(mf.applyCalibration(fitted, calibration));
    assertEquals(await read("calibration"), JSON.parse(JSON.stringify(calibration)));
    assertEquals(await read("offsets"), JSON.parse(JSON.stringify(offsets)));
    await runTask(
      ...["ensemble", "--members", `${dir}/test.parquet`, "--calibrate", `${dir}/fit/calibration.json`] as const,
      ...["--offsets", `${dir}/fit/offsets.json`, "--out", `${dir}/test`],
    );
    const expected = mf.applyCalibration(other, calibration);
    assertEquals(await mf.loadPredictions(`${dir}/test/predictions.parquet`), expected);
    const answers = (await Deno.readTextFile(`${dir}/test/submission.csv`)).trim().split(/\r?\n/).slice(1);
    assertEquals(answers, [...mf.decide(expected, { offsets })].map((label, i) => `${i},${label}`));
    assertEquals(mf.decide(expected)[0], 0); // which offsets turn into 1
    assertEquals(answers[0], "0,1");
  });
});

Deno.test("ensemble refuses a calibration that is none, and one to be fitted where no label is known", async () => {
  await withDir(async (dir) => {
    await mf.savePredictions(member([-1, -1], 0.45, 0.1), `${dir}/test.parquet`);
    const run = (choice: string) =>
      startTask("ensemble", "--members", `${dir}/test.parquet`, "--calibrate", choice, "--out", `${dir}/out`).done;
    assertStringIncludes((await run("platt")).stderr, `"temperature", "vectorScaling", "isotonic"`);
    const unlabelled = await run("temperature");
    assertEquals(unlabelled.code, 1);
    assertStringIncludes(unlabelled.stderr, "Cannot calibrate");
  });
});
