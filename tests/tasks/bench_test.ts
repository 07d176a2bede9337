import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { frameTable } from "../bench/frame.ts";
import { start } from "./children.ts";

const BENCH = new URL("../bench/", import.meta.url).pathname;
const SMALL = ["--model", "efficientnet_nano", "--size", "32", "--batch", "2", "--steps", "3", "--backend", "wasm"];

/** Runs a program of tests/bench, which must end well; returns what it printed. */
async function bench(program: string, ...flags: string[]): Promise<string> {
  const { code, stdout, stderr } = await start(["run", "-A", "-q", "--no-check", BENCH + program, ...flags], BENCH)
    .done;
  assertEquals(code, 0, stderr);
  return stdout;
}

/** Runs bench.ts with --json; returns its only line. */
async function record(...flags: string[]) {
  const stdout = await bench("bench.ts", "--json", ...flags);
  assertEquals(stdout.trimEnd().split("\n").length, 1, stdout);
  return JSON.parse(stdout);
}

for (
  const [program, ...flags] of [["bench.ts", "--what"], ["compare.ts", "--rounds"], ["pack.ts", "--folder"]] as const
) {
  Deno.test(`${program} --help says what it does and lists its flags`, async () => {
    const stdout = await bench(program, "--help");
    for (const text of ["Usage: deno task bench", "--help", ...flags]) assertStringIncludes(stdout, text);
  });
}

for (const what of ["train", "infer"]) {
  Deno.test(`bench --what ${what} --json prints what was timed, on what, and with which versions`, async () => {
    const found = await record("--what", what, "--threads", "1", ...SMALL);
    const { model, size, batch, backend, threads, steps } = found;
    assertEquals([found.what, model, size, batch, backend, threads, steps], [
      what,
      "efficientnet_nano",
      32,
      2,
      "wasm",
      1,
      3,
    ]);
    for (const name of ["minMsPerImage", "processorMsPerImage", "peakMemoryMiB", "kernelCalls", "trafficMiB"]) {
      assert(found[name] > 0, name);
    }
    assert(found.medianMsPerImage >= found.minMsPerImage);
    assertEquals(Object.keys(found.versions), ["maskfold", "deno", "v8", "tfjs"]);
    assertEquals(found.versions.deno, Deno.version.deno);
    assert(found.device && found.kernels && found.machine);
    assertEquals(found.boundsChecks, true);
  });
}

Deno.test("bench reads several steps' losses at once and gets the same", async () => {
  const [one, two] = await Promise.all(["1", "2"].map((every) => record("--read-every", every, ...SMALL)));
  assertEquals(one.losses.length, 3);
  assertEquals(two.losses, one.losses);
});

Deno.test("bench --what ops lists the kernels of a step at the shapes that the model gives them", async () => {
  const operations = async (size: string) => (await record("--what", "ops", ...SMALL, "--size", size)).operations;
  for (const [size, half] of [["32", 16], ["48", 24]] as const) {
    const found: { shapes: string; calls: number; msPerCall: number }[] = await operations(size);
    assert(found.length > 10);
    assert(found.every(({ calls, msPerCall }) => calls >= 1 && msPerCall >= 0));
    assert(found.some(({ shapes }) => shapes.startsWith(`2x${size}x${size}x3 `)), "the stem reads the images");
    assert(found.some(({ shapes }) => shapes.includes(`2x${half}x${half}x`)), "and halves them");
  }
});

Deno.test("bench --what load times packing and filling, and leaves nothing behind", async () => {
  const TMPDIR = await Deno.makeTempDir();
  try {
    const args = ["run", "-A", "-q", "--no-check", `${BENCH}bench.ts`, "--json", "--what", "load", "--people", "2"];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: [...args, ...SMALL], env: { TMPDIR } }).output();
    const { images, packMsPerImage, fillMsPerImage, minMsPerImage } = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(images, 14);
    for (const value of [packMsPerImage, fillMsPerImage, minMsPerImage]) assert(value >= 0);
    assert(packMsPerImage > fillMsPerImage);
    assertEquals([...Deno.readDirSync(TMPDIR)], []);
  } finally {
    await Deno.remove(TMPDIR, { recursive: true });
  }
});

const python = "/usr/bin/python3"; // Debian's, which has its pandas
const hasPandas = await new Deno.Command(python, { args: ["-c", "import pandas"], stderr: "null" }).output()
  .then(({ success }) => success, () => false);

Deno.test({
  name: "bench --what frame times the same questions here and in pandas, whose answers agree",
  ignore: !hasPandas,
  fn: async () => {
    const { timings, rows, versions } = await record(
      ...["--what", "frame", "--rows", "701", "--rounds", "1", "--python", python],
    );
    assertEquals(rows, 701);
    assert(versions.pandas && versions.polars);
    assertEquals(timings.length, 7);
    for (const { query, ms, pandas } of timings) {
      assert(ms > 0, query);
      if (!query.startsWith("Parquet")) assert(pandas.ms > 0 && pandas.onProcessor >= 0, query); // it may lack Parquet
    }
  },
});

