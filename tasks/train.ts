/** Trains one fold into a run directory: `deno task train --data DIR --config baseline --fold 0`. @module */
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
  startBackend,
  trackFlags,
  whole,
} from "./setup.ts";

await runTask({
  name: "train",
  summary: "Trains one fold into a run directory; the same command goes on where it was stopped.",
  options: z.strictObject({
    ...dataFlags,
    ...configFlags,
    ...backendFlags,
    ...trackFlags,
    ...pseudoFlags,
    fold: whole().min(0).default(0).describe("Which fold to validate on, from 0."),
    out: z.string().default("runs/train").describe("The run's folder; fold-N is made in it."),
  }),
  passThrough: overrideFlags,
}, async ({ fold, out, ...flags }, { signal, rest }) => {
  const tracking = readTrackers(flags);
  await startBackend(flags, "train");
  const config = await readConfig(flags, rest);
  const dataset = await loadData(flags);
  const pseudo = await readPseudo(flags);
  const display = mf.trainingDisplay();
  const { runs } = await mf.crossValidate(dataset, config, { dir: out, fold, pseudo, signal, ...tracking, ...display });
  display.end();
  const run = runs.find(({ dir }) => dir.endsWith(`fold-${fold}`))!;
  console.log(reportText(run.valid));
  console.log(`macro F1 ${run.best.validMacroF1.toFixed(4)} at epoch ${run.best.epoch}: ${run.dir}`);
});
