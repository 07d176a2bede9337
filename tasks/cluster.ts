/** Submits folds to a Slurm cluster: `deno task cluster --gpus 1 -- crossval --data DIR --config kfold`. @module */
import { join } from "node:path";
import * as mf from "maskfold";
import { ABLATE } from "./ablate.ts";
import { commandLine, foldsArguments, foldsScript, joinArguments, joinScript, type Work } from "./cluster_scripts.ts";
import { submit } from "./cluster_submit.ts";
import { CROSSVAL } from "./crossval.ts";
import { readFlags, runTask, z } from "./flags.ts";
import { readConfig, whole } from "./setup.ts";
import { SWEEP } from "./sweep.ts";

const word = () => z.string().regex(/^[^\s"'\\#]+$/, "must be one word without quotes");
const TASKS = { crossval: CROSSVAL, ablate: ABLATE, sweep: SWEEP };

await runTask({
  name: "cluster",
  summary:
    "Submits crossval to Slurm: a job array, a task a fold, and a job after it that joins the folds. The same command goes on\n" +
    "with what is not finished. It takes ablate too, and sweep --folds all without --halving: a task does one fold of every\n" +
    "combination or trial.",
  takesCommand: true,
  options: z.strictObject({
    partition: word().optional().describe("Partition (default: the cluster's)."),
    time: word().optional().describe(
      "Longest time of a job, as in 4:00:00; a task that needs more goes on in another.",
    ),
    cpus: whole().min(1).default(4).describe("Processors of a job, and threads of the wasm backend."),
    memory: word().optional().describe("Memory of a job, as in 16G."),
    gpus: word().optional().describe("GPUs of a job, with their type if need be: 1, a100:1."),
    option: z.array(word()).default([]).describe("Another option of sbatch, account=vision; repeat it for more."),
    setup: z.array(z.string()).default([]).describe(
      "A line of shell that jobs begin with, 'module load cuda'; repeat it for more.",
    ),
    dryRun: z.boolean().default(false).describe("Print the scripts, and submit nothing."),
    wait: z.boolean().default(false).describe("Wait until the folds are joined."),
  }),
}, async ({ option, dryRun, wait, ...asked }, { command, signal }) => {
  const resources = { ...asked, options: option };
  const work = await readWork(command, asked.cpus);
  const numbers = await unfinished(work);
  const scripts = { folds: foldsScript(work, resources), join: joinScript(work, resources) };
  if (dryRun) {
    printScripts(work, scripts, numbers);
    return;
  }
  const folder = `${work.out}/cluster`;
  await mf.ensureDir(folder);
  for (const [name, text] of Object.entries(scripts)) await mf.writeAtomic(`${folder}/${name}.sh`, text);
  let array: string | undefined;
  if (numbers.length > 0) {
    array = (await submit([...foldsArguments(work, numbers), `${folder}/folds.sh`])).job;
    console.log(`job array ${array}: folds ${numbers.join(", ")} of ${work.folds}; logs in ${folder}`);
  }
  const last = await submit([...wait ? ["--wait"] : [], ...joinArguments(work, array), `${folder}/join.sh`]);
  console.log(`job ${last.job}: joins the folds`);
  if (wait) console.log(await last.result(`${folder}/join-${last.job}.log`, signal));
});

/** What the words after `--` ask for, checked as the task itself would. */
async function readWork([name, ...flags]: readonly string[], cpus: number): Promise<Work> {
  if (name === undefined || !Object.hasOwn(TASKS, name)) {
    const choices = Object.keys(TASKS).join(", ");
    throw new TypeError(`Cannot submit ${name ?? "nothing"} as the word after -- must be one of ${choices}`);
  }
  const given = (flag: string) => flags.some((word) => word === `--${flag}` || word.startsWith(`--${flag}=`));
  if (given("fold")) throw new TypeError("Cannot submit --fold as each task of the array has its own");
  const { options, rest } = readFlags<z.ZodObject>(TASKS[name as keyof typeof TASKS], flags);
  if (name === "sweep" && (options.folds !== "all" || options.halving)) {
    throw new TypeError("Cannot submit sweep but with --folds all and without --halving, as tasks are folds");
  }
  const { folds } = await readConfig(options as Parameters<typeof readConfig>[0], rest);
  const program = [Deno.execPath(), "run", "-A", "-q", join(import.meta.dirname!, `${name}.ts`)];
  return {
    name: `maskfold-${name}`,
    command: [...program, ...flags, ...given("threads") ? [] : ["--threads", `${cpus}`]],
    oneFold: name === "sweep" ? ["--folds", "one", "--fold"] : ["--fold"],
    cwd: Deno.cwd(),
    out: options.out as string,
    folds,
    leavesSummary: name === "crossval",
  };
}

/** The folds that have yet to be done, as far as it can be seen. */
async function unfinished({ out, folds, leavesSummary }: Work): Promise<number[]> {
  const numbers = Array.from({ length: folds }, (_, k) => k);
  if (!leavesSummary) return numbers;
  const there = await Promise.all(
    numbers.map((k) => Deno.stat(`${out}/fold-${k}/summary.json`).then(() => true, () => false)),
  );
  return numbers.filter((k) => !there[k]);
}

function printScripts(work: Work, scripts: Readonly<Record<"folds" | "join", string>>, numbers: readonly number[]) {
  const folder = `${work.out}/cluster`;
  const show = (path: string, text: string, words: readonly string[]) =>
    console.log(`# ${path}\n${text}\n# ${commandLine(["sbatch", ...words, path])}\n`);
  if (numbers.length > 0) show(`${folder}/folds.sh`, scripts.folds, foldsArguments(work, numbers));
  show(`${folder}/join.sh`, scripts.join, joinArguments(work, numbers.length > 0 ? "ARRAY" : undefined));
}
