/** Suggests a learning rate: `deno task find-rate --data DIR --config NAME --out rates.png`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import {
  backendFlags,
  configFlags,
  dataFlags,
  loadData,
  overrideFlags,
  packFold,
  readConfig,
  startBackend,
  table,
  whole,
} from "./setup.ts";

const rate = () => z.coerce.number().positive();

await runTask({
  name: "find-rate",
  summary:
    "Trains a throw-away model while the learning rate rises, and suggests the rate at which the loss fell fastest.",
  options: z.strictObject({
    ...dataFlags,
    ...configFlags,
    ...backendFlags,
    fold: whole().min(0).default(0).describe("Which fold is not trained on, from 0."),
    from: rate().default(1e-6).describe("The first rate."),
    to: rate().default(1).describe("The last rate."),
    steps: whole().min(2).default(100).describe("Rates, one a training step."),
    out: z.string().default("runs/find_rate/rates.png").describe(
      "The chart, as PNG and SVG. Images are packed into cache beside it, as crossval does in its folder.",
    ),
  }),
  passThrough: overrideFlags,
}, async ({ fold, from, to, steps, out, ...flags }, { signal, rest, progress }) => {
  await startBackend(flags, "train");
  const config = await readConfig(flags, rest);
  const dataset = await loadData(flags);
  const data = await packFold(dataset, config, { fold, out, signal });
  const { onDownload, onWeights, onMemory, onCompile, end } = mf.trainingDisplay();
  const sweeping = progress("raising the rate");
  const onStep = ({ done, total, rate, loss }: { done: number; total: number; rate: number; loss: number }) =>
    sweeping.update(done, total, `rate ${rate.toExponential(1)}, loss ${loss.toFixed(4)}`);
  const watch = { signal, onDownload, onWeights, onMemory, onCompile, onStep };
  const curve = await mf.findRate(dataset, config, { ...data, from, to, steps, ...watch });
  sweeping.end();
  end();
  data.images.close();
  const [, png] = await mf.savePicture(mf.plotRates(curve), out);
  const { rates, losses, smoothed } = curve, every = Math.max(1, Math.ceil(rates.length / 12));
  console.log(table(
    rates.flatMap((lr, i) =>
      i % every > 0
        ? []
        : [{ rate: lr.toExponential(2), loss: losses[i]!.toFixed(4), smoothed: smoothed[i]?.toFixed(4) ?? "" }]
    ),
  ));
  if (rates.length < steps) console.log(`stopped at rate ${rates.at(-1)!.toExponential(2)}, where the loss exploded`);
  console.log(`chart: ${png}`);
  console.log(`suggested learning rate ${curve.rate.toExponential(2)}`);
});
