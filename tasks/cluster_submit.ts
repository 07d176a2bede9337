/**
 * Submitting to Slurm by its sbatch, and waiting for what comes of it.
 *
 * @module
 */

/** A job in the queue. */
export interface Submitted {
  /** Its number. */
  readonly job: string;
  /**
   * Waits until the job ends, where sbatch was called with `--wait`.
   *
   * @param log What the job writes.
   * @param signal Ends the waiting; the job stays.
   * @returns The last line of the log.
   * @throws {Error} If the job failed or wrote nothing.
   */
  result(log: string, signal: AbortSignal): Promise<string>;
}

/**
 * Submits a script.
 *
 * @param words What sbatch is called with, `--parsable` among it; the script is the last.
 * @throws {Error} If there is no sbatch, or it refuses.
 */
export async function submit(words: readonly string[]): Promise<Submitted> {
  const child = startSbatch(words);
  let text = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("\n")) break; // one that waits has more to do than to say
  }
  const [job] = /^\d+/.exec(text) ?? [];
  if (job === undefined) {
    throw new Error(`Cannot submit ${words.at(-1)} as sbatch ended with ${(await child.status).code}`);
  }
  return {
    job,
    async result(log, signal) {
      const stop = () => child.kill();
      if (signal.aborted) stop();
      signal.addEventListener("abort", stop);
      const { code } = await child.status;
      signal.removeEventListener("abort", stop);
      if (signal.aborted) console.error(`Job ${job} stays in the queue; scancel ends it.`);
      signal.throwIfAborted();
      const line = (await Deno.readTextFile(log).catch(() => "")).trimEnd().split("\n").at(-1);
      // A job can be counted as completed that never ran: what it wrote tells.
      if (code !== 0 || !line) {
        throw new Error(`Cannot join the folds as job ${job} says: ${line || "nothing"} (${log})`);
      }
      return line;
    },
  };
}

function startSbatch(words: readonly string[]) {
  try {
    return new Deno.Command("sbatch", { args: [...words], stdout: "piped", stderr: "inherit" }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error("Cannot submit as there is no sbatch on the PATH: run this where Slurm is, or use --dry-run");
  }
}
