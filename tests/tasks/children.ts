/** Runs tasks as a user does: in a process of their own. */

const ROOT = new URL("../../", import.meta.url);

/** A task's process, its output kept. */
export interface Child {
  /** The process. */
  readonly process: Deno.ChildProcess;
  /** What it wrote and how it ended. */
  readonly done: Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
}

/** Starts tasks/NAME.ts with its flags. */
export function startTask(name: string, ...flags: string[]): Child {
  return start(["run", "-A", "-q", new URL(`tasks/${name}.ts`, ROOT).pathname, ...flags], ROOT.pathname);
}

/** Starts Deno with these arguments in a folder. */
export function start(args: string[], cwd: string): Child {
  const process = new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  })
    .spawn();
  const done = process.output().then(({ code, stdout, stderr }) => ({
    code,
    stdout: new TextDecoder().decode(stdout),
    stderr: new TextDecoder().decode(stderr),
  }));
  return { process, done };
}

/** Runs tasks/NAME.ts to its end, which must be a good one; returns its standard output. */
export async function runTask(name: string, ...flags: string[]): Promise<string> {
  const { code, stdout, stderr } = await startTask(name, ...flags).done;
  if (code !== 0) throw new Error(`${name} ${flags.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** The last line of a text that is not empty. */
export function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)!;
}