Deno.test("frameTable() has pandas' times over ours, by the clock and of the processor", () => {
  const join = { query: "join", ms: 2000, onProcessor: 4, pandas: { ms: 3, onProcessor: 10 } };
  const table = frameTable({ rows: 7, timings: [join, { query: "Parquet", ms: 5, onProcessor: 5 }] });
  assertStringIncludes(table, "| 7 rows |");
  assertStringIncludes(table, "| join | 2000.0 | 3.0 | 0.00 | 2.50 |"); // less than a hundredth as fast
  assertStringIncludes(table, "| Parquet | 5.0 | cannot |  |  |");
});

Deno.test("bench --what frame says when Python has no pandas", async () => {
  const args = ["run", "-A", "-q", "--no-check", `${BENCH}bench.ts`, "--what", "frame", "--rows", "7"];
  const { code, stderr } = await start([...args, "--python", Deno.execPath()], BENCH).done;
  assert(code !== 0);
  assertStringIncludes(stderr, "does it have pandas?");
});

Deno.test("bench without --json prints a summary, with --profile a table of kernels", async () => {
  const stdout = await bench("bench.ts", "--profile", ...SMALL);
  assertMatch(stdout, /^train efficientnet_nano at 32 pixels, batch 2: [\d.]+ ms an image, median [\d.]+, /);
  assertMatch(stdout, /^a step takes [\d.]+ ms, [\d.]+ of them in kernels$/m);
  assertMatch(stdout, /^\w+ +[\d.]+ ms +\d+ calls$/m);
});

Deno.test("bench --fast-unsafe says that bounds checks are off", async () => {
  assertStringIncludes(await bench("bench.ts", "--fast-unsafe", ...SMALL), "bounds checks off");
});

Deno.test("bench --stock runs TensorFlow.js's own kernels alone", async () => {
  const { kernels, kernelCalls } = await record("--what", "infer", "--stock", ...SMALL);
  assertEquals(kernels, "stock");
  assert(kernelCalls > (await record("--what", "infer", ...SMALL)).kernelCalls, "ours are fewer, as they do more each");
});

Deno.test({
  name: "bench:compare prints machine, versions and a table of ratios, and a program's failure with its reason",
  ignore: Deno.build.os === "windows", // the stand-ins for Python are shell scripts
  fn: async () => {
    const dir = await Deno.makeTempDir();
    try {
      const times = { minMsPerImage: 1e6, medianMsPerImage: 1e6, processorMsPerImage: 8 };
      const printed = { ...times, peakMemoryMiB: 1, device: "d", kernels: "k" };
      const json = JSON.stringify({ ...printed, versions: { torch: "0.0" } });
      await Deno.writeTextFile(`${dir}/good`, `#!/bin/sh\necho '${json}'\n`, { mode: 0o755 });
      await Deno.writeTextFile(`${dir}/bad`, "#!/bin/sh\necho 'MemoryError: no room' >&2; exit 1\n", { mode: 0o755 });
      const flags = ["--rounds", "1", "--seconds", "0.1", "--cases", "infer:efficientnet_nano:32:2"];
      const [good, bad] = await Promise.all(
        ["good", "bad"].map((python) => bench("compare.ts", "--python", `${dir}/${python}`, ...flags)),
      );
      assertMatch(good!, /^- \d{4}-\d\d-\d\d, .* cores, /);
      assertStringIncludes(good!, "torch 0.0");
      assertStringIncludes(good!, `deno ${Deno.version.deno}`);
      assertMatch(good!, /PyTorch, channels last \| 1000000.00 \| 1000000.00 \| 0.0 \| 0.00 \| 0.00 \| 8.00 \| 1 \|$/m);
      assertMatch(bad!, /PyTorch, channels last \| failed: MemoryError: no room \|/);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test("what bench:pack packs runs in an empty folder, without environment and permission for the network", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await bench("pack.ts", "--folder", "--no-deno", "--out", `${dir}/packed`);
    await Deno.mkdir(`${dir}/empty`);
    const args = ["run", "--deny-net", "-A", `${dir}/packed/bench.js`, "--json", "--threads", "2", ...SMALL];
    const options = { args, cwd: `${dir}/empty`, clearEnv: true };
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), options).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const { losses, threads } = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(threads, 2);
    assertEquals(losses, (await record(...SMALL)).losses);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("bench --what predictions times scores, calibrations and ensembles", async () => {
  const { timings, members, peakMemoryMiB } = await record("--what", "predictions", "--rows", "353", "--members", "3");
  assertEquals([members, timings.length], [3, 9]);
  assert(timings.every(({ ms }: { ms: number }) => ms > 0) && peakMemoryMiB > 0);
  const [one, ...means] = timings.map(({ found }: { found: string }) => Number(/^macro F1 (.+)/.exec(found)?.[1]))
    .filter((f1: number) => f1 > 0);
  assert(means.length === 3 && means.every((f1: number) => f1 > one), `${one}, ${means}`); // what members have of their own averages out
});
