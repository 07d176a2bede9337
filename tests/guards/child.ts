/**
 * Runs Deno in a child process, for the guards that ask Deno itself.
 *
 * @module
 */
import { ROOT } from "./tree.ts";

/** How a child process ended. */
export interface Ended {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `deno` with arguments in the root of the package. */
export async function deno(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd: ROOT, env: { NO_COLOR: "1", ...env } });
  const { success, stdout, stderr } = await command.output();
  return { success, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** The package's entry points whose files are there: the file by export name, from deno.json. */
export async function entryPoints(): Promise<Map<string, string>> {
  const { exports } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`)) as { exports: Record<string, string> };
  return new Map(Object.entries(exports));
}

/** Whether a file of the package is there. */
export async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(`${ROOT}/${path}`).then(() => true, () => false);
}
