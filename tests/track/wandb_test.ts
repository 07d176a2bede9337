import { assert, assertEquals } from "@std/assert";
import { openTrack } from "../../src/track/mod.ts";
import { withDir } from "../temporary.ts";
import { blockRecordsOf } from "./block_reader.ts";
import { type Fields, fieldsOf } from "./event_reader.ts";
import { START, tellEpochs } from "./runs.ts";

const NUM = 1, HISTORY = 2, SUMMARY = 3, FILES = 6, METRIC = 12, RUN = 17, EXIT = 18, HEADER = 21;

/** The only offline run of a folder: its path, and its records by their field in the client's Record. */
async function readRun(dir: string) {
  const [{ name }] = await Array.fromAsync(Deno.readDir(`${dir}/wandb`)) as [Deno.DirEntry];
  const id = /^offline-run-\d{8}_\d{6}-([0-9a-f]{8})$/.exec(name)![1]!;
  const log = await Deno.readFile(`${dir}/wandb/${name}/run-${id}.wandb`);
  assertEquals([...log.subarray(0, 7)], [...new TextEncoder().encode(":W&B"), 0xe1, 0xbe, 0]);
  const records = blockRecordsOf(log, 7).map(fieldsOf);
  assertEquals(records.map((record) => record.get(NUM)![0]), records.map((_, i) => i + 1));
  const of = (field: number) =>
    records.filter((record) => record.has(field)).map((record) => fieldsOf(record.get(field)![0] as Uint8Array));
  return { id, of, folder: `${dir}/wandb/${name}` };
}

const text = (fields: Fields, field: number) => new TextDecoder().decode(fields.get(field)?.[0] as Uint8Array);

/** Names and values of a message's items. */
function itemsOf(fields: Fields, field: number, key: number): Record<string, unknown> {
  return Object.fromEntries((fields.get(field) ?? []).map((bytes) => {
    const item = fieldsOf(bytes as Uint8Array);
    return [text(item, key), JSON.parse(text(item, 16))];
  }));
}

const track = (dir: string) =>
  openTrack(dir, {
    trackers: [{ name: "wandb", project: "faces" }],
    onWarning(warning) {
      throw new Error(warning);
    },
  });

Deno.test("wandb: an offline run has its configuration, history, figures, summary and exit", () =>
  withDir(async (dir) => {
    const run = await track(dir);
    run.started(START);
    tellEpochs(run, [1, 2]);
    run.scalars(30, { "valid/loss": NaN });
    run.histogram(30, "spread", [1, 2, 2]);
    run.summary(20, { "valid/macroF1": 0.75 });
    run.finished();
    await run.close();
    const { id, of, folder } = await readRun(dir);
    assertEquals(of(HEADER).length, 1);
    const [made] = of(RUN);
    assertEquals([text(made!, 1), text(made!, 3), text(made!, 8)], [id, "faces", "tests/fold-0"]);
    const { environment, data, ...config } = itemsOf(fieldsOf(made!.get(4)![0] as Uint8Array), 1, 1);
    assertEquals([config, environment, data], [START.config, START.environment, START.data]);
    const rows = of(HISTORY).map((row) => itemsOf(row, 1, 2));
    assertEquals(rows.map((row) => [row._step, row.step]), [[0, 10], [1, 10], [2, 20], [3, 20], [4, 30], [5, 30]]);
    assertEquals([rows[2]!["train/loss"], rows[2]!["F1/마스크 <30"], rows[4]!["valid/loss"]], [0.5, 0.2, "NaN"]);
    assertEquals((rows[5]!.spread as { values: number[] }).values.reduce((sum, count) => sum + count), 3);
    const image = rows[1]!["confusion/counts"] as Record<string, unknown>;
    const bytes = await Deno.readFile(`${folder}/files/${image.path}`);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    assertEquals([image._type, image.width, image.height, image.size, image.sha256], [
      "image-file",
      31,
      17,
      bytes.length,
      digest,
    ]);
    const [files] = of(FILES);
    assertEquals(text(fieldsOf(files!.get(1)![0] as Uint8Array), 1), image.path);
    const names = of(METRIC).map((metric) => [text(metric, 1), text(metric, 4)]);
    assertEquals(
      names,
      ["train/loss", "F1/마스크 <30", "confusion/counts", "valid/loss", "spread"].map((name) => [name, "step"]),
    );
    const summary = Object.assign({}, ...of(SUMMARY).map((part) => itemsOf(part, 1, 2)));
    assertEquals([summary["train/loss"], summary["best/valid/macroF1"], summary["best/step"]], [0.5, 0.75, 20]);
    assertEquals(of(EXIT).map((exit) => exit.get(1)?.[0] ?? 0), [0]);
    assert((await Deno.readTextFile(`${folder}/files/config.yaml`)).includes('"model.name"'));
  }));

Deno.test("wandb: a run that goes on is one log, past the end of a block and without what was not noted", () =>
  withDir(async (dir) => {
    const epochs = Array.from({ length: 120 }, (_, i) => i + 1);
    const first = await track(dir);
    first.started(START);
    tellEpochs(first, [1]);
    for (const epoch of epochs) {
      first.scalars(10 * epoch + 1, Object.fromEntries(epochs.map((k) => [`F1/${k}`, k * epoch])));
    }
    first.failed({ message: "Stopped", stopped: true });
    await first.close();
    const { folder, id } = await readRun(dir), log = `${folder}/run-${id}.wandb`;
    const { size } = await Deno.stat(log);
    assert(size > 3 * 32768, `${size} bytes`);
    await Deno.writeFile(log, new Uint8Array(99), { append: true }); // of a process that was killed before it noted them
    const second = await track(dir);
    second.started(START);
    tellEpochs(second, [1, 2]);
    second.failed({ message: "The loss is NaN", stopped: false });
    await second.close();
    const { of } = await readRun(dir), rows = of(HISTORY).map((row) => itemsOf(row, 1, 2));
    assertEquals([of(RUN).length, of(EXIT).map((exit) => exit.get(1)![0])], [1, [1]]);
    assertEquals(rows.map(({ _step }) => _step), rows.map((_, i) => i));
    assertEquals(rows.filter((row) => "train/loss" in row).map(({ step }) => step), [10, 20]);
    assertEquals(rows[121]!["F1/120"], 120 * 120);
  }));
