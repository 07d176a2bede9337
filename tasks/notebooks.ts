/** Runs the notebooks through the Deno kernel: `deno task notebooks [--only NAME] [--write]`. @module */
import { basename, join, resolve } from "node:path";
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { type Cell, faultsIn, hasPicture, lacksLastText } from "./notebook_shape.ts";

const DIR = "notebooks";

/** Where copies are run, so that the runs of whoever works with the notebooks are left alone. Their data is shared. */
const COPIES = `${DIR}/runs/copies`;

const INSTALL = `jupyter-nbconvert, which runs them, is not there. Install it by one of
  apt-get install jupyter-nbconvert python3-nbclient
  pip install nbconvert nbclient
and see that it is on the PATH.`;

await runTask({
  name: "notebooks",
  summary:
    "Runs a copy of every notebook from top to bottom, without earlier runs. It fails if a cell throws, lacks a " +
    `picture that its tag "picture" calls for, or has outputs of other kinds than the stored notebook.`,
  options: z.strictObject({
    only: z.string().optional().describe("Run only the notebook of this name, as in 01_explore."),
    write: z.boolean().default(false).describe(
      "Store the outputs in the notebooks; otherwise they are compared with the stored ones.",
    ),
    timeout: z.coerce.number().int().min(1).default(600).describe("Seconds that a cell may take."),
  }),
}, async ({ only, write, timeout }, { signal }) => {
  const entries = await Array.fromAsync(Deno.readDir(DIR));
  const names = entries.map(({ name }) => name).filter((name) => name.endsWith(".ipynb")).toSorted();
  const chosen = only === undefined
    ? names
    : names.filter((name) => basename(name, ".ipynb") === basename(only, ".ipynb"));
  if (chosen.length === 0) {
    throw new RangeError(
      `Cannot run notebooks as the name must be one of ${names.join(", ")}: current value is ${only}`,
    );
  }
  const temporary = await Deno.makeTempDir({ prefix: "maskfold-notebooks-" });
  try {
    await installKernel(temporary);
    await prepareCopies(names);
    const faults: string[] = [];
    for (const name of chosen) {
      const started = performance.now();
      const before = await readCells(join(DIR, name));
      let after = await execute(name, { temporary, timeout, signal });
      if (!write && lacksLastText(after, before)) {
        console.log(`${name}: the kernel lost text that a cell printed last; once more`);
        after = await execute(name, { temporary, timeout, signal });
      }
      const found = faultsIn(after, write ? undefined : before).map((fault) => `${name}, ${fault}`);
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      const pictures = after.filter(hasPicture).length;
      console.log(`${name}: ${after.length} cells, ${pictures} with pictures, ${found.length} faults, ${seconds} s`);
      if (write && found.length === 0) {
        await mf.writeAtomic(join(DIR, name), await Deno.readTextFile(join(temporary, name)));
      }
      faults.push(...found);
    }
    if (faults.length > 0) throw new Error(`Notebooks failed:\n  ${faults.join("\n  ")}`);
    console.log(`${chosen.length} notebooks ran without a fault${write ? ", outputs stored" : ""}`);
  } finally {
    await Deno.remove(temporary, { recursive: true });
    await Deno.remove(COPIES, { recursive: true }).catch(() => {});
  }
});

/** Copies notebooks into a folder without runs, whose data is that of the notebooks' own folder. */
async function prepareCopies(names: readonly string[]): Promise<void> {
  await Deno.remove(COPIES, { recursive: true }).catch(() => {}); // of a task that was killed
  await mf.ensureDir(COPIES);
  await mf.ensureDir(join(DIR, "data"));
  await Deno.symlink(resolve(DIR, "data"), join(COPIES, "data"));
  for (const name of names) await Deno.copyFile(join(DIR, name), join(COPIES, name));
}

/** Describes this very Deno to Jupyter as the kernel "deno", in a folder that is searched before the user's own. */
async function installKernel(temporary: string): Promise<void> {
  const spec = {
    argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
  };
  await mf.ensureDir(join(temporary, "kernels", "deno"));
  await mf.writeAtomic(join(temporary, "kernels", "deno", "kernel.json"), JSON.stringify(spec));
}

async function execute(
  name: string,
  { temporary, timeout, signal }: { temporary: string; timeout: number; signal: AbortSignal },
): Promise<readonly Cell[]> {
  const command = new Deno.Command("jupyter-nbconvert", {
    args: [
      ...["--to", "notebook", "--execute", "--allow-errors", "--output-dir", temporary, join(COPIES, name)],
      `--ExecutePreprocessor.timeout=${timeout}`,
      "--ExecutePreprocessor.startup_timeout=120",
      "--ExecutePreprocessor.record_timing=False",
    ],
    env: { JUPYTER_PATH: temporary },
    stdout: "null",
    stderr: "piped",
  });
  const child = spawn(command);
  const stop = () => child.kill("SIGINT"); // at which it ends its kernel, which SIGTERM would leave running
  signal.addEventListener("abort", stop);
  const { success, stderr } = await child.output().finally(() => signal.removeEventListener("abort", stop));
  signal.throwIfAborted();
  if (!success) {
    throw new Error(
      `Cannot run ${name}:\n${new TextDecoder().decode(stderr).trim().split("\n").slice(-12).join("\n")}`,
    );
  }
  return await readCells(join(temporary, name));
}

function spawn(command: Deno.Command): Deno.ChildProcess {
  try {
    return command.spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`Cannot run notebooks as ${INSTALL}`);
  }
}

async function readCells(path: string): Promise<readonly Cell[]> {
  return JSON.parse(await Deno.readTextFile(path)).cells;
}
