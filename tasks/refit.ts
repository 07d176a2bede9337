/** Trains on all data as long as was best in the folds: `deno task refit --runs runs/kfold --data DIR --seeds 3`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { pseudoFlags, readPseudo } from "./pseudo.ts";
import { backendFlags, dataFlags, loadData, readTrackers, startBackend, trackFlags, whole } from "./setup.ts";

await runTask({
  name: "refit",
  summary: "Trains on all data with the folds' configuration, for the median of their best epochs, without validation.",
  options: z.strictObject({
    ...dataFlags,
    ...backendFlags,
    ...pseudoFlags,
    ...trackFlags,
    runs: z.string().describe("A finished cross-validation, or a pattern of several, such as 'runs/seed-*'."),
    keep: z.enum(["epochs", "steps"]).default("epochs").describe(
      "What stays as in a fold: passes over the data, or steps, which more data has in fewer passes.",
    ),
    seeds: whole().min(1).default(1).describe("Models trained, from seeds that count up from the runs' own."),
    out: z.string().default("runs/refit").describe(
      "The run's folder; of several seeds each has its own in it, and predict --run takes them all.",
    ),
  }),
}, async ({ runs: pattern, keep, seeds, out, ...flags }, { signal }) => {
  const folders = await mf.findFolders(pattern);
  if (folders.length === 0) {
    throw new TypeError(`Cannot refit as --runs names no folder: current value is "${pattern}"`);
  }
  const runs = (await Promise.all(folders.map(mf.openRuns))).flat();
  const { config, best, median } = mf.planRefit(runs, { keep });
  await startBackend(flags, "train");
  const dataset = await loadData(flags), pseudo = await readPseudo(flags);
  console.log(
    `best epochs of the folds ${
      best.join(", ")
    }, median ${median}: ${config.epochs} epochs on all data, as many ${keep}`,
  );
  for (let k = 0; k < seeds; k++) {
    const seed = config.seed + k, dir = seeds === 1 ? out : `${out}/seed-${seed}`;
    const display = mf.trainingDisplay();
    const run = await mf.refit(dataset, { ...config, seed }, {
      ...readTrackers(flags),
      ...display,
      dir,
      cacheDir: `${out}/cache`,
      pseudo,
      signal,
    });
    display.end();
    console.log(`seed ${seed}: train loss ${run.best.trainLoss.toFixed(4)} after ${run.best.epoch} epochs: ${dir}`);
  }
  console.log(`${seeds} of ${seeds} models on all data, ${config.epochs} epochs, nothing validated: ${out}`);
});
