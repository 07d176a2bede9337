/** Searches options at random: `deno task sweep --data DIR --config small --ranges ranges.json --trials 27 --halving`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import {
  backendFlags,
  configFlags,
  dataFlags,
  loadData,
  overrideFlags,
  readConfig,
  readTrackers,
  startBackend,
  trackFlags,
  whole,
} from "./setup.ts";

/** The task and its flags. */
export const SWEEP = {
  name: "sweep",
  summary: "Draws configurations from ranges, trains them, ranks them by macro F1, and writes the best as a preset.",
  options: z.strictObject({
    ...dataFlags,
    ...configFlags,
    ...backendFlags,
    ...trackFlags,
    ranges: z.string().describe(
      'A JSON file of ranges by option: {"lr": {"log": [1e-5, 1e-2]}, "model.dropPath": {"uniform": [0, 0.4]}, ' +
        '"batchSize": {"int": [16, 64]}, "loss": {"choice": ["crossEntropy", {"name": "focal", "gamma": 1}]}}.',
    ),
    trials: whole().min(1).default(20).describe("Configurations that are drawn."),
    halving: z.boolean().default(false).describe(
      "Successive halving: all trials for few epochs, the best of them anew for more, and so on.",
    ),
    rungs: whole().min(1).optional().describe("Halving: rungs (default: as many as leave a trial)."),
    eta: whole().min(2).optional().describe(
      "Halving: one of so many is kept, for so many times the epochs (default 3).",
    ),
    minEpochs: whole().min(1).optional().describe("Halving: epochs of the first rung (default 1)."),
    fold: whole().min(0).default(0).describe("The fold that trials are scored on, from 0."),
    folds: z.enum(["one", "all"]).default("one").describe("Score on that fold alone, or on all that the preset has."),
    out: z.string().default("runs/sweep").describe("Its folder; the same command goes on where it was stopped."),
  }),
  passThrough: overrideFlags,
};

if (import.meta.main) {
  await runTask(
    SWEEP,
    async ({ ranges: path, trials, halving, rungs, eta, minEpochs, fold, folds, out, ...flags }, { signal, rest }) => {
      const unused = Object.entries({ rungs, eta, minEpochs }).filter(([, value]) => value !== undefined);
      if (!halving && unused.length > 0) {
        throw new TypeError(`Cannot sweep with ${unused.map(([name]) => name).join(", ")} as that needs --halving`);
      }
      const ranges = mf.checkRanges(await mf.readJson(path));
      const tracking = readTrackers(flags);
      await startBackend(flags, "train");
      const config = await readConfig(flags, rest);
      const dataset = await loadData(flags);
      const display = mf.trainingDisplay();
      const result = await mf.sweep(dataset, config, {
        ...tracking,
        ...display,
        ranges,
        trials,
        fold: folds === "all" ? folds : fold,
        dir: out,
        signal,
        ...(halving && { halving: { rungs, eta, minEpochs } }),
        onTrial(trial, { epochs, done, total }) {
          display.end();
          console.log(`${done + 1} of ${total}: trial ${trial}, ${epochs} epochs`);
        },
      });
      display.end();
      console.log(mf.sweepTable(result));
      const { trial, macroF1, accuracy } = result.rows[0]!;
      console.log(
        `macro F1 ${macroF1!.toFixed(4)}, accuracy ${accuracy!.toFixed(4)}, trial ${trial}: ${out}/best.json`,
      );
    },
  );
}
