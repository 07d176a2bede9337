/** Predicts images with a finished run or a whole cross-validation: `deno task predict --run RUN --data DIR`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { backendFlags, dataFlags, loadData, startBackend, table, whole } from "./setup.ts";

await runTask({
  name: "predict",
  summary: "Predicts images with a finished run, or with the mean of a cross-validation's folds.",
  options: z.strictObject({
    ...dataFlags,
    ...backendFlags,
    run: z.string().describe("A run's folder, or a cross-validation's with fold-0, fold-1, ... in it."),
    part: z.enum(["train", "eval"]).default("eval").describe("Faces layout: which part to predict."),
    views: z.string().transform((text, { addIssue }) => {
      try {
        return mf.parseViews(text);
      } catch (error) {
        addIssue((error as Error).message);
        return z.NEVER;
      }
    }).optional().describe(
      'Views averaged, with commas: names, or JSON with options, {"name":"rotation","degrees":[-5,5],"weight":0.5} ' +
        "(default: the run's config).",
    ),
    average: z.enum(["probabilities", "logits"]).optional().describe(
      "What is averaged over the views (default: the run's config).",
    ),
    viewsApart: z.boolean().default(false).describe(
      "Keep what each view says in predictions.parquet, and score it where labels are known.",
    ),
    calibration: z.string().optional().describe("A calibration.json, as deno task finish writes it, to apply."),
    offsets: z.string().optional().describe("An offsets.json, as deno task finish writes it, to decide with."),
    batchSize: whole().min(1).default(64).describe("Images at a time."),
    out: z.string().default("predictions").describe("Folder for predictions.parquet and submission.csv."),
  }),
}, async ({ run: root, part, views, average, viewsApart, batchSize, out, ...flags }, { signal, progress }) => {
  if (flags.patch !== undefined && flags.layout === "faces" && part === "eval") {
    throw new TypeError(
      "Cannot apply --patch to the eval part as it has no labels: give --part train, or leave it out",
    );
  }
  const runs = await mf.openRuns(root), { classes } = runs[0]!.schema;
  const calibration = flags.calibration === undefined ? undefined : await readCalibration(flags.calibration, classes);
  const offsets = flags.offsets === undefined ? undefined : await readOffsets(flags.offsets, classes);
  await startBackend(flags, "predict");
  const dataset = flags.layout === "faces" && part === "eval"
    ? await mf.loadFaces(flags.data, { part, mode: flags.lenient ? "lenient" : "strict" })
    : await loadData(flags);
  const display = mf.trainingDisplay();
  const images = await mf.packDataset(dataset, runs[0]!.config, {
    ...display,
    preprocessDir: `${out}/preprocessed`,
    signal,
  });
  display.end();
  const bar = progress("predicting");
  const labels = dataset.samples.map(({ label }) => label);
  const members: mf.DetailedPredictions[] = [];
  for (const [k, run] of runs.entries()) {
    const model = await mf.loadModel(run);
    members.push(
      await mf.predict(model, images, {
        ...{ labels, batchSize, viewsApart, signal },
        views: views ?? run.config.views,
        average: average ?? run.config.viewAverage,
        onProgress: ({ done, total }) => bar.update(k * total + done, runs.length * total),
      }),
    );
    model.dispose();
  }
  bar.end();
  images.close();
  const calibrated = (predictions: mf.Predictions) =>
    calibration ? mf.applyCalibration(predictions, calibration) : predictions;
  const joined = mf.ensemble(members), mean = calibrated(joined), apart = viewsOf(members);
  await mf.ensureDir(out);
  await mf.saveDetailedPredictions({ ...mean, ...viewsApart && { views: apart } }, `${out}/predictions.parquet`);
  await mf.writeSubmission(mean, `${out}/submission.csv`, { offsets });
  if (labels.some((label) => label !== mf.UNKNOWN_LABEL)) printScores();
  const steps = [calibration && `calibrated by ${calibration.method}`, offsets && "decided with offsets"];
  console.log(
    [`${mean.ids.length} images, ${runs.length} models`, ...steps.filter((step) => step)].join(", ") +
      `: ${out}/predictions.parquet, ${out}/submission.csv`,
  );

  /** The report of what was decided, and the scores of each step and view where there is more than one. */
  function printScores(): void {
    const decided = mf.decide(mean, { offsets });
    console.log(mf.formatReport(mf.classificationReport(decided, mean.labels, { classes })));
    const rows = [
      ...apart.map(({ name, probabilities }) => scoreRow(`view ${name}`, { ...joined, probabilities })),
      scoreRow("mean", joined),
      ...calibration ? [scoreRow("calibrated", mean)] : [],
      ...offsets ? [scoreRow("with offsets", mean, decided)] : [],
    ];
    if (rows.length > 1) console.log(`\n${table(rows)}\n`);
  }
});

/** What each view says, averaged over the models; nothing unless the views are apart. */
function viewsOf(members: readonly mf.DetailedPredictions[]): mf.ViewPredictions[] {
  return (members[0]!.views ?? []).map(({ name }, v) => ({
    name,
    probabilities: mf.ensemble(
      members.map((member) => ({ ...member, probabilities: member.views![v]!.probabilities })),
    ).probabilities,
  }));
}

function scoreRow(name: string, predictions: mf.Predictions, predicted?: Int32Array): Record<string, string> {
  const { macroF1, accuracy, logLoss } = mf.score(predictions, { predicted });
  const numbers = { "macro F1": macroF1, accuracy, "log loss": logLoss };
  return { "": name, ...Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, value.toFixed(4)])) };
}

/** A calibration, tried on no image, so that one of other classes is refused before any is predicted. */
async function readCalibration(path: string, classes: readonly string[]): Promise<mf.Calibration> {
  const calibration = await readRecord(path) as unknown as mf.Calibration;
  mf.applyCalibration({ ids: [], classes, probabilities: new Float32Array() }, calibration);
  return calibration;
}

/** Offsets, tried in the same way. */
async function readOffsets(path: string, classes: readonly string[]): Promise<mf.ClassOffsets> {
  const record = z.looseObject({ classes: z.array(z.string()), offsets: z.array(z.number()) });
  const found = record.safeParse(await readRecord(path));
  if (!found.success) {
    throw new TypeError(`Cannot read "${path}" as it must hold classes and a number for each: offsets`);
  }
  mf.decide({ ids: [], classes, probabilities: new Float32Array() }, { offsets: found.data });
  return found.data;
}

async function readRecord(path: string): Promise<Record<string, unknown>> {
  const value = await mf.readJson(path);
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new TypeError(`Cannot read "${path}" as it must hold a record`);
}
