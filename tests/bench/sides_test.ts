import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Case, compareSides, readCases, type Result, runSide } from "./sides.ts";
import { markdownTable } from "./table.ts";
import { median, timeSteps } from "./timing.ts";

const IT: Case = { what: "train", model: "nano", size: 32, batch: 2 };
const signal = new AbortController().signal;

/** A side that writes its name into a log, and prints a record with the next of some times. */
function pretend(dir: string, name: string, minima: readonly number[], failIn?: number) {
  const code = `const log = ${JSON.stringify(`${dir}/log`)}, name = ${JSON.stringify(name)};
    const round = Deno.readTextFileSync(log).split("\\n").filter((line) => line === name).length;
    Deno.writeTextFileSync(log, name + "\\n", { append: true });
    if (round === ${failIn}) { console.error("some trace\\nRuntimeError: out of memory. Try less"); Deno.exit(3); }
    const minMsPerImage = ${JSON.stringify(minima)}[round];
    console.log("noise\\n" + JSON.stringify({ minMsPerImage, medianMsPerImage: 2 * minMsPerImage, peakMemoryMiB: round,
      device: "d", kernels: "k", versions: {} }));`;
  Deno.writeTextFileSync(`${dir}/${name}.ts`, code);
  return { name, command: [Deno.execPath(), "run", "-A", "-q", "--no-check", `${dir}/${name}.ts`] };
}

Deno.test("compareSides() times the sides in turn, and drops one that fails, with what it said last", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/log`, "");
    const sides = [pretend(dir, "a", [4, 2, 3]), pretend(dir, "b", [1, 1, 1], 1)];
    const results = await compareSides(IT, sides, { rounds: 3, seconds: 1, signal });
    assertEquals((await Deno.readTextFile(`${dir}/log`)).trim().split("\n"), ["a", "b", "a", "b", "a"]);
    const { minMsPerImage, medianMsPerImage, peakMemoryMiB } = results[0]!.printed!;
    assertEquals([minMsPerImage, medianMsPerImage, peakMemoryMiB], [2, 6, 2]);
    assertEquals(results[1], { case: IT, side: "b", failure: "RuntimeError: out of memory" });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("runSide() reports a program that cannot be started", async () => {
  await assertRejects(() => runSide(["no-such-program"], [], signal), Error, "no-such-program");
});

Deno.test("readCases() reads what, model, size and batch, and names a case that it cannot read", () => {
  assertEquals(readCases("train:nano:32:2,infer:b_3:300:4"), [IT, {
    what: "infer",
    model: "b_3",
    size: 300,
    batch: 4,
  }]);
  for (const bad of ["", "ops:nano:32:2", "train:nano:32", "train:nano:32:2,", "train:nano:-3:2"]) {
    assertThrows(() => readCases(bad), SyntaxError, "train|infer:MODEL:SIZE:BATCH");
  }
});

Deno.test("markdownTable() divides our times by the others', case by case, and shows failures", () => {
  const printed = (min: number, median: number, more = {}) => ({
    minMsPerImage: min,
    medianMsPerImage: median,
    peakMemoryMiB: 7,
    device: "d",
    kernels: "k",
    versions: {},
    ...more,
  });
  const other = { ...IT, batch: 4 };
  const results: Result[] = [
    { case: IT, side: "ours", printed: printed(2, 6) },
    { case: IT, side: "theirs", printed: printed(4, 8) },
    { case: other, side: "ours", failure: "a | b" },
    { case: other, side: "theirs", printed: printed(4, 8) },
  ];
  const lines = markdownTable(results).split("\n");
  assertEquals(lines[2], "| train nano 32 b2 | ours | 2.00 | 6.00 | 500.0 |  |  | 7 |");
  assertEquals(lines[3], "| train nano 32 b2 | theirs | 4.00 | 8.00 | 250.0 | 0.50 | 0.75 | 7 |");
  assertEquals(lines[4], "| train nano 32 b4 | ours | failed: a / b |  |  |  |  |  |");
  assertEquals(lines[5], "| train nano 32 b4 | theirs | 4.00 | 8.00 | 250.0 |  |  | 7 |");
  assertEquals(new Set(lines.map((line) => line.split("|").length)), new Set([10]));

  // 1000 MiB a step of 2 images at 2 ms each are 262 GB a second
  const gpu = printed(2, 6, { gpuMemoryMiB: 9, trafficMiB: 1000, dispatches: 5 });
  const table = markdownTable([{ case: IT, side: "ours", printed: gpu }], { gbPerSecond: 524.288 });
  assertEquals(table.split("\n")[2], "| train nano 32 b2 | ours | 2.00 | 6.00 | 500.0 |  |  | 7 | 9 | 50.0 % | 5 |");
});

Deno.test("timeSteps() runs every step once, in blocks, and counts those after the warm-up", async () => {
  const ran: number[][] = [];
  const run = (first: number, count: number) => Promise.resolve(void ran.push([first, count]));
  const { steps } = await timeSteps(run, 4, { steps: 5, block: 2, warmup: 3 });
  assertEquals(ran, [[1, 2], [3, 1], [4, 2], [6, 2], [8, 1]]);
  assertEquals(steps, 5);
});

Deno.test("timeSteps() ends after its seconds, but not before three blocks", async () => {
  let blocks = 0;
  const run = () => Promise.resolve(void blocks++);
  const { steps } = await timeSteps(run, 1, { steps: 100, seconds: 0, block: 1, warmup: 1 });
  assertEquals([blocks, steps], [4, 3]);
});

Deno.test("median() is the middle, or between the two in the middle", () => {
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([4, 1, 2, 30]), 3);
});
