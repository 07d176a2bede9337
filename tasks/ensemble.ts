/** Averages saved predictions: `deno task ensemble --members a.parquet,b.parquet --out DIR`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { reportText } from "./setup.ts";

await runTask({
  name: "ensemble",
  summary: "Averages the probabilities of saved predictions for the same ids.",
  options: z.strictObject({
    members: z.string().describe("Prediction files (.parquet), with commas."),
    weights: z.string().optional().describe("A weight for each member, with commas (default: equal)."),
    out: z.string().default("ensemble").describe("Folder for predictions.parquet and submission.csv."),
  }),
}, async ({ members: paths, weights, out }) => {
  const members = await Promise.all(paths.split(",").map((path) => mf.loadPredictions(path)));
  const mean = mf.ensemble(members, { weights: weights?.split(",").map(Number) });
  await Deno.mkdir(out, { recursive: true });
  await mf.savePredictions(mean, `${out}/predictions.parquet`);
  await mf.writeSubmission(mean, `${out}/submission.csv`);
  if (mean.labels.some((label) => label !== mf.UNKNOWN_LABEL)) {
    console.log(reportText(mean));
    const { macroF1, accuracy, count } = mf.score(mean);
    console.log(
      `macro F1 ${macroF1.toFixed(4)}, accuracy ${accuracy.toFixed(4)}, ${count} images, ${members.length} members`,
    );
  } else console.log(`${mean.ids.length} images, ${members.length} members: ${out}/submission.csv`);
});
