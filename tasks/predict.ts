/** Predicts images with a finished run or a whole cross-validation: `deno task predict --run RUN --data DIR`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { backendFlags, dataFlags, loadData, reportText, startBackend, whole } from "./setup.ts";

await runTask({
  name: "predict",
  summary: "Predicts images with a finished run, or with the mean of a cross-validation's folds.",
  options: z.strictObject({
    ...dataFlags,
    ...backendFlags,
    run: z.string().describe("A run's folder, or a cross-validation's with fold-0, fold-1, ... in it."),
    part: z.enum(["train", "eval"]).default("eval").describe("Faces layout: which part to predict."),
    views: z.string().optional().describe("Views averaged, by name with commas (default: the run's config)."),
    batchSize: whole().min(1).default(64).describe("Images at a time."),
    out: z.string().default("predictions").describe("Folder for predictions.parquet and submission.csv."),
  }),
}, async ({ run: root, part, views, batchSize, out, ...flags }, { signal, progress }) => {
  if (flags.patch !== undefined && flags.layout === "faces" && part === "eval") {
    throw new TypeError(
      "Cannot apply --patch to the eval part as it has no labels: give --part train, or leave it out",
    );
  }
  await startBackend(flags, "predict");
  const dataset = flags.layout === "faces" && part === "eval"
    ? await mf.loadFaces(flags.data, { part, mode: flags.lenient ? "lenient" : "strict" })
    : await loadData(flags);
  const runs = await mf.openRuns(root);
  const display = mf.trainingDisplay();
  const images = await mf.packDataset(dataset, runs[0]!.config, {
    ...display,
    preprocessDir: `${out}/preprocessed`,
    signal,
  });
  display.end();
  const bar = progress("predicting");
  const labels = dataset.samples.map(({ label }) => label);
  const members: mf.Predictions[] = [];
  for (const [k, run] of runs.entries()) {
    const model = await mf.loadModel(run);
    members.push(
      await mf.predict(model, images, {
        labels,
        batchSize,
        views: views?.split(",").map((name) => ({ name } as mf.ViewSpec)) ?? run.config.views,
        signal,
        onProgress: ({ done, total }) => bar.update(k * total + done, runs.length * total),
      }),
    );
    model.dispose();
  }
  bar.end();
  const mean = mf.ensemble(members);
  await Deno.mkdir(out, { recursive: true });
  await mf.savePredictions(mean, `${out}/predictions.parquet`);
  await mf.writeSubmission(mean, `${out}/submission.csv`);
  if (labels.some((label) => label !== mf.UNKNOWN_LABEL)) console.log(reportText(mean));
  console.log(`${mean.ids.length} images, ${runs.length} models: ${out}/predictions.parquet, ${out}/submission.csv`);
});
