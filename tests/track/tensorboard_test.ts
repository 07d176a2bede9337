import { assert, assertEquals } from "@std/assert";
import { openTrack } from "../../src/track/mod.ts";
import { between, printedRng } from "../random.ts";
import { withDir } from "../temporary.ts";
import { readEvents, type ReadValue } from "./event_reader.ts";
import { FIGURE, START, tellEpochs } from "./runs.ts";

/** The event files of a run, the oldest first. */
async function readFiles(dir: string): Promise<ReadValue[][]> {
  const names = (await Array.fromAsync(Deno.readDir(`${dir}/tensorboard`))).map(({ name }) => name).sort();
  return await Promise.all(names.map(async (name) => {
    const { version, values } = readEvents(await Deno.readFile(`${dir}/tensorboard/${name}`));
    assertEquals(version, "brain.Event:2");
    return values;
  }));
}

const track = (dir: string) => openTrack(dir, { trackers: [{ name: "tensorboard" }], onWarning: fail });

function fail(warning: string): never {
  throw new Error(warning);
}

Deno.test("tensorboard: scalars are read back, those that are no numbers too", () =>
  withDir(async (dir) => {
    const rng = printedRng(), told = Array.from({ length: between(rng, 2, 90) }, () => Math.fround(rng() - 0.5));
    const run = await track(dir);
    told.forEach((value, i) => run.scalars(300 * i, { "train/loss": value, "valid/loss": i === 1 ? NaN : -Infinity }));
    await run.close();
    const values = (await readFiles(dir)).flat(), losses = values.filter(({ tag }) => tag === "train/loss");
    assertEquals(losses.map(({ step, scalar }) => [step, scalar]), told.map((value, i) => [300 * i, value]));
    const valid = values.filter(({ tag }) => tag === "valid/loss").map(({ scalar }) => scalar);
    assertEquals(valid, told.map((_, i) => i === 1 ? NaN : -Infinity));
    assert(values.every(({ seconds }) => Math.abs(seconds - Date.now() / 1000) < 60));
  }));

Deno.test("tensorboard: figures are PNG images of their size", () =>
  withDir(async (dir) => {
    const run = await track(dir);
    run.figure(7, "confusion/shares", () => FIGURE);
    await run.close();
    const [{ step, tag, image }] = (await readFiles(dir)).flat() as [ReadValue];
    assertEquals([step, tag, image!.height, image!.width], [7, "confusion/shares", 17, 31]);
    assertEquals([...image!.png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  }));

Deno.test("tensorboard: histograms keep count, sum and bounds", () =>
  withDir(async (dir) => {
    const rng = printedRng(), given = Float64Array.from({ length: between(rng, 30, 400) }, () => rng() * 3 - 1);
    const run = await track(dir);
    run.histogram(1, "spread", [...given, NaN]);
    run.histogram(2, "spread", [4, 4]);
    run.histogram(3, "spread", []);
    await run.close();
    const [many, same, none] = (await readFiles(dir)).flat().map(({ histogram }) => histogram!);
    const { min, max, num, sum, limits, counts } = many!;
    assertEquals([min, max, num], [Math.min(...given), Math.max(...given), given.length]);
    assert(Math.abs(sum - given.reduce((all, value) => all + value, 0)) < 1e-9);
    assertEquals(limits.at(-1), max);
    limits.forEach((limit, bin) => {
      const below = given.filter((value) => value < limit || bin === limits.length - 1).length;
      assertEquals(counts.slice(0, bin + 1).reduce((all, count) => all + count, 0), below);
    });
    assertEquals([same!.num, same!.min, same!.max, none!.num], [2, 4, 4, 0]);
  }));

Deno.test("tensorboard: configuration, environment and tables are text, hyperparameters a session", () =>
  withDir(async (dir) => {
    const run = await track(dir);
    run.started(START);
    run.table(3, "classes", { columns: ["class", "F1"], rows: [["a|b", 0.5], ["c", NaN]] });
    run.summary(3, { "valid/macroF1": 0.75 });
    run.finished();
    await run.close();
    const values = (await readFiles(dir)).flat(), of = (tag: string) => values.find((value) => value.tag === tag)!;
    const start = of("_hparams_/session_start_info");
    assertEquals(start.plugin, "hparams");
    assertEquals(start.hparams, {
      lr: 0.003,
      epochs: 4,
      overfitOneBatch: true,
      "model.name": "nano",
      "model.heads": "[1,2]",
    });
    assertEquals(of("config/text_summary").plugin, "text");
    assert(of("config/text_summary").text!.includes("| model.name | nano |"));
    assert(of("environment/text_summary").text!.includes("| versions.deno | 2 |"));
    assertEquals(of("classes/text_summary").text, "| class | F1 |\n| --- | --- |\n| a\\|b | 0.5 |\n| c | NaN |");
    assertEquals([of("best/valid/macroF1").step, of("best/valid/macroF1").scalar], [3, 0.75]);
    assertEquals(of("_hparams_/session_end_info").status, 1);
  }));

Deno.test("tensorboard: each process has a file of its own, and none tells anything twice", () =>
  withDir(async (dir) => {
    for (const epochs of [[1, 2], [2, 3], [1, 2, 3]]) {
      const run = await track(dir);
      tellEpochs(run, epochs);
      await run.close();
    }
    const files = await readFiles(dir);
    assertEquals(files.length, 2); // the last process had nothing new
    const steps = files.map((values) => values.filter(({ tag }) => tag === "train/loss").map(({ step }) => step));
    assertEquals(steps, [[10, 20], [30]]);
  }));

Deno.test("tensorboard: what a process wrote that was killed before its first note is not there twice", () =>
  withDir(async (dir) => {
    const first = await track(dir);
    tellEpochs(first, [1, 2]);
    await first.close();
    const place = `${dir}/track/tensorboard.json`, { spec, state } = JSON.parse(await Deno.readTextFile(place));
    await Deno.writeTextFile(place, JSON.stringify({ spec, offset: 0, state: { ...state, size: 0 } }));
    const second = await track(dir);
    tellEpochs(second, [3]);
    await second.close();
    const steps = (await readFiles(dir)).flat().filter(({ tag }) => tag === "train/loss").map(({ step }) => step);
    assertEquals(steps, [10, 20, 30]);
  }));

Deno.test("tensorboard: what a killed process wrote and did not note is cut off and written again", () =>
  withDir(async (dir) => {
    const first = await track(dir);
    tellEpochs(first, [1]);
    await first.close();
    const place = `${dir}/track/tensorboard.json`, noted = await Deno.readTextFile(place);
    const second = await track(dir);
    tellEpochs(second, [2]);
    await second.close();
    const { state } = JSON.parse(await Deno.readTextFile(place));
    // Killed in the middle of its second delivery: one is noted, and half a record follows.
    const file = `${dir}/tensorboard/${state.file}`, begun = 24 + 16;
    await Deno.truncate(file, (await Deno.stat(file)).size - 5);
    await Deno.writeTextFile(place, JSON.stringify({ ...JSON.parse(noted), state: { file: state.file, size: begun } }));
    const third = await track(dir);
    await third.close();
    const steps = (await readFiles(dir)).flat().filter(({ tag }) => tag === "train/loss").map(({ step }) => step);
    assertEquals(steps, [10, 20]);
  }));
