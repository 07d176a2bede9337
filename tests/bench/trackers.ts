/**
 * Times the steps of training while a tracker's server hangs, refuses or fails, in turn with training that no tracker is told
 * of: `deno run -A tests/bench/trackers.ts --rounds 3`.
 *
 * @module
 */
import { runTask, z } from "../../tasks/flags.ts";
import { backendFlags, startBackend, whole } from "../../tasks/setup.ts";
import { loadFaces } from "../../src/io/mod.ts";
import { paintFaces } from "../../src/paint/mod.ts";
import { splitDataset } from "../../src/split/mod.ts";
import type { TrackerSpec } from "../../src/track/mod.ts";
import { packDataset, readPreset, resolveConfig, train } from "../../src/train/mod.ts";
import { type Mood, startServer } from "../track/mlflow_server.ts";
import { median } from "./timing.ts";

const CASES = ["no tracker", "server answers", "server hangs", "server refuses", "server answers 500"] as const;
const MOODS: Partial<Record<typeof CASES[number], Mood>> = { "server hangs": "hangs", "server answers 500": "fails" };

await runTask({
  name: "bench trackers",
  summary: "Times training steps while a tracker's server hangs, refuses or fails, in turn with none.",
  options: z.strictObject({
    people: whole().min(10).default(300).describe("Persons painted, seven photographs each."),
    epochs: whole().min(2).default(5).describe("Epochs of each training; the first is not timed."),
    rounds: whole().min(1).default(3).describe("Rounds of all cases in turn."),
    ...backendFlags,
  }),
}, async ({ people, epochs, rounds, ...flags }, { signal, progress }) => {
  await startBackend(flags, "train");
  const dir = await Deno.makeTempDir();
  try {
    await paintFaces(`${dir}/data`, { people, evalPeople: 0, seed: 5, size: [64, 48], signal });
    const dataset = await loadFaces(`${dir}/data`);
    const config = resolveConfig(await readPreset("demo"), { epochs, folds: 3 });
    const [fold] = splitDataset(dataset, config), images = await packDataset(dataset, config, { signal });
    const steps = new Map<string, number[]>(CASES.map((name) => [name, []])), timing = progress("training");
    for (let round = 0; round < rounds; round++) {
      for (const i of CASES.keys()) {
        const name = CASES[(i + round) % CASES.length]!; // each comes first, second, ... in some round
        await using server = startServer();
        server.mood = MOODS[name] ?? "well";
        const uri = name === "server refuses" ? "http://127.0.0.1:9" : server.uri;
        const trackers: TrackerSpec[] = name === "no tracker" ? [] : [{ name: "mlflow", uri }];
        const own: number[] = [];
        let before = 0;
        await train(dataset, config, {
          dir: `${dir}/${name}-${round}`,
          fold: fold!,
          images,
          trackers,
          signal,
          onStep: ({ epoch, done }) => {
            const now = performance.now();
            if (epoch > 1 && done > 1) own.push(now - before);
            before = now;
          },
        });
        steps.get(name)!.push(...own);
        timing.line(
          `round ${round + 1}, ${name}: median step ${median(own).toFixed(2)} ms, mean ${mean(own).toFixed(2)} ms`,
        );
      }
    }
    timing.end();
    images.close();
    console.log("| a step's milliseconds | steps | median | mean | median to none's | mean to none's |");
    console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
    const none = steps.get("no tracker")!;
    for (const [name, own] of steps) {
      const share = (of: (values: readonly number[]) => number) => `${(100 * (of(own) / of(none) - 1)).toFixed(2)} %`;
      const figures = [own.length, median(own).toFixed(2), mean(own).toFixed(2), share(median), share(mean)];
      console.log(`| ${[name, ...figures].join(" | ")} |`);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
