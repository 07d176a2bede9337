/** Joins saved predictions: `deno task ensemble --members a.parquet,b.parquet --mean geometric --out DIR`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";

const names = <R extends object>(registry: R) => z.enum(Object.keys(registry) as [keyof R & string]);

await runTask({
  name: "ensemble",
  summary:
    "Averages the probabilities of saved predictions for the same ids, with equal, given or fitted weights; or applies weights fitted before.",
  options: z.strictObject({
    members: z.string().describe(
      "Prediction files, with commas: .parquet, or .csv of other tools once one before it tells the classes.",
    ),
    weights: z.string().optional().describe("A weight for each member, with commas (default: equal)."),
    mean: names(mf.MEANS).default("arithmetic").describe("Which mean."),
    fit: names(mf.ENSEMBLES).optional().describe(
      "Fit weights to the members' labels, as out-of-fold predictions have them; they are written to fitted.json.",
    ),
    objective: z.enum(["logLoss", "macroF1"]).default("logLoss").describe("What fitted weights improve."),
    fitted: z.string().optional().describe("A fitted.json to apply, written for these members in this order."),
    calibrate: z.string().optional().describe(
      `Calibrate what is joined: ${Object.keys(mf.CALIBRATIONS).join(", ")} is fitted to its labels and written to ` +
        "calibration.json; or such a file, to apply it.",
    ),
    offsets: z.string().optional().describe(
      "Decide by offsets for macro F1: by itself they are fitted to the labels and written to offsets.json; or such a file.",
    ),
    out: z.string().default("ensemble").describe("Folder for predictions.parquet and submission.csv."),
  }).refine(
    ({ fit, fitted, weights, mean }) =>
      [fit, fitted, weights].filter((one) => one !== undefined).length <= 1 &&
      (mean === "arithmetic" || fit === undefined && fitted === undefined),
    "only one of --weights, --fit and --fitted can be given, and fitted weights are of the arithmetic mean",
  ),
}, async ({ members: paths, weights, mean, fit, objective, fitted: path, calibrate, offsets: decision, out }) => {
  const members: mf.Predictions[] = [];
  for (const member of paths.split(",")) members.push(await loadMember(member, members[0]?.classes));
  await Deno.mkdir(out, { recursive: true });
  let joined: mf.Predictions;
  if (fit !== undefined || path !== undefined) {
    const fitted = path === undefined
      ? mf.fitEnsemble(members, { method: { name: fit! }, objective })
      : JSON.parse(await Deno.readTextFile(path)) as mf.FittedEnsemble;
    if (path === undefined) {
      await mf.writeAtomic(`${out}/fitted.json`, `${JSON.stringify(fitted, null, 2)}\n`);
      const shares = fitted.weights.map((weight) => weight.toFixed(3)).join(", ");
      console.log(`${fitted.note}\nweights ${shares}; scores on the rows fitted to flatter: ${out}/fitted.json`);
    }
    joined = mf.applyEnsemble(fitted, members);
  } else joined = mf.ensemble(members, { weights: weights?.split(",").map(Number), mean: { name: mean } });
  if (calibrate !== undefined) joined = await calibrated(joined, calibrate, out);
  const offsets = decision === undefined ? undefined : await offsetsFor(joined, decision, out);
  await mf.savePredictions(joined, `${out}/predictions.parquet`);
  await mf.writeSubmission(joined, `${out}/submission.csv`, { offsets });
  if (joined.labels.some((label) => label !== mf.UNKNOWN_LABEL)) {
    const predicted = mf.decide(joined, { offsets }), { classes, labels } = joined;
    console.log(mf.formatReport(mf.classificationReport(predicted, labels, { classes })));
    const { macroF1, accuracy, count } = mf.score(joined, { predicted });
    console.log(
      `macro F1 ${macroF1.toFixed(4)}, accuracy ${accuracy.toFixed(4)}, ${count} images, ${members.length} members`,
    );
  } else console.log(`${joined.ids.length} images, ${members.length} members: ${out}/submission.csv`);
});

/** Saved predictions; those in csv need the classes. */
async function loadMember(path: string, classes: readonly string[] | undefined): Promise<mf.Predictions> {
  if (!path.endsWith(".csv")) return await mf.loadPredictions(path);
  if (classes) return await mf.readPredictionsCsv(path, { classes });
  throw new TypeError(`Cannot read "${path}" as the first member must be .parquet, which tells the classes`);
}

/** The predictions calibrated, by a method that is fitted to them or by a record kept before. */
async function calibrated(joined: mf.Predictions, choice: string, out: string): Promise<mf.Predictions> {
  if (choice.endsWith(".json")) {
    return mf.applyCalibration(joined, JSON.parse(await Deno.readTextFile(choice)) as mf.Calibration);
  }
  const calibration = mf.calibrate(labelledOnly(joined), { name: choice } as mf.CalibrationSpec);
  await mf.writeAtomic(`${out}/calibration.json`, `${JSON.stringify(calibration, null, 2)}\n`);
  const after = mf.applyCalibration(joined, calibration);
  const losses = [joined, after].map((side) => mf.score(side).logLoss.toFixed(4));
  console.log(`log loss ${losses.join(" -> ")} on the rows fitted to: ${out}/calibration.json`);
  return after;
}

/** Offsets fitted to the predictions, or kept before. */
async function offsetsFor(joined: mf.Predictions, path: string, out: string): Promise<mf.ClassOffsets> {
  if (path !== "") return JSON.parse(await Deno.readTextFile(path)) as mf.ClassOffsets;
  const offsets = mf.fitOffsets(labelledOnly(joined));
  await mf.writeAtomic(`${out}/offsets.json`, `${JSON.stringify(offsets, null, 2)}\n`);
  console.log(`offsets fitted to these rows, whose score they flatter: ${out}/offsets.json`);
  return offsets;
}

/** The rows whose labels are known. */
function labelledOnly(predictions: mf.Predictions): mf.Predictions {
  const { ids, labels } = predictions;
  return mf.alignPredictions(predictions, ids.filter((_, i) => labels[i] !== mf.UNKNOWN_LABEL));
}
