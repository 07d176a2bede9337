import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openTrack, syncTrackers } from "../../src/track/mod.ts";
import { withDir } from "../temporary.ts";
import { type MlflowServer, startServer } from "./mlflow_server.ts";
import { queued, START, tellEpochs } from "./runs.ts";

const EPOCHS = [1, 2, 3, 4];

/** Tells a whole run to a tracker that does not work. */
async function tellRun(dir: string, uri: string, warnings: string[]): Promise<void> {
  const run = await openTrack(dir, {
    trackers: [{ name: "mlflow", uri, timeout: 0.3 }],
    onWarning: (text) => warnings.push(text),
    pauses: [0.02],
  });
  run.started(START);
  tellEpochs(run, EPOCHS);
  run.finished();
  await new Promise((resolve) => setTimeout(resolve, 150)); // the sender tries, fails and tries again
  await run.close({ patience: 0.2 });
}

/** Checks that a server has the whole run, once. */
function assertWhole({ runs, artifacts, faults }: MlflowServer): void {
  const [kept] = [...runs.values()];
  assertEquals([runs.size, kept!.status, faults], [1, "FINISHED", []]);
  const steps = [...kept!.metrics.values()].filter(({ key }) => key === "train/loss").map(({ step }) => step);
  assertEquals(steps, EPOCHS.map((epoch) => 10 * epoch));
  assertEquals([...artifacts.keys()].filter((path) => path.endsWith(".png")).length, EPOCHS.length);
}

for (const mood of ["hangs", "fails"] as const) {
  Deno.test(`a tracker that ${mood} is one warning, and has every event once after syncTrackers()`, () =>
    withDir(async (dir) => {
      await using server = startServer();
      server.mood = mood;
      const warnings: string[] = [];
      await tellRun(dir, server.uri, warnings);
      assert(server.calls.length > 0, "the sender has tried");
      assertEquals(warnings.length, 1);
      assertStringIncludes(warnings[0]!, `deno task sync --run ${dir}`);
      const events = await queued(dir), failing = await syncTrackers(dir);
      assertEquals(failing.map(({ delivered, left }) => [delivered, left]), [[0, events.length]]);
      server.mood = "well";
      const rows = await syncTrackers(dir);
      assertEquals(rows, [{ tracker: "mlflow", delivered: events.length, left: 0 }]);
      assertWhole(server);
      assertEquals(await syncTrackers(dir), [{ tracker: "mlflow", delivered: 0, left: 0 }]);
    }));
}

Deno.test("telling waits for no tracker: all is written down while the first request hangs", () =>
  withDir(async (dir) => {
    await using server = startServer();
    server.mood = "hangs";
    const run = await openTrack(dir, { trackers: [{ name: "mlflow", uri: server.uri, timeout: 60 }] });
    assertEquals(run.started(START), undefined); // no promise that could be awaited
    tellEpochs(run, EPOCHS);
    const isWritten = async () => (await queued(dir).catch(() => [])).length === 1 + 2 * EPOCHS.length;
    for (let tries = 0; !await isWritten() && tries < 100; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert(await isWritten());
    assertEquals(server.calls, ["mlflow/experiments/get-by-name"]);
    await run.close({ patience: 0.05 });
  }));

Deno.test("a tracker that refuses the connection gets every event once it is there", () =>
  withDir(async (dir) => {
    const gone = startServer(), { port, uri } = gone;
    await gone[Symbol.asyncDispose]();
    const warnings: string[] = [];
    await tellRun(dir, uri, warnings);
    assertEquals(warnings.length, 1);
    await using server = startServer({ port });
    await syncTrackers(dir);
    assertWhole(server);
  }));

Deno.test("a tracker that comes back while the run goes on is given what it missed", () =>
  withDir(async (dir) => {
    await using server = startServer();
    server.mood = "fails";
    const run = await openTrack(dir, { trackers: [{ name: "mlflow", uri: server.uri }], pauses: [0.02] });
    run.started(START);
    tellEpochs(run, [1, 2]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.mood = "well";
    await new Promise((resolve) => setTimeout(resolve, 300));
    assertEquals([...server.runs.values()][0]!.status, "RUNNING"); // before the run is closed
    tellEpochs(run, [3, 4]);
    run.finished();
    await run.close();
    assertWhole(server);
  }));

Deno.test("several trackers are told at once, and one that fails does not keep another from its events", () =>
  withDir(async (dir) => {
    await using server = startServer();
    server.mood = "fails";
    const trackers = [{ name: "mlflow", uri: server.uri }, { name: "tensorboard" }] as const;
    const run = await openTrack(dir, { trackers, pauses: [0.02] });
    run.started(START);
    tellEpochs(run, EPOCHS);
    await run.close();
    const { offset } = JSON.parse(await Deno.readTextFile(`${dir}/track/tensorboard.json`));
    assertEquals(offset, (await Deno.stat(`${dir}/events.jsonl`)).size);
    server.mood = "well";
    const rows = await syncTrackers(dir);
    assertEquals(rows.map(({ tracker, left }) => [tracker, left]), [["mlflow", 0], ["tensorboard", 0]]);
    assertEquals(rows[1]!.delivered, 0);
  }));

Deno.test("a run that is followed already is left to its process", () =>
  withDir(async (dir) => {
    const run = await openTrack(dir, { trackers: [{ name: "tensorboard" }] });
    run.started(START);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const [row] = await syncTrackers(dir);
    assertEquals([row!.delivered, row!.fault], [0, "another process delivers to it now"]);
    await run.close();
    assertEquals((await syncTrackers(dir))[0]!.left, 0);
  }));
