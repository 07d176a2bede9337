/**
 * Times maskfold and PyTorch in turn and prints the ratio of their minima:
 * `deno run -A tests/bench/compare.ts --rounds 3 --threads 2`. Needs Python with torch and torchvision (`--python PATH`).
 * Where others use the machine, `--measure processor --threads 1` compares processor time, which they stretch less.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";

const flags = parseArgs(Deno.args, {
  string: ["rounds", "threads", "python", "measure", "v8-flags"],
  default: { rounds: "3", threads: "2", python: "python3", measure: "min", "v8-flags": "" },
});

/** What is timed: size in pixels, batch, mode, steps a round. */
const CASES: readonly (readonly [size: number, batch: number, mode: string, steps: number])[] = [
  [64, 16, "train", 20],
  [128, 8, "train", 12],
  [64, 16, "predict", 30],
  [128, 8, "predict", 20],
];
const here = new URL("./", import.meta.url).pathname;

async function run(program: string, args: string[]): Promise<number> {
  const { success, stdout } = await new Deno.Command(program, { args, stderr: "inherit" }).output();
  if (!success) throw new Error(`Cannot time ${args[0]} as it failed`);
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!)[`${flags.measure}MsPerImage`];
}

const v8 = flags["v8-flags"] ? [`--v8-flags=${flags["v8-flags"]}`] : [];
for (const [size, batch, mode, steps] of CASES) {
  const values = { size, batch, mode, steps, threads: flags.threads };
  const options = Object.entries(values).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  let [ours, theirs] = [Infinity, Infinity];
  for (let round = 0; round < Number(flags.rounds); round++) {
    ours = Math.min(ours, await run(Deno.execPath(), ["run", "-A", "-q", ...v8, `${here}train_step.ts`, ...options]));
    theirs = Math.min(theirs, await run(flags.python, [`${here}torch_reference.py`, ...options]));
  }
  const ratio = (ours / theirs).toFixed(2);
  console.log(
    `efficientnet_b0 ${size} px, batch ${batch}, ${mode}: ${ours} ms an image, PyTorch ${theirs}, ratio ${ratio}`,
  );
}
