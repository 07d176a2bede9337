/**
 * What a run ran on: versions, machine, and the commit of the folder it was started in.
 *
 * @module
 */

/** The machine and the versions, as they stand in a run's `env.json`. */
export interface Environment {
  /** Deno's, V8's and TypeScript's versions. */
  readonly versions: Readonly<Record<string, string>>;
  /** Operating system and processor architecture. */
  readonly platform: string;
  /** Processor cores that can be used. */
  readonly cores: number;
  /** The git commit of the working directory, or null where there is none or git may not be run. */
  readonly commit: string | null;
}

/** Reads versions, machine and commit. */
export async function describeEnvironment(): Promise<Environment> {
  const { deno, v8, typescript } = Deno.version;
  return {
    versions: { deno, v8, typescript },
    platform: `${Deno.build.os} ${Deno.build.arch}`,
    cores: navigator.hardwareConcurrency,
    commit: await gitCommit(),
  };
}

async function gitCommit(): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["rev-parse", "HEAD"],
      stdout: "piped",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null; // no git, or no permission to run it
  }
}
