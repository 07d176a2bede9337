import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Case, compareSides, readCases, type Result, runSide } from "./sides.ts";
import { tableHead, tableRows } from "./table.ts";
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
    console.log("noise\\n" + JSON.stringify({ minMsPerImage, medianMsPerImage: 2 * minMsPerImage,
      processorMsPerImage: 5, peakMemoryMiB: round,
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
    assertThrows(() => readCases(bad), SyntaxError, "train|infer|load:MODEL:SIZE:BATCH");
  }
});

Deno.test("tableRows() divides our times by the others', and shows failures, in as many cells as the head has", () => {
  const printed = (min: number, median: number, more = {}) => ({
    minMsPerImage: min,
    medianMsPerImage: median,
    processorMsPerImage: 3,
    peakMemoryMiB: 7,
    device: "d",
    kernels: "k",
    versions: {},
    ...more,
  });
  const ours: Result = { case: IT, side: "ours", printed: printed(2, 6) };
  const theirs: Result = { case: IT, side: "theirs", printed: printed(4, 8) };
  const failed: Result = { case: IT, side: "ours", failure: "a | b" };
  const rows = (results: Result[]) => tableRows(results, { onGpu: false }).split("\n");
  assertEquals(rows([ours, theirs]), [
    "| train nano 32 b2 | ours | 2.00 | 6.00 | 500.0 |  |  | 3.00 | 7 |",
    "| train nano 32 b2 | theirs | 4.00 | 8.00 | 250.0 | 0.50 | 0.75 | 3.00 | 7 |",
  ]);
  assertEquals(rows([failed, theirs]), [
    "| train nano 32 b2 | ours | failed: a / b |  |  |  |  |  |  |",
    "| train nano 32 b2 | theirs | 4.00 | 8.00 | 250.0 |  |  | 3.00 | 7 |",
  ]);

  // 1000 MiB a step of 2 images at 2 ms each are 262 GB a second
  const gpu = { ...ours, printed: printed(2, 6, { gpuMemoryMiB: 9, trafficMiB: 1000, dispatches: 5 }) };
  const row = tableRows([gpu], { onGpu: true, gbPerSecond: 524.288 });
  assertEquals(row, "| train nano 32 b2 | ours | 2.00 | 6.00 | 500.0 |  |  | 3.00 | 7 | 9 | 50.0 % | 5 |");

  for (const onGpu of [false, true]) {
    const lines = [...tableHead({ onGpu }).split("\n"), ...tableRows([failed, theirs], { onGpu }).split("\n")];
    assertEquals(new Set(lines.map((line) => line.split("|").length)).size, 1);
  }
});

Deno.test("timeSteps() warms up with two steps and a block, and then times all steps in blocks", async () => {
  const ran: number[] = [];
  const { steps, block } = await timeSteps((count) => Promise.resolve(void ran.push(count)), 4, { steps: 5, block: 2 });
  assertEquals(ran, [1, 1, 2, 2, 2, 1]);
  assertEquals([steps, block], [5, 2]);
});

Deno.test("timeSteps() ends after its seconds, but not before three blocks, which it makes smaller for slow steps", async () => {
  const ran: number[] = [];
  const slow = (count: number) => {
    ran.push(count);
    return new Promise<void>((resolve) => setTimeout(resolve, 10 * count));
  };
  const { steps, block } = await timeSteps(slow, 1, { steps: 100, seconds: 0.01, block: 8 });
  assertEquals(ran, [1, 1, 1, 1, 1]);
  assertEquals([steps, block], [3, 1]);
});

Deno.test("median() is the middle, or between the two in the middle", () => {
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([4, 1, 2, 30]), 3);
});
