/** Trains a conditional GAN: `deno task gan --data DIR --config gan --out runs/gan`. @module */
import { dirname, join } from "node:path";
import * as mf from "maskfold";
import { optionsOf } from "./choices.ts";
import { runTask, z } from "./flags.ts";
import { backendFlags, dataFlags, loadData, parseValues, startBackend, whole } from "./setup.ts";

await runTask({
  name: "gan",
  summary: "Trains a conditional GAN on one fold's training images; the same command goes on where it was stopped.",
  options: z.strictObject({
    ...dataFlags,
    ...backendFlags,
    config: z.string().default("gan").describe("A preset (gan) or the path of a .json file."),
    fold: whole().min(0).default(0).describe(
      "The fold whose training images are shown; its validation images stay unseen.",
    ),
    classifier: z.string().optional().describe(
      "Run of a classifier trained on real images prepared alike: judges each epoch's samples.",
    ),
    out: z.string().default("runs/gan").describe("The run's folder."),
  }),
  passThrough: optionsOf(mf.ganConfigJsonSchema()),
}, async ({ config: preset, fold: k, classifier, out, ...flags }, { signal, rest }) => {
  await startBackend(flags, "train");
  const config = mf.resolveGanConfig(await mf.readPreset(preset) as mf.GanConfigInput, parseValues(rest));
  const dataset = await loadData(flags);
  const folds = mf.splitDataset(dataset, config), fold = folds[k];
  if (!fold) throw new RangeError(`Cannot take fold ${k} as the folds are 0 to ${folds.length - 1}`);
  const display = mf.ganDisplay();
  const images = await mf.packDataset(dataset, config, { ...display, cacheDir: join(dirname(out), "cache"), signal });
  const judge = classifier === undefined
    ? undefined
    : await mf.makeJudge(classifier, dataset, { config, fold, images, signal });
  const run = await mf.trainGan(dataset, config, { dir: out, fold, images, judge, signal, ...display });
  display.end();
  judge?.dispose();
  images.close();
  const last = run.history.at(-1)!;
  console.log(`losses: ${out}/losses.png; samples: ${out}/sheets`);
  console.log(
    `losses ${last.discriminatorLoss.toFixed(4)} and ${last.generatorLoss.toFixed(4)}, spread ${
      last.spread.toFixed(2)
    } of the real images' after ${last.epoch} epochs: ${out}`,
  );
});
