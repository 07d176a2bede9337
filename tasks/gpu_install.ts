/**
 * Installs the native part of TensorFlow's GPU backend: `deno task gpu:install`. Its install script, which Deno does not
 * run unasked, downloads libtensorflow; afterwards the backend is tried.
 *
 * @module
 */
import * as mf from "maskfold";
import { z } from "zod";
import { runTask } from "./flags.ts";

const PACKAGE = "npm:@tensorflow/tfjs-node-gpu@4.22.0";
/** Deno leaves this where a script has run, even if it failed, and then runs it no more. */
const RAN = new URL("../node_modules/.deno/@tensorflow+tfjs-node-gpu@4.22.0/.scripts-run", import.meta.url);
const NEEDS = [
  "an NVIDIA GPU and its driver, 450.80 or later (nvidia-smi shows it)",
  "CUDA 11.2 and cuDNN 8.1, their libraries on LD_LIBRARY_PATH",
  "Linux or Windows on x86-64, and a connection to storage.googleapis.com",
];

await runTask({
  name: "gpu:install",
  summary: `Installs the native part of TensorFlow's GPU backend. It needs\n  - ${NEEDS.join("\n  - ")}`,
  options: z.strictObject({}),
}, async () => {
  console.log(`It needs\n  - ${NEEDS.join("\n  - ")}\n`);
  await Deno.remove(RAN).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  const args = ["install", `--allow-scripts=${PACKAGE}`];
  console.log(`deno ${args.join(" ")}\n`);
  const { code } = await new Deno.Command(Deno.execPath(), { args, cwd: new URL("..", import.meta.url) }).spawn()
    .status;
  if (code !== 0) throw new Error(`Cannot install ${PACKAGE} as its install script failed (above): exit code ${code}`);
  console.log(mf.describeBackend(await mf.initBackend({ need: "train", prefer: "tensorflow" })));
});
