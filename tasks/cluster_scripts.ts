/**
 * The scripts of a job array for Slurm (https://slurm.schedmd.com/sbatch.html): a fold a task, and a job after them that joins
 * the folds. Pure: words in, text out.
 *
 * @module
 */

/** What a job asks of the cluster, in Slurm's own terms. */
export interface Resources {
  /** Partition; the cluster's default unless given. */
  readonly partition?: string;
  /** Longest time of a job, as in `4:00:00`. */
  readonly time?: string;
  /** Processors of a job. */
  readonly cpus: number;
  /** Memory of a job, as in `16G`. */
  readonly memory?: string;
  /** GPUs of a job, with their type if need be: `1`, `a100:1`. */
  readonly gpus?: string;
  /** Other options of sbatch, without their dashes: `account=vision`. */
  readonly options: readonly string[];
  /** Lines of shell that each job begins with, as in `module load cuda`. */
  readonly setup: readonly string[];
}

/** What is to be done on the cluster. */
export interface Work {
  /** What it is called in the queue. */
  readonly name: string;
  /** The words of the command that does the folds and, without `--fold`, joins them. */
  readonly command: readonly string[];
  /** Words that make the command do one fold; the fold's number follows. */
  readonly oneFold: readonly string[];
  /** The folder that commands run in. */
  readonly cwd: string;
  /** The folder of the runs. */
  readonly out: string;
  /** Number of folds. */
  readonly folds: number;
  /** Whether a finished fold leaves `fold-<number>/summary.json` in `out`. */
  readonly leavesSummary: boolean;
}

/**
 * Writes a word so that a shell reads that word, whatever stands in it.
 *
 * @param word Any text without a zero byte.
 * @returns The word as it is if it is harmless, else in single quotes.
 */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Words as a line of shell. */
export function commandLine(words: readonly string[]): string {
  return words.map(quote).join(" ");
}

/**
 * The script of the job array: each task does the fold of its number, and goes on where an earlier turn of it was stopped.
 *
 * Slurm warns it by USR1 a minute before its time is over: it stops the command, which keeps what it has, and puts itself
 * into the queue again. USR1 and not TERM, as TERM comes from a user who cancels it too, and a cancelled task must not
 * come back. A task that was killed comes back up to three times; one that finishes no epoch in a turn does not.
 */
export function foldsScript(work: Work, resources: Resources): string {
  const { command, oneFold, folds } = work;
  return `${
    head(work, resources, {
      what: `Folds of ${work.name}: sbatch --array=0-${folds - 1} THIS`,
      more: ["signal=B:USR1@60"],
    })
  }
fold=$SLURM_ARRAY_TASK_ID
me=\${SLURM_ARRAY_JOB_ID}_$fold # the job's number alone may mean the whole array
turn=\${SLURM_RESTART_COUNT:-0}

epochs() { find "$out" -path "*/fold-$fold/metrics.jsonl" -exec cat {} + | wc -l; }
again() {
  echo "fold $fold $1, and goes into the queue again"
  trap - TERM
  scontrol requeue "$me" && sleep 60 # Slurm ends this script meanwhile
  exit 1
}

before=$(epochs)
late= signalled=
trap 'late=1 signalled=1; kill -TERM $!' USR1
trap 'signalled=1; kill -TERM $!' TERM INT
${commandLine([...command, ...oneFold])} "$fold" &
child=$!
wait "$child"
code=$?
while [ -n "$signalled" ]; do # a signal ends the waiting, not the child
  signalled=
  wait "$child"
  code=$?
done

if [ "$code" -ne 0 ] && [ -n "$late" ]; then
  # The first turn may have gone into packing images.
  if [ "$(epochs)" -gt "$before" ] || [ "$turn" -eq 0 ]; then again "is out of time"; fi
  echo "fold $fold finished no epoch in its time: give more" >&2
elif [ "$code" -eq 137 ] && [ "$turn" -lt 3 ]; then
  again "was killed"
fi
exit "$code"
`;
}

/** The script of the job that joins the folds, once all are there; it says which are not. */
export function joinScript(work: Work, resources: Resources): string {
  const { command, folds, leavesSummary } = work;
  const check = `
missing=
for fold in $(seq 0 ${folds - 1}); do
  [ -e "$out/fold-$fold/summary.json" ] || missing="$missing $fold"
done
if [ -n "$missing" ]; then
  echo "Cannot join the folds as some are not finished:$missing; see their logs in $out/cluster, and submit again" >&2
  exit 1
fi`;
  return `${head(work, resources, { what: `Joins the folds of ${work.name}: sbatch THIS`, more: [] })}${
    leavesSummary ? check : ""
  }
exec ${commandLine(command)}
`;
}

/**
 * What sbatch is called with for the folds, before the script.
 *
 * @param numbers The folds that are to be done.
 */
export function foldsArguments({ cwd, out }: Pick<Work, "cwd" | "out">, numbers: readonly number[]): string[] {
  return ["--parsable", `--array=${numbers.join()}`, `--output=${logPath({ cwd, out }, "fold-%a-%A.log")}`];
}

/**
 * What sbatch is called with for the joining, before the script. It looks itself for the folds where they leave a summary,
 * and says then what is missing; else it waits for all to end well.
 *
 * @param after The number of the job array, if one was submitted.
 */
export function joinArguments(
  { cwd, out, leavesSummary }: Pick<Work, "cwd" | "out" | "leavesSummary">,
  after?: string,
): string[] {
  const dependency = after === undefined
    ? []
    : leavesSummary
    ? [`--dependency=afterany:${after}`]
    : [`--dependency=afterok:${after}`, "--kill-on-invalid-dep=yes"];
  return ["--parsable", ...dependency, `--output=${logPath({ cwd, out }, "join-%j.log")}`];
}

/** A pattern of Slurm's for a log's path; of the folder's name nothing is taken for a pattern. */
function logPath({ cwd, out }: Pick<Work, "cwd" | "out">, pattern: string): string {
  const folder = out.startsWith("/") ? out : `${cwd}/${out}`;
  return `${folder.replaceAll("%", "%%")}/cluster/${pattern}`;
}

function head(
  { name, cwd, out }: Work,
  { partition, time, cpus, memory, gpus, options, setup }: Resources,
  { what, more }: { readonly what: string; readonly more: readonly string[] },
): string {
  const asked = [
    `job-name=${name}`,
    ...partition ? [`partition=${partition}`] : [],
    ...time ? [`time=${time}`] : [],
    `cpus-per-task=${cpus}`,
    ...memory ? [`mem=${memory}`] : [],
    ...gpus ? [`gres=gpu:${gpus}`] : [],
    "requeue",
    "open-mode=append",
    ...more,
    ...options,
  ];
  return [
    "#!/bin/bash",
    `# ${what}`,
    ...asked.map((option) => `#SBATCH --${option}`),
    `cd ${quote(cwd)} || exit 1`,
    ...setup,
    `out=${quote(out)}`,
  ].join("\n");
}
