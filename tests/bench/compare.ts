/**
 * Times maskfold and PyTorch in turn and prints the ratios as a Markdown table: `deno task bench:compare`. On a GPU,
 * `--backend webgpu` adds TensorFlow.js's stock kernels, and PyTorch on CUDA with float32, TF32 and mixed precision.
 *
 * @module
 */
import { join } from "node:path";
import { runTask, z } from "../../tasks/flags.ts";
import { whole } from "../../tasks/setup.ts";
import { processor } from "./machine.ts";
import { compareSides, readCases, type Result, runSide, type Side } from "./sides.ts";
import { tableHead, tableRows } from "./table.ts";

const CASES = ["64:16", "128:8", "224:8"].map((shape) => `efficientnet_b0:${shape}`).concat("efficientnet_b3:300:4");
const DEFAULT = {
  wasm: ["train", "infer"].flatMap((what) => CASES.map((it) => `${what}:${it}`)).join(),
  webgpu: "train:efficientnet_b0:224:64,train:efficientnet_b3:300:64",
};

await runTask({
  name: "bench:compare",
  summary: "Times maskfold and PyTorch in turn, and prints a table of the ratios.",
  options: z.strictObject({
    backend: z.enum(["wasm", "webgpu"]).default("wasm").describe(
      "wasm: against PyTorch on the CPU. webgpu: against stock TensorFlow.js, and PyTorch on CUDA.",
    ),
    rounds: whole().min(1).default(3).describe("How often each is timed, in turn."),
    seconds: z.coerce.number().positive().default(10).describe(
      "How long each is timed on a case, all rounds together.",
    ),
    threads: whole().min(1).default(2).describe("Threads on the CPU, of both."),
    cases: z.string().optional().describe(
      "train|infer|load:MODEL:SIZE:BATCH, with commas (default: four sizes of EfficientNet; on webgpu B0 224 and B3 300, batch 64).",
    ),
    readEvery: whole().min(1).default(8).describe("webgpu: steps with one read-back, on CUDA too."),
    fastUnsafe: z.boolean().default(false).describe("Time maskfold with its own --fast-unsafe."),
    python: z.string().default("python3").describe("A Python that has torch and torchvision."),
    torch: z.boolean().default(true).describe("Time PyTorch too."),
  }),
}, async (flags, { signal, progress }) => {
  const cases = readCases(flags.cases ?? DEFAULT[flags.backend]), onGpu = flags.backend === "webgpu";
  const sides = onGpu ? gpuSides(flags) : cpuSides(flags);
  console.log(headOf(flags));
  const copies = onGpu ? await copyRates(sides, signal) : [];
  for (const { name, rate } of copies) console.log(`- copying on the GPU: ${rate} by ${name}`);
  const options = { onGpu, gbPerSecond: copies[0]?.gbPerSecond };
  console.log(`\n${tableHead(options)}`);
  const all: Result[] = [], bar = progress("cases");
  for (const it of cases) {
    const results = await compareSides(it, sides, { ...flags, seconds: flags.seconds / flags.rounds, signal });
    console.log(tableRows(results, options));
    all.push(...results);
    bar.update(all.length / sides.length, cases.length);
  }
  bar.end();
  console.log(`\n${versionsOf(all)}`);
  if (all.every(({ printed }) => !printed)) throw new Error("Cannot compare as every program failed (see the table)");
});

interface SideFlags {
  readonly backend: string;
  readonly threads: number;
  readonly readEvery: number;
  readonly fastUnsafe: boolean;
  readonly python: string;
  readonly torch: boolean;
}

/** A program beside this one: a script in the checkout, a bundle in the archive that pack.ts makes. */
function beside(name: string): string {
  const bundled = import.meta.filename!.endsWith(".js");
  return join(import.meta.dirname!, bundled ? name.replace(/\.ts$/, ".js") : name);
}

function ours(...flags: string[]): string[] {
  return [Deno.execPath(), "run", "-A", "-q", beside("bench.ts"), "--json", ...flags];
}

function cpuSides({ threads, fastUnsafe, python, torch }: SideFlags): Side[] {
  const count = ["--threads", `${threads}`];
  const reference = [python, beside("torch_reference.py"), ...count];
  return [
    { name: "maskfold", command: ours("--backend", "wasm", ...count, ...(fastUnsafe ? ["--fast-unsafe"] : [])) },
    ...(torch ? [{ name: "PyTorch, channels last", command: reference }] : []),
  ];
}

function gpuSides({ readEvery, python, torch }: SideFlags): Side[] {
  const every = ["--read-every", `${readEvery}`];
  const reference = [python, beside("torch_reference.py"), "--device", "cuda", ...every];
  const theirs = [
    { name: "PyTorch CUDA, float32", command: reference },
    { name: "PyTorch CUDA, float32, channels first", command: [...reference, "--layout", "contiguous"] },
    { name: "PyTorch CUDA, TF32", command: [...reference, "--tf32"] },
    { name: "PyTorch CUDA, AMP float16", command: [...reference, "--tf32", "--amp", "float16"] },
  ];
  return [
    { name: "maskfold", command: ours("--backend", "webgpu", ...every) },
    { name: "stock TensorFlow.js", command: ours("--backend", "webgpu", "--stock", ...every) },
    ...(torch ? theirs : []),
  ];
}

/** How fast the GPU copies, by WebGPU first, then by CUDA. */
async function copyRates(sides: readonly Side[], signal: AbortSignal) {
  const chosen = [sides[0]!, ...sides.filter(({ name }) => name.startsWith("PyTorch")).slice(0, 1)];
  const rates: { name: string; rate: string; gbPerSecond?: number }[] = [];
  for (const { command, name } of chosen) {
    try {
      const { gbPerSecond } = await runSide(command, ["--what", "copy"], signal);
      rates.push({ name, gbPerSecond, rate: `${gbPerSecond!.toFixed(0)} GB/s` });
    } catch (error) {
      rates.push({ name, rate: `failed (${(error as Error).message})` });
    }
  }
  return rates;
}

/** Date, machine, and how it is timed. */
function headOf({ rounds, threads, backend, fastUnsafe }: SideFlags & { readonly rounds: number }): string {
  const how = backend === "wasm" ? `, ${threads} threads each, wasm bounds checks ${fastUnsafe ? "off" : "on"}` : "";
  return [
    `- ${new Date().toISOString().slice(0, 10)}, ${processor()}, ${Deno.build.os} ${Deno.build.arch}`,
    `- ${rounds} rounds in turn${how}`,
  ].join("\n");
}

/** What each side ran on and with. */
function versionsOf(results: readonly Result[]): string {
  const lines = results.flatMap(({ side, printed }) => {
    if (!printed) return [];
    const versions = Object.entries(printed.versions).map(([name, version]) => `${name} ${version}`).join(", ");
    return [`- ${side}: ${printed.device}, ${printed.kernels}; ${versions}`];
  });
  return [...new Set(lines)].join("\n");
}
