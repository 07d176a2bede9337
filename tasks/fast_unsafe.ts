/**
 * The choice of speed over safety: V8 without its bounds checks on WebAssembly, which only a new process can have.
 *
 * @module
 */
import { z } from "zod";

/** The flag, to be spread into a task's options; `runTask` obeys it. */
export const fastUnsafeFlag = {
  fastUnsafe: z.boolean().default(false).describe(
    "Run WebAssembly without bounds checks: about a fifth faster; a bug in a kernel could then corrupt memory instead of " +
      "stopping with an error.",
  ),
};

/**
 * Without bounds checks V8 can also join two 128-bit operations to one of 256 bits, where the processor has those; it does
 * so as an experiment, on x86-64 alone.
 */
export const V8_FLAGS = [
  "--no-wasm-bounds-checks",
  ...(Deno.build.arch === "x86_64" ? ["--experimental-wasm-revectorize"] : []),
].join(",");

/** What a user can send to a task's process from outside, as far as the system has it. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs this program again in a process without bounds checks, and ends as it does: its exit code becomes ours, and signals
 * sent to us are passed on.
 *
 * @param args The program's arguments, among them `--fast-unsafe`, which is left out.
 */
export async function runFastUnsafe(args: readonly string[]): Promise<void> {
  const rest = args.filter((arg) => !/^--(no-)?fast-unsafe(=|$)/.test(arg));
  const windows = Deno.build.os === "windows";
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", `--v8-flags=${V8_FLAGS}`, Deno.mainModule, ...rest],
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
    // A terminal sends Ctrl-C to a whole group of processes. In a group of its own the child gets it once, from us.
    detached: !windows,
  }).spawn();
  const listeners = SIGNALS.map((name) => [name, () => windows || send(child, name)] as const);
  for (const [name, listener] of listeners) Deno.addSignalListener(name, listener);
  try {
    Deno.exitCode = (await child.status).code;
  } finally {
    for (const [name, listener] of listeners) Deno.removeSignalListener(name, listener);
  }
}

function send(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // it has just ended
  }
}
