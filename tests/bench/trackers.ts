/**
 * Times the steps of training while a tracker's server answers, hangs, refuses or fails, beside training that no tracker is
 * told of: `deno run -A tests/bench/trackers.ts`. Each case is a process of its own, and while one goes on the others are
 * stopped, in turns of a second, so that a machine whose speed changes changes it for all.
 *
 * @module
 */
import { runTask, z } from "../../tasks/flags.ts";
import { backendFlags, startBackend, whole } from "../../tasks/setup.ts";
import { loadFaces } from "../../src/io/mod.ts";
import { paintFaces } from "../../src/paint/mod.ts";
import { splitDataset } from "../../src/split/mod.ts";
import type { TrackerSpec } from "../../src/track/mod.ts";
import { TRACK_FILES } from "../../src/track/place.ts";
import { packDataset, readPreset, resolveConfig, train } from "../../src/train/mod.ts";
import { startServer } from "../track/mlflow_server.ts";
import { median } from "./timing.ts";

const CASES = ["no tracker", "server answers", "server hangs", "server refuses", "server answers 500"] as const;
type Case = typeof CASES[number];

/** How long one process goes on, and after what time a step has been stopped on the way and is left out. */
const TURN = 1000, STOPPED = 1000;

const NOBODY = "http://127.0.0.1:9";

await runTask({
  name: "bench trackers",
  summary: "Times training steps while a tracker's server answers, hangs, refuses or fails, in turn with none.",
  options: z.strictObject({
    people: whole().min(10).default(1000).describe("Persons painted, seven photographs each."),
    seconds: whole().min(1).default(60).describe("How long each case trains while it is timed."),
    as: z.string().optional().describe("Where the times go: train until stopped, as one of the cases."),
    data: z.string().default("").describe("Its data."),
    uri: z.string().default("").describe("Its tracker's server; none without."),
    ...backendFlags,
  }),
}, async ({ people, seconds, as, data, uri, ...flags }, { signal, progress }) => {
  if (as !== undefined) {
    await startBackend(flags, "train");
    return await trainAs(as, { data, uri, signal });
  }
  const dir = await Deno.makeTempDir();
  const well = startServer(), hangs = startServer(), fails = startServer();
  [hangs.mood, fails.mood] = ["hangs", "fails"];
  const uris = ["", well.uri, hangs.uri, NOBODY, fails.uri], children: Deno.ChildProcess[] = [];
  try {
    const painting = progress("painting");
    const onProgress = ({ done, total }: { done: number; total: number }) => painting.update(done, total);
    await paintFaces(`${dir}/data`, { people, evalPeople: 0, seed: 5, size: [64, 48], signal, onProgress });
    painting.end();
    const files = CASES.map((_, i) => `${dir}/case-${i}`);
    for (const [i, file] of files.entries()) { // one after the other, each until its first epoch is over
      children.push(start(["--as", file, "--data", `${dir}/data`, "--uri", uris[i]!]));
      await until(async () => (await Deno.readTextFile(file).catch(() => "")).includes("epoch"), signal);
      children[i]!.kill("SIGSTOP");
    }
    const timing = progress("timing");
    for (let turn = 0, turns = CASES.length * Math.ceil(1000 * seconds / TURN); turn < turns; turn++) {
      const child = children[turn % CASES.length]!;
      child.kill("SIGCONT");
      await new Promise((resolve) => setTimeout(resolve, TURN));
      child.kill("SIGSTOP");
      signal.throwIfAborted();
      timing.update(turn + 1, turns);
    }
    timing.end();
    await printTable(files);
    console.log(`calls that came: ${[well, hangs, fails].map(({ calls }) => calls.length).join(", ")}`);
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(children.map(({ status }) => status));
    await Promise.all([well, hangs, fails].map((server) => server[Symbol.asyncDispose]()));
    await Deno.remove(dir, { recursive: true });
  }
});

/** Trains without an end, and adds a line to a file for each step, its milliseconds, and for each epoch. */
async function trainAs(
  file: string,
  { data, uri, signal }: { data: string; uri: string; signal: AbortSignal },
): Promise<void> {
  const dataset = await loadFaces(data), config = resolveConfig(await readPreset("demo"), { epochs: 1000, folds: 3 });
  const [fold] = splitDataset(dataset, config), images = await packDataset(dataset, config, { signal });
  const trackers: TrackerSpec[] = uri === "" ? [] : [{ name: "mlflow", uri }];
  const note = (text: string) => Deno.writeTextFileSync(file, `${text}\n`, { append: true });
  let before = 0;
  await train(dataset, config, {
    dir: `${file}-run`,
    fold: fold!,
    images,
    trackers,
    signal,
    onStep: ({ done }) => {
      const now = performance.now();
      if (done > 1) note((now - before).toFixed(3));
      before = now;
    },
    onEpoch: () => note("epoch"),
  });
}

function start(flags: readonly string[]): Deno.ChildProcess {
  const args = ["run", "-A", "-q", import.meta.filename!, ...flags];
  return new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "inherit" }).spawn();
}

async function until(holds: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!await holds()) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Prints what the steps took after the first epoch, and how many events each run has kept. */
async function printTable(files: readonly string[]): Promise<void> {
  console.log(
    "| a step's milliseconds | steps | epochs | events kept | median | mean | median to none's | mean to none's |",
  );
  console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
  const none: { median?: number; mean?: number } = {};
  for (const [i, name] of CASES.entries() as Iterable<[number, Case]>) {
    const lines = (await Deno.readTextFile(files[i]!)).trim().split("\n");
    const timed = lines.slice(lines.indexOf("epoch") + 1), epochs = timed.filter((line) => line === "epoch").length;
    const steps = timed.filter((line) => line !== "epoch").map(Number).filter((ms) => ms < STOPPED);
    const middle = median(steps), average = steps.reduce((a, b) => a + b, 0) / steps.length;
    const to = (value: number, other: number) => `${(100 * (value / other - 1)).toFixed(2)} %`;
    const ratios = [to(middle, none.median ??= middle), to(average, none.mean ??= average)];
    const queue = await Deno.readTextFile(`${files[i]!}-run/${TRACK_FILES.events}`).catch(() => "");
    const kept = queue.trim() === "" ? 0 : queue.trim().split("\n").length;
    const figures = [steps.length, epochs, kept, middle.toFixed(2), average.toFixed(2)];
    console.log(`| ${[name, ...figures, ...ratios].join(" | ")} |`);
  }
}
