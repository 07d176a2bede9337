/** Cross-validates by person: `deno task crossval --data DIR --config kfold --folds 5 --out runs/kfold`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { pseudoFlags, readPseudo } from "./pseudo.ts";
import {
  backendFlags,
  configFlags,
  dataFlags,
  loadData,
  overrideFlags,
  readConfig,
  readTrackers,
  reportText,
  splitTable,
  startBackend,
  trackFlags,
  whole,
} from "./setup.ts";

/** The task and its flags. */
export const CROSSVAL = {
  name: "crossval",
  summary:
    "Trains every fold by person, joins the out-of-fold predictions, and predicts the test images with the mean.",
  options: z.strictObject({
    ...dataFlags,
    ...configFlags,
    ...backendFlags,
    ...trackFlags,
    ...pseudoFlags,
    fold: whole().min(0).optional().describe("Train this fold alone, from 0; the last one to finish joins them."),
    test: z.boolean().optional().describe(
      "Predict the data set's eval part too (faces layout; default: if it is there).",
    ),
    out: z.string().default("runs/crossval").describe(
      "Folder of the runs; the same command goes on where it was stopped.",
    ),
  }),
  passThrough: overrideFlags,
};

if (import.meta.main) {
  await runTask(CROSSVAL, async ({ fold, test, out, ...flags }, { signal, rest }) => {
    const tracking = readTrackers(flags);
    await startBackend(flags, "train");
    const config = await readConfig(flags, rest);
    const dataset = await loadData(flags);
    console.log(splitTable(dataset, mf.splitDataset(dataset, config)));
    const wanted = test ?? (flags.layout === "faces" && await hasEval(flags.data));
    const testSet = wanted
      ? await mf.loadFaces(flags.data, { part: "eval", mode: flags.lenient ? "lenient" : "strict" })
      : undefined;
    const pseudo = await readPseudo(flags);
    const display = mf.trainingDisplay();
    const result = await mf.crossValidate(dataset, config, {
      dir: out,
      fold,
      test: testSet,
      pseudo,
      signal,
      ...tracking,
      ...display,
    });
    display.end();
    if (!result.oof) {
      console.log(`fold ${fold} is finished; still to be trained: ${result.missing.join(", ")}`);
      return;
    }
    console.log(reportText(result.oof));
    console.log(`runs, oof.parquet and scores.json${result.test ? ", submission.csv" : ""}: ${out}`);
    console.log(mf.summaryLine(result));
  });
}

/** Whether a data set has an eval part that lists any image. */
async function hasEval(data: string): Promise<boolean> {
  const table = await Deno.readTextFile(`${data}/eval/info.csv`).catch(() => "");
  return table.trim().split("\n").length > 1;
}
