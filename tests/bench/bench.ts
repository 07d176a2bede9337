/**
 * Times maskfold: `deno task bench --what train --model efficientnet_b0 --size 64 --batch 16 --threads 2`. `--json` prints one
 * line with the fields that `torch_reference.py` prints too; `compare.ts` runs both in turn.
 *
 * @module
 */
import { runTask, type TaskContext, z } from "../../tasks/flags.ts";
import { backendFlags, whole } from "../../tasks/setup.ts";
import { countStep } from "./counts.ts";
import { copyBandwidth } from "./copy_bandwidth.ts";
import { frameTable, timeFrames } from "./frame.ts";
import { timeLoading } from "./load.ts";
import { boundsChecks, peakMemoryMiB, processor, versions } from "./machine.ts";
import { operationsTable, timeOperations } from "./operations.ts";
import { predictionTable, timePredictions } from "./predictions.ts";
import { profileKernels } from "./profile.ts";
import { start } from "./start_backend.ts";
import { inferenceSubject, trainingSubject } from "./subject.ts";
import { round, timeSteps, type Timing } from "./timing.ts";

const options = z.strictObject({
  what: z.enum(["train", "infer", "ops", "load", "copy", "frame", "predictions"]).default("train").describe(
    "Training steps; inference; single operations of a training step; packing and filling batches; copying on the " +
      "device; frames beside pandas; scores, calibrations and ensembles of predictions.",
  ),
  model: z.string().default("efficientnet_b0").describe("The model."),
  size: whole().min(8).default(64).describe("Side of the images in pixels."),
  batch: whole().min(2).default(16).describe("Images in a step."),
  steps: whole().min(1).default(20).describe("Steps that are timed, after two that are not."),
  seconds: z.coerce.number().positive().optional().describe("End after so many seconds, if three blocks were timed."),
  readEvery: whole().min(1).optional().describe(
    "Steps with one read-back, timed together (default: 8 on webgpu, where reading makes the GPU wait; else 1).",
  ),
  people: whole().min(2).default(8).describe("load: persons painted, seven photographs each."),
  rows: whole().min(1).default(18_900).describe("frame, predictions: rows of the table, or of each member."),
  rounds: whole().min(1).default(3).describe("frame: rounds that are timed, after one that is not."),
  python: z.string().default("python3").describe("frame: the Python that has pandas."),
  members: whole().min(1).default(10).describe("predictions: members of the ensembles."),
  ...backendFlags,
  stock: z.boolean().default(false).describe("Without our kernels: TensorFlow.js as it is (webgpu, or wasm to infer)."),
  profile: z.boolean().default(false).describe(
    "Print the kernels by the time that they take of this thread; a GPU's own time is in ops.",
  ),
  json: z.boolean().default(false).describe("Print one line of JSON."),
});

await runTask({ name: "bench", summary: "Times training steps, inference, operations or loading.", options }, main);

async function main(given: z.output<typeof options>, { signal }: TaskContext): Promise<void> {
  const { what, model, size, batch, steps, seconds, json } = given;
  if (what === "frame") {
    const found = await timeFrames({ ...given, signal });
    const about = Object.entries(found.versions).map(([name, version]) => `${name} ${version}`).join(", ");
    const text = `${frameTable(found)}\n\n${found.machine}; ${about}; the least of ${found.rounds} rounds in turn`;
    return console.log(json ? JSON.stringify({ program: "maskfold", what, ...found }) : text);
  }
  if (what === "predictions") {
    const found = timePredictions({ ...given, signal });
    return console.log(json ? JSON.stringify({ program: "maskfold", what, ...found }) : predictionTable(found));
  }
  const started = await start({ ...given, need: what === "infer" ? "predict" : "train" });
  const readEvery = given.readEvery ?? (started.backend === "webgpu" ? 8 : 1);
  const facts = () => ({
    program: "maskfold" as const,
    what,
    ...(what === "copy" || what === "load" ? {} : { model }),
    size,
    batch,
    ...started,
    boundsChecks: boundsChecks(),
    peakMemoryMiB: peakMemoryMiB(),
    machine: processor(),
    versions: versions(),
  });
  const say = (text: string, fields: object) => console.log(json ? JSON.stringify({ ...facts(), ...fields }) : text);
  const on = `${started.backend}, ${started.device}, kernels: ${started.kernels}`;
  if (what === "copy") {
    const gbPerSecond = round(await copyBandwidth());
    return say(`${gbPerSecond.toFixed(1)} GB/s read and written by copying; ${on}`, { gbPerSecond });
  }
  if (what === "load") {
    const timing = await timeLoading({ ...given, signal });
    const text =
      `${timing.images} photographs of 512 x 384 packed at ${size} x ${size}: ${timing.packMsPerImage} ms an ` +
      `image; filling ${timing.fillMsPerImage} ms; a batch of ${batch} ready to train on`;
    return say(`${text} ${spread(timing)}`, timing);
  }
  const subject = await (what === "infer" ? inferenceSubject : trainingSubject)(given);
  const timing = await timeSteps(subject.run, batch, { steps, seconds, block: readEvery, signal });
  const once = () => subject.run(1);
  const counts = await countStep(once);
  const operations = what === "ops" ? await timeOperations(once, Math.min(steps, 10)) : undefined;
  const losses = subject.losses.slice(0, 3).map(round);
  const title = `${what} ${model} at ${size} pixels, batch ${batch}`;
  const memory = counts.gpuMemoryMiB === undefined ? "" : `, ${counts.gpuMemoryMiB} MiB of the GPU`;
  const dispatches = counts.dispatches === undefined ? "" : `, ${counts.dispatches} dispatches`;
  say(
    [
      `${title}: ${spread(timing)}, ${(1000 / timing.minMsPerImage).toFixed(1)} images a second`,
      `${on}, bounds checks ${boundsChecks() ? "on" : "off"}, peak memory ${peakMemoryMiB()} MiB${memory}`,
      `a step: ${counts.kernelCalls} kernels, at least ${
        counts.trafficMiB.toFixed(1)
      } MiB read and written${dispatches}`,
      ...(operations ? [operationsTable(operations, 40)] : []),
    ].join("\n"),
    { ...timing, ...counts, losses, ...(operations ? { operations } : {}) },
  );
  if (given.profile) (json ? console.error : console.log)(await profileKernels(3, once));
}

function spread({ minMsPerImage, medianMsPerImage }: Timing): string {
  return `${minMsPerImage} ms an image, median ${medianMsPerImage}`;
}
