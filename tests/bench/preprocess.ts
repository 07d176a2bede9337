/**
 * Times preprocessing, CLAHE and sharpening, in turn with programs in Python that do the same with OpenCV:
 * `deno run -A tests/bench/preprocess.ts --images 2000 --workers 2`.
 *
 * @module
 */
import { join } from "node:path";
import { runTask, z } from "../../tasks/flags.ts";
import { whole } from "../../tasks/setup.ts";
import { type Dataset, FACE_SCHEMA } from "../../src/core/mod.ts";
import { listFiles } from "../../src/io/mod.ts";
import { paintFaces } from "../../src/paint/mod.ts";
import { preprocessImages } from "../../src/preprocess/mod.ts";
import { processorTime } from "./machine.ts";
import { median } from "./timing.ts";

const SCRIPT = join(import.meta.dirname!, "preprocess_reference.py");

await runTask({
  name: "bench preprocess",
  summary: "Times CLAHE and sharpening of painted images, in turn with OpenCV in as many processes.",
  options: z.strictObject({
    data: z.string().optional().describe(
      "A folder of images (default: painted ones of 512 x 384, in a temporary folder).",
    ),
    images: whole().min(1).default(2000).describe("Images, at most."),
    workers: whole().min(1).default(2).describe("Workers, and processes of Python."),
    rounds: whole().min(1).default(3).describe("Rounds of all programs in turn."),
    python: z.string().default("python3").describe("Python with OpenCV and Pillow."),
  }),
}, async ({ data, images, workers, rounds, python }, { signal, progress }) => {
  const temporary = await Deno.makeTempDir();
  try {
    const root = data ?? `${temporary}/faces`;
    if (data === undefined) {
      const bar = progress("painting");
      const onProgress = ({ done, total }: { done: number; total: number }) => bar.update(done, total);
      await paintFaces(root, { people: Math.ceil(images / 7), seed: 1, signal, onProgress });
      bar.end();
    }
    const paths = (await listFiles(root, { recursive: true })).filter((name) => /\.(jpe?g|png)$/.test(name))
      .slice(0, images);
    const programs: Record<string, (dir: string) => Promise<Taken>> = {
      maskfold: (dir) => ours(root, paths, { dir, workers, signal }),
      "OpenCV, bytes of Lab": (dir) => theirs(root, paths, { dir, workers, python, lab: "bytes", signal }),
      "OpenCV, floats of Lab": (dir) => theirs(root, paths, { dir, workers, python, lab: "float", signal }),
    };
    const all: Record<string, Taken[]> = {}, timing = progress("timing");
    for (let round = 0; round < rounds; round++) {
      for (const [name, run] of Object.entries(programs)) {
        const dir = await Deno.makeTempDir({ dir: temporary });
        const taken = await run(dir);
        (all[name] ??= []).push(taken);
        timing.line(
          `round ${round + 1}, ${name}: ${taken.seconds.toFixed(2)} s, of the processor ${
            taken.onProcessor.toFixed(2)
          } s`,
        );
        await Deno.remove(dir, { recursive: true });
      }
    }
    console.log(
      `| ${paths.length} images, ${workers} workers or processes | least s | median s | images/s | processor s | its time : maskfold's |`,
    );
    console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
    const least = (name: string, what: keyof Taken) => Math.min(...all[name]!.map((taken) => taken[what]));
    for (const name of Object.keys(all)) {
      const best = least(name, "seconds"), middle = median(all[name]!.map(({ seconds }) => seconds));
      const ratio = best / least("maskfold", "seconds");
      const figures = [best.toFixed(2), middle.toFixed(2), (paths.length / best).toFixed(0)];
      console.log(`| ${[name, ...figures, least(name, "onProcessor").toFixed(2), ratio.toFixed(2)].join(" | ")} |`);
    }
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
});

/** Seconds, by the clock and of the processor, all threads and processes. */
interface Taken {
  readonly seconds: number;
  readonly onProcessor: number;
}

/** What maskfold takes, workers' start included. */
async function ours(
  root: string,
  paths: readonly string[],
  { dir, workers, signal }: { dir: string; workers: number; signal: AbortSignal },
): Promise<Taken> {
  const samples = paths.map((path, i) => ({ id: `${i}`, path, group: `${i}`, label: 0, attributes: {} }));
  const dataset: Dataset = { schema: FACE_SCHEMA, samples, root, faults: [] };
  const started = performance.now(), startedOnProcessor = processorTime();
  const { faults } = await preprocessImages(dataset, [{ name: "clahe" }, { name: "sharpenEdges" }], {
    dir,
    workers,
    signal,
  });
  if (faults.length > 0) throw new Error(`Cannot time preprocessing as images are faulty: ${faults[0]!.message}`);
  return {
    seconds: (performance.now() - started) / 1000,
    onProcessor: (processorTime() - startedOnProcessor) / 1000,
  };
}

/** What Python takes, its processes' start included and its imports not. */
async function theirs(
  root: string,
  paths: readonly string[],
  { dir, workers, python, lab, signal }: {
    dir: string;
    workers: number;
    python: string;
    lab: string;
    signal: AbortSignal;
  },
): Promise<Taken> {
  const child = new Deno.Command(python, {
    args: [SCRIPT, "--out", dir, "--processes", `${workers}`, "--lab", lab],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(paths.map((path) => `${root}/${path}\n`).join("")));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot time ${python}: ${decoder.decode(stderr).trim().split("\n").at(-1)}`);
  return JSON.parse(decoder.decode(stdout).trim().split("\n").at(-1)!) as Taken;
}
