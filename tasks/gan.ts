/** Trains a conditional GAN: `deno task gan --data DIR --config gan --out runs/gan`. @module */
import { dirname, join } from "node:path";
import * as mf from "maskfold";
import { optionsOf } from "./choices.ts";
import { runTask, z } from "./flags.ts";
import { backendFlags, dataFlags, loadData, parseValues, startBackend, table, whole } from "./setup.ts";

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
  const assessment = judge && await mf.assessGan(run, judge, { dataset, images, signal });
  judge?.dispose();
  images.close();
  const last = run.history.at(-1)!;
  if (assessment) console.log(qualityText(assessment, run));
  console.log(`losses: ${out}/losses.png; samples: ${out}/sheets`);
  console.log(
    `losses ${last.discriminatorLoss.toFixed(4)} and ${last.generatorLoss.toFixed(4)}, spread ${
      last.spread.toFixed(2)
    } of the real images' after ${last.epoch} epochs: ${out}`,
  );
});

/** What a classifier says of the samples, beside what it says of real images that were held out. */
function qualityText(
  { epoch, quality, heldOut, references, nearest }: mf.GanAssessment,
  { schema: { classes }, counts }: mf.GanRun,
): string {
  const text = (value: number | null | undefined) => value === null || value === undefined ? "" : value.toFixed(3);
  const row = (figure: string, of: (quality: mf.GanQuality) => number) => ({
    figure,
    samples: text(of(quality)),
    "held-out real": text(heldOut && of(heldOut)),
  });
  const near = (figure: string, { share, heldOut }: mf.Nearness) => ({
    figure,
    samples: text(share),
    "held-out real": text(heldOut),
  });
  return [
    table([
      row("Fréchet distance", ({ frechet }) => frechet),
      row("precision", ({ precision }) => precision),
      row("recall", ({ recall }) => recall),
      row("density", ({ density }) => density),
      row("coverage", ({ coverage }) => coverage),
      row("agreement, mean of classes", ({ agreement }) => agreement),
      near("learned by heart, in features", nearest.features),
      near("learned by heart, in pixels", nearest.pixels),
    ]),
    `of ${quality.count} images of each kind, compared with ${references} training images; samples of epoch ${epoch}`,
    "",
    table(classes.map((name, label) => ({
      class: name,
      "training images": counts[label]!,
      agreement: text(quality.agreements[label]),
      "held-out real": text(heldOut?.agreements[label]),
    }))),
    "",
  ].join("\n");
}
