import { assert, assertEquals, assertRejects } from "@std/assert";
import { splitDataset } from "../../src/split/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import { syncTrackers, type TrackEvent } from "../../src/track/mod.ts";
import { type Run, train, type TrainOptions } from "../../src/train/mod.ts";
import { withDir } from "../temporary.ts";
import { readEvents } from "../track/event_reader.ts";
import { startServer } from "../track/mlflow_server.ts";
import { queued } from "../track/runs.ts";
import { patchConfig, patches, patchImages } from "./fixtures.ts";

const dataset = patches(9);
const [fold] = splitDataset(dataset, { folds: 3, seed: 1 });
const config = patchConfig({ epochs: 2, validateEvery: 2 });

/** Trains two epochs in a folder. */
async function trainIn(dir: string, options: Partial<TrainOptions> = {}): Promise<Run> {
  await initBackend({ need: "train" });
  return await train(dataset, config, { dir, fold: fold!, images: patchImages(dataset), ...options });
}

const timeless = ({ history }: Run) => history.map(({ seconds: _, imagesPerSecond: __, waiting: ___, ...row }) => row);

Deno.test("train() tells of each epoch losses, accuracies, F1, learning rate, seconds and two confusion matrices", () =>
  withDir(async (dir) => {
    const run = await trainIn(dir, { trackers: [{ name: "tensorboard" }] });
    const events = await queued(dir) as unknown as TrackEvent[];
    const of = <K extends TrackEvent["kind"]>(kind: K) =>
      events.filter((event): event is Extract<TrackEvent, { kind: K }> => event.kind === kind);
    assertEquals([events[0]!.kind, events.at(-1)!.kind], ["started", "finished"]);
    for (const row of run.history) {
      const { values } = of("scalars").find(({ step, values }) => step === row.step && "epoch" in values)!;
      assertEquals(values, {
        "train/loss": row.trainLoss,
        "train/accuracy": row.trainAccuracy,
        "valid/loss": row.validLoss,
        "valid/accuracy": row.validAccuracy,
        "valid/macroF1": row.validMacroF1,
        "F1/red": row.validF1[0]!,
        "F1/green": row.validF1[1]!,
        "F1/blue": row.validF1[2]!,
        epoch: row.epoch,
        lr: row.lr,
        seconds: row.seconds,
        "images a second": row.imagesPerSecond,
      });
      const figures = of("figure").filter(({ step }) => step === row.step).map(({ name }) => name);
      assertEquals(figures, ["confusion/counts", "confusion/shares"]);
    }
    const checks = (await Deno.readTextFile(`${dir}/checks.jsonl`)).trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assertEquals(
      of("scalars").filter(({ values }) => !("epoch" in values)).map(({ step }) => step),
      checks.map(({ step }) => step),
    );
    assertEquals(of("summary").map(({ step }) => step), [run.best.step]);
    const [file] = await Array.fromAsync(Deno.readDir(`${dir}/tensorboard`));
    const { values } = readEvents(await Deno.readFile(`${dir}/tensorboard/${file!.name}`));
    const drawn = values.filter(({ image }) => image);
    assertEquals(drawn.length, 4);
    assert(drawn.every(({ image }) => image!.height > 100 && image!.width > 100));
  }));

Deno.test("train() comes to the same with trackers that hang, and none of its events is lost", () =>
  withDir(async (dir) => {
    await using server = startServer();
    server.mood = "hangs";
    const warnings: string[] = [], order: string[] = [];
    const alone = await trainIn(`${dir}/alone`);
    const run = await trainIn(`${dir}/tracked`, {
      trackers: [{ name: "mlflow", uri: server.uri, timeout: 0.1 }],
      onTracker: (text) => warnings.push(text),
      onEpoch: ({ epoch }) => order.push(`${epoch}, ${server.runs.size} runs there`),
    });
    assertEquals(timeless(run), timeless(alone));
    assertEquals([warnings.length, order], [1, ["1, 0 runs there", "2, 0 runs there"]]);
    server.mood = "well";
    await syncTrackers(`${dir}/tracked`);
    const [kept] = [...server.runs.values()];
    assertEquals([kept!.status, kept!.name.split("/").at(-1), server.faults], ["FINISHED", "tracked", []]);
    const losses = [...kept!.metrics.values()].filter(({ key }) => key === "train/loss");
    assertEquals(
      losses.map(({ step, value }) => [step, value]),
      run.history.map(({ step, trainLoss }) => [step, trainLoss]),
    );
    assertEquals([...server.artifacts.keys()].filter((path) => path.endsWith(".png")).length, 4);
  }));

Deno.test("train() that is stopped and gone on with tells each step once", () =>
  withDir(async (dir) => {
    const abort = new AbortController();
    const stop = { signal: abort.signal, onEpoch: () => abort.abort(new DOMException("Stopped", "AbortError")) };
    await assertRejects(() => trainIn(dir, stop), DOMException);
    const before = await queued(dir);
    assertEquals([before.at(-1)!.kind, before.at(-1)!.stopped], ["failed", true]);
    // Killed before its last epoch was told: the next process tells it from the checkpoint.
    const told = before.findIndex(({ values }) => (values as Record<string, number>)?.epoch === 1);
    await Deno.writeTextFile(
      `${dir}/events.jsonl`,
      before.slice(0, told).map((event) => `${JSON.stringify(event)}\n`).join(""),
    );
    const run = await trainIn(dir);
    const events = await queued(dir), started = events.filter(({ kind }) => kind === "started");
    const epochs = events.flatMap(({ values }) => (values as Record<string, number>)?.epoch ?? []);
    assertEquals(epochs, run.history.map(({ epoch }) => epoch));
    assertEquals([started.length, new Set(started.map(({ id }) => id)).size], [2, 1]);
  }));

Deno.test("train() does not begin with a tracker that lacks something", () =>
  withDir(async (dir) => {
    const trackers = [{ name: "mlflow", uri: "nowhere" }] as const;
    await assertRejects(() => trainIn(dir, { trackers }), TypeError, "nowhere");
  }));
