import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openTrack, parseTrackers, syncTrackers, trackedRuns } from "../../src/track/mod.ts";
import { withDir } from "../temporary.ts";
import { FIGURE, queued, START, tellEpochs } from "./runs.ts";

Deno.test("openTrack() writes a line an event, in the order they are told", () =>
  withDir(async (dir) => {
    const run = await openTrack(`${dir}/new/fold-0`);
    run.started(START);
    run.scalars(5, { a: 1, b: NaN });
    run.failed({ message: "why", stopped: false });
    await run.close();
    const [started, scalars, failed] = await queued(`${dir}/new/fold-0`);
    assert(/^[0-9a-f]{32}$/.test(`${started!.id}`));
    assertEquals(started!.config, START.config);
    assertEquals([scalars!.step, scalars!.values], [5, { a: 1, b: "NaN" }]);
    assertEquals([failed!.kind, failed!.message, failed!.stopped], ["failed", "why", false]);
    assert(Math.abs(Number(failed!.time) - Date.now()) < 60_000);
  }));

Deno.test("openTrack() draws no figure that no tracker shows", () =>
  withDir(async (dir) => {
    let drawn = 0;
    const draw = () => (drawn++, FIGURE);
    for (const trackers of [[], [{ name: "tensorboard" }], [{ name: "tensorboard" }]] as const) {
      const run = await openTrack(dir, { trackers });
      run.figure(1, "confusion/counts", draw);
      await run.close();
    }
    assertEquals([drawn, (await queued(dir)).length], [1, 1]); // what is told again is not drawn again
  }));

Deno.test("openTrack() goes on with a run: its id, each step once, and no half a line of a killed process", () =>
  withDir(async (dir) => {
    const first = await openTrack(dir);
    first.started(START);
    tellEpochs(first, [1, 2]);
    await first.close();
    const whole = await Deno.readTextFile(`${dir}/events.jsonl`);
    await Deno.writeTextFile(`${dir}/events.jsonl`, whole.slice(0, -9)); // of the second epoch
    const second = await openTrack(dir);
    second.started(START);
    tellEpochs(second, [1, 2, 3]);
    await second.close();
    const events = await queued(dir);
    assertEquals(events.map(({ kind, step }) => step ?? kind), ["started", 10, "started", 20, 30]);
    assertEquals(events[0]!.id, events[2]!.id);
  }));

Deno.test("openTrack() tells a fault of the disk or of a figure as one warning, and does not throw", () =>
  withDir(async (dir) => {
    await Deno.mkdir(`${dir}/events.jsonl`); // in the way of the file
    const warnings: string[] = [];
    const run = await openTrack(dir, { trackers: [{ name: "tensorboard" }], onWarning: (text) => warnings.push(text) });
    run.started(START);
    run.figure(1, "a", () => Promise.reject(new Error("no ink")));
    await run.close();
    assertEquals(warnings.filter((text) => text.startsWith(`${dir}/events.jsonl is not complete`)).length, 1);
  }));

Deno.test("openTrack() writes what the disk refused as soon as it can, and no half a line before it", () =>
  withDir(async (dir) => {
    const run = await openTrack(dir, { onWarning() {} });
    run.started(START);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { writeTextFile } = Deno;
    Deno.writeTextFile = async (path, text, options) => {
      await writeTextFile(path, `${text}`.slice(0, 20), options); // the disk is full
      throw new Error("no space");
    };
    run.scalars(1, { a: 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    Deno.writeTextFile = writeTextFile;
    run.scalars(2, { a: 2 });
    await run.close();
    assertEquals((await queued(dir)).map(({ kind, step }) => step ?? kind), ["started", 1, 2]);
  }));

Deno.test("a figure that cannot be drawn leaves no other event out", () =>
  withDir(async (dir) => {
    const warnings: string[] = [];
    const run = await openTrack(dir, { trackers: [{ name: "tensorboard" }], onWarning: (text) => warnings.push(text) });
    run.figure(1, "a", () => Promise.reject(new Error("no ink")));
    run.scalars(1, { a: 1 });
    await run.close();
    assertEquals((await queued(dir)).map(({ kind }) => kind), ["scalars"]);
    assertEquals(warnings, [`${dir}/events.jsonl is not complete as no ink`]);
  }));

Deno.test("parseTrackers() reads names, a spec, or a list, and fills in the defaults", () => {
  const tensorboard = { name: "tensorboard", folder: "tensorboard" } as const;
  assertEquals(parseTrackers("tensorboard"), [tensorboard]);
  assertEquals(parseTrackers(""), []);
  const mlflow = { name: "mlflow", experiment: "faces", uri: "http://127.0.0.1:5000", timeout: 10 } as const;
  const given = { name: "mlflow", experiment: "faces", uri: "http://127.0.0.1:5000" };
  assertEquals(parseTrackers(JSON.stringify(given)), [mlflow]);
  assertEquals(parseTrackers(JSON.stringify(["tensorboard", given])), [tensorboard, mlflow]);
});

Deno.test("parseTrackers() names what it does not know", () => {
  assertThrows(() => parseTrackers("tensorboard,neptune"), RangeError, '"tensorboard", "mlflow", "wandb"');
  assertThrows(() => parseTrackers("tensorboard,tensorboard"), RangeError, "stands twice");
  assertThrows(() => parseTrackers('{"name": "tensorboard", "folder": "../up"}'), TypeError, "folder");
});

Deno.test("syncTrackers() delivers a run's past to a tracker it never had", () =>
  withDir(async (dir) => {
    const run = await openTrack(dir);
    run.started(START);
    tellEpochs(run, [1, 2, 3]);
    await run.close();
    assertEquals(await syncTrackers(dir), []);
    const rows = await syncTrackers(dir, { trackers: [{ name: "tensorboard" }] });
    assertEquals(rows, [{ tracker: "tensorboard", delivered: 4, left: 0 }]);
    assertEquals((await syncTrackers(dir)).map(({ delivered }) => delivered), [0]);
  }));

Deno.test("trackedRuns() finds a run or the runs of a folder, and says where there are none", () =>
  withDir(async (dir) => {
    await assertRejects(() => trackedRuns(dir), Error, "events.jsonl");
    await assertRejects(() => trackedRuns(`${dir}/none`), Error, "none");
    for (const fold of ["fold-0", "fold-1"]) {
      const run = await openTrack(`${dir}/${fold}`);
      run.started(START);
      await run.close();
    }
    assertEquals(await trackedRuns(dir), [`${dir}/fold-0`, `${dir}/fold-1`]);
    assertEquals(await trackedRuns(`${dir}/fold-1`), [`${dir}/fold-1`]);
  }));
