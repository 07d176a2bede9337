import { assert, assertEquals, assertThrows } from "@std/assert";
import { mlflow } from "../../src/track/mlflow.ts";
import { openTrack, parseTrackers, syncTrackers } from "../../src/track/mod.ts";
import { withDir } from "../temporary.ts";
import { startServer } from "./mlflow_server.ts";
import { queued, START, tellEpochs } from "./runs.ts";

const trackers = (uri: string) => [{ name: "mlflow", uri, experiment: "faces & more", timeout: 0.5 }] as const;

Deno.test("mlflow: a run has its experiment, parameters, tags, metrics, figures, tables and status", () =>
  withDir(async (dir) => {
    await using server = startServer();
    const warnings: string[] = [];
    const run = await openTrack(dir, { trackers: trackers(server.uri), onWarning: (text) => warnings.push(text) });
    run.started(START);
    tellEpochs(run, [1, 2, 3]);
    run.scalars(40, { "valid/loss": NaN, "train/loss": -Infinity });
    run.histogram(40, "spread", [1, 2]);
    run.table(40, "classes", { columns: ["class", "F1"], rows: [["a", 0.5]] });
    run.summary(40, { "valid/macroF1": 0.75 });
    run.finished();
    await run.close();
    assertEquals([warnings, server.faults], [[], []]);
    assertEquals([...server.experiments.keys()], ["faces & more"]);
    const [kept] = [...server.runs.values()];
    assertEquals([server.runs.size, kept!.name, kept!.status], [1, "tests/fold-0", "FINISHED"]);
    assert(kept!.endTime! >= kept!.startTime);
    assertEquals(kept!.params.get("model.heads"), "[1,2]");
    assertEquals(kept!.params.get("overfitOneBatch"), "true");
    assertEquals(kept!.tags.get("mlflow.source.git.commit"), "abc");
    assertEquals(kept!.tags.get("data.classes"), "3");
    const points = [...kept!.metrics.values()].map(({ key, value, step }) => [key, value, step]);
    assertEquals(points, [
      ...[1, 2, 3].flatMap((
        epoch,
      ) => [["train/loss", 1 / epoch, 10 * epoch], ["F1/마스크 _3c30", epoch / 10, 10 * epoch]]),
      ["valid/loss", NaN, 40],
      ["train/loss", -Infinity, 40],
      ["best/valid/macroF1", 0.75, 40],
    ]);
    const files = [...server.artifacts.keys()].map((path) => path.replace(`1/${kept!.id}/artifacts/`, "")).sort();
    assertEquals(files, [
      "classes-40.json",
      "config.json",
      "confusion/counts-10.png",
      "confusion/counts-20.png",
      "confusion/counts-30.png",
      "spread-40.json",
    ]);
    const table = server.artifacts.get(`1/${kept!.id}/artifacts/classes-40.json`);
    assertEquals(JSON.parse(new TextDecoder().decode(table)), { columns: ["class", "F1"], data: [["a", 0.5]] });
  }));

Deno.test("mlflow: a run that goes on in another process is the same run there", () =>
  withDir(async (dir) => {
    await using server = startServer();
    for (const epochs of [[1, 2], [1, 2, 3]]) {
      const run = await openTrack(dir, { trackers: trackers(server.uri) });
      run.started(START);
      tellEpochs(run, epochs);
      if (epochs.length < 3) run.failed({ message: "Stopped", stopped: true });
      await run.close();
      const [kept] = [...server.runs.values()];
      assertEquals(kept!.status, epochs.length < 3 ? "KILLED" : "RUNNING");
    }
    const [kept] = [...server.runs.values()];
    const steps = [...kept!.metrics.values()].filter(({ key }) => key === "train/loss").map(({ step }) => step);
    assertEquals([server.runs.size, steps, server.faults], [1, [10, 20, 30], []]);
  }));

Deno.test("mlflow: what arrived though its answer was lost is not there twice", () =>
  withDir(async (dir) => {
    await using server = startServer();
    for (const call of [2, 4, 6, 9, 13, 15, 17, 18, 20, 22]) server.lost.add(call);
    const run = await openTrack(dir, { trackers: trackers(server.uri), pauses: [0] });
    run.started(START);
    tellEpochs(run, [1, 2]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await run.close();
    await syncTrackers(dir);
    assert(server.calls.length > 22, `${server.calls.length} calls, all of the lost ones among them`);
    const [kept] = [...server.runs.values()];
    assertEquals([server.runs.size, kept!.metrics.size, server.faults], [1, 4, []]);
    assertEquals([...server.artifacts.keys()].filter((path) => path.endsWith(".png")).length, 2);
  }));

Deno.test("mlflow: the token goes to its server, and into no file", () =>
  withDir(async (dir) => {
    await using server = startServer();
    Deno.env.set("MLFLOW_TRACKING_TOKEN", "very-secret");
    Deno.env.set("MLFLOW_TRACKING_URI", `${server.uri}/`);
    try {
      const run = await openTrack(dir, { trackers: parseTrackers("mlflow") });
      run.started(START);
      await run.close();
    } finally {
      Deno.env.delete("MLFLOW_TRACKING_TOKEN");
      Deno.env.delete("MLFLOW_TRACKING_URI");
    }
    assertEquals([...server.authorizations], ["Bearer very-secret"]);
    assertEquals([...server.experiments.keys()], ["maskfold"]);
    for (const file of [`${dir}/events.jsonl`, `${dir}/track/mlflow.json`]) {
      assert(!(await Deno.readTextFile(file)).includes("very-secret"));
    }
  }));

Deno.test("mlflow: figures stay in the run's folder where the server takes no artifacts", () =>
  withDir(async (dir) => {
    await using server = startServer({ artifacts: false });
    const run = await openTrack(dir, { trackers: trackers(server.uri) });
    run.started(START);
    tellEpochs(run, [1]);
    await run.close();
    assertEquals([server.artifacts.size, (await syncTrackers(dir))[0]!.left], [0, 0]);
    assertEquals((await queued(dir)).filter(({ kind }) => kind === "figure").length, 1);
  }));

Deno.test("mlflow() needs a web address, without a password in it", () => {
  const options = { experiment: "a", timeout: 1 };
  assertThrows(() => mlflow(options, {}), TypeError, "MLFLOW_TRACKING_URI");
  assertThrows(() => mlflow({ ...options, uri: "file:///runs" }, {}), TypeError, "file:///runs");
  const error = assertThrows(() => mlflow({ ...options, uri: "https://me:hidden@example.org" }, {}), TypeError);
  assert(!error.message.includes("hidden"));
});
