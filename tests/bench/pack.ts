/**
 * Packs the benchmark and all that it needs into one archive, for a machine with a GPU and no network: `deno task bench:pack`.
 *
 * @module
 */
import { basename, join, resolve } from "node:path";
import { runTask, z } from "../../tasks/flags.ts";

const ROOT = join(import.meta.dirname!, "..", "..");
/** Packages with native parts, and a compiler: whatever the archive's programs run asks for none of them. */
const LEFT_OUT = [
  "sharp",
  "nodejs-polars",
  "@tensorflow/tfjs-node-gpu",
  "vega",
  "vega-lite",
  "assemblyscript",
  "dejavu-fonts-ttf",
];
/** What is bundled, and under which name: modules find each other by them. */
const BUNDLES = {
  "tests/bench/bench.ts": "bench.js",
  "tests/bench/compare.ts": "compare.js",
  "src/tensor/wasm/pool_worker.ts": "pool_worker.ts",
};
/** TensorFlow.js's wasm module looks for its file where a CommonJS module would. */
const PRELUDE = "globalThis.__dirname ??= import.meta.dirname;\n";

await runTask({
  name: "bench:pack",
  summary: "Packs the benchmark, Deno and the kernels into one archive that runs without network.",
  options: z.strictObject({
    out: z.string().default("maskfold-bench.tar.xz").describe("The archive (tar, compressed by xz), or a new folder."),
    folder: z.boolean().default(false).describe("Make a folder rather than an archive."),
    deno: z.boolean().default(true).describe("Put Deno's own binary, which is the larger part, into it."),
  }),
}, async ({ out: given, folder, deno }, { signal }) => {
  const out = resolve(given);
  const temporary = folder ? undefined : await Deno.makeTempDir();
  const dir = temporary ? join(temporary, "maskfold-bench") : out;
  try {
    await fill(dir, deno, signal);
    if (temporary) await run("tar", ["-cJf", out, "-C", temporary, basename(dir)], signal);
  } finally {
    if (temporary) await Deno.remove(temporary, { recursive: true });
  }
  const { size } = await Deno.stat(out);
  console.log(folder ? given : `${given}: ${(size / 2 ** 20).toFixed(1)} MiB`);
});

async function fill(dir: string, deno: boolean, signal: AbortSignal): Promise<void> {
  await Deno.mkdir(join(dir, "build"), { recursive: true });
  const external = LEFT_OUT.flatMap((name) => ["--external", name]);
  for (const [source, name] of Object.entries(BUNDLES)) {
    const path = join(dir, name);
    const flags = ["--platform", "deno", "--minify", ...external, "--output", path];
    await run(Deno.execPath(), ["bundle", "-q", ...flags, join(ROOT, source)], signal);
    if (name.endsWith(".js")) await Deno.writeTextFile(path, PRELUDE + await Deno.readTextFile(path));
  }
  const kernels = join(ROOT, "src/tensor/wasm/build"),
    stock = join(ROOT, "node_modules/@tensorflow/tfjs-backend-wasm/dist");
  for (const [from, to] of [[kernels, join(dir, "build")], [stock, dir]] as const) {
    for (const { name } of Deno.readDirSync(from)) {
      if (name.endsWith(".wasm")) await Deno.copyFile(join(from, name), join(to, name));
    }
  }
  for (const name of ["torch_reference.py", "README.md"]) {
    await Deno.copyFile(join(ROOT, "tests/bench", name), join(dir, name));
  }
  if (deno) await Deno.copyFile(Deno.execPath(), join(dir, "deno"));
}

async function run(program: string, args: string[], signal: AbortSignal): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, cwd: ROOT, signal }).output();
  if (success) return;
  const last = new TextDecoder().decode(stderr).trim().split("\n").slice(-3).join(" ");
  throw new Error(`Cannot pack as ${basename(program)} ${args[0]} failed: ${last}`);
}
