import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as mf from "../../mod.ts";
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
