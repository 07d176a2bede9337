/** A small run on painted faces, its page, and what the package says of the faces. */
import * as mf from "maskfold";
import { withDir } from "../temporary.ts";

/** What a test works with. */
export interface Place {
  /** A folder that goes when the test ends. */
  readonly dir: string;
  /** The faces' folder. */
  readonly data: string;
  /** Its page; a test that changes one makes its own. */
  readonly page: string;
  /** The run. */
  readonly run: mf.Run;
  /** The faces' files. */
  readonly paths: readonly string[];
  /** What `predict` says of them. */
  readonly predicted: mf.Predictions;
}

/** Trained once for all tests of a process: a few steps on faces larger than the network's input, and of another shape. */
let made: Promise<Omit<Place, "dir">> | undefined;

async function trainOnce(): Promise<Omit<Place, "dir">> {
  const dir = await Deno.makeTempDir();
  globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
  await mf.paintFaces(`${dir}/data`, { people: 6, seed: 3, size: [96, 84] });
  const dataset = await mf.loadFaces(`${dir}/data`);
  const config = mf.resolveConfig(await mf.readPreset("demo"), {
    ...{ resize: 40, crop: [40, 32], epochs: 2, lr: 0.01, folds: 2, batchSize: 8, workers: 0 },
    views: ["identity", "flip"],
  });
  await mf.initBackend({ need: "train", prefer: "wasm" });
  const images = await mf.packDataset(dataset, config);
  const [fold] = mf.splitDataset(dataset, { folds: 2, seed: 1 });
  const run = await mf.train(dataset, config, { dir: `${dir}/run`, fold: fold!, images });
  const model = await mf.loadModel(run);
  const predicted = await mf.predict(model, images, { views: config.views });
  model.dispose();
  images.close();
  await mf.exportWeb([run], { dir: `${dir}/page` });
  return {
    data: `${dir}/data`,
    page: `${dir}/page`,
    run,
    paths: dataset.samples.map(({ path }) => `${dataset.root}/${path}`),
    predicted,
  };
}

/** Calls with the run and a new folder. */
export async function withRun(body: (place: Place) => Promise<void>): Promise<void> {
  const place = await (made ??= trainOnce());
  await withDir((dir) => body({ dir, ...place }));
}

/** The greatest difference between probabilities by class and a row of predictions. */
export function difference(found: Readonly<Record<string, number>>, predicted: mf.Predictions, row: number): number {
  const { classes, probabilities } = predicted;
  return Math.max(...classes.map((name, c) => Math.abs(found[name]! - probabilities[row * classes.length + c]!)));
}
