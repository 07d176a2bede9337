/**
 * Weights & Biases (https://wandb.ai): an offline run in the run's folder, which its own client uploads with
 * `wandb sync RUN/wandb/offline-run-*`. Nothing is sent from here.
 *
 * The client's log is one of LevelDB's form with a head of its own and a plain CRC-32. Each row of history has a number of its
 * own, as the service wants them to rise; the optimizer's steps are the metric `step`, by which all others are drawn.
 *
 * @module
 */
import { ensureDir, readBytes, sha256Bytes, writeAtomic } from "../io/files.ts";
import { messageCodec } from "../io/protobuf.ts";
import { cutTo, frameBlockRecord, joinBytes, writeAt } from "../io/record_log.ts";
import { timeInName } from "../io/stamp.ts";
import type { FigureEvent, Json, StartedEvent, TrackEvent } from "./events.ts";
import { flatten } from "./flatten.ts";
import type { Connection, TrackedRun, Tracker } from "./tracker.ts";
import { WANDB_PROTO } from "./wandb_proto.ts";

/** Options of {@linkcode wandb}. */
export interface WandbOptions {
  /** The project that the run is uploaded to. */
  readonly project: string;
}

/** How far the log is written. */
type Written = {
  /** The offline run's folder, within the run's. */
  readonly folder: string;
  /** The run's id there. */
  readonly id: string;
  /** When it began, in milliseconds since 1970. */
  readonly begun: number;
  /** Bytes of the log. */
  readonly size: number;
  /** Records in it. */
  readonly records: number;
  /** Rows of history in it. */
  readonly rows: number;
  /** Names of metrics that are declared to go by the step. */
  readonly metrics: readonly string[];
};

/** The client's name, its magic number and version, before the first record. */
const HEAD = Uint8Array.of(...new TextEncoder().encode(":W&B"), 0xe1, 0xbe, 0);
/** The client's numbers for when a file is uploaded, and what it is. */
const NOW = 0, MEDIA = 2;

/** Writes an offline run. What an earlier process wrote and did not note as delivered is cut off and written again. */
export function wandb({ project }: WandbOptions): Tracker {
  return {
    showsFigures: true,
    async connect({ dir, state }: TrackedRun): Promise<Connection> {
      const codec = await messageCodec(WANDB_PROTO, "maskfold.Record");
      let at = "folder" in state ? state as Written : undefined;
      if (at) await cutTo(logPath(dir, at), at.size);
      return {
        async deliver(events) {
          const [first] = events;
          if (at === undefined && first!.kind === "started") at = await makeRun(dir, first!);
          if (at === undefined) throw new Error("Cannot write an offline run as the run's beginning is missing");
          let now: Written = at;
          const log: Uint8Array[] = now.size === 0 ? [HEAD] : [];
          let size = now.size === 0 ? HEAD.length : now.size;
          for (const event of events) {
            const fresh = metricsOf(event).filter((name) => !now.metrics.includes(name));
            const messages = [...fresh.map(declared), ...await messagesOf(event, { dir, project, at: now })];
            for (const [i, message] of messages.entries()) {
              const framed = frameBlockRecord(codec.encode({ num: now.records + i + 1, ...message }), size);
              log.push(framed);
              size += framed.length;
            }
            const [records, rows] = [messages.length, messages.filter((message) => "history" in message).length];
            now = {
              ...now,
              records: now.records + records,
              rows: now.rows + rows,
              metrics: [...now.metrics, ...fresh],
            };
          }
          await writeAt(logPath(dir, now), joinBytes(log), now.size);
          at = { ...now, size };
        },
        state: () => at ?? {},
      };
    },
  };
}

function logPath(dir: string, { folder, id }: Written): string {
  return `${dir}/${folder}/run-${id}.wandb`;
}

/** Makes the offline run's folder with the files that the client keeps beside its log. */
async function makeRun(dir: string, { id: whole, time, config, environment }: StartedEvent): Promise<Written> {
  const id = whole.slice(0, 8),
    folder = `wandb/offline-run-${timeInName(time)}-${id}`,
    files = `${dir}/${folder}/files`;
  await ensureDir(files);
  const values = Object.fromEntries(flatten(config).map(([name, value]) => [name, { value }]));
  await writeAtomic(`${files}/config.yaml`, `${JSON.stringify(values, null, 2)}\n`); // JSON is YAML too
  await writeAtomic(`${files}/wandb-metadata.json`, `${JSON.stringify(environment, null, 2)}\n`);
  return { folder, id, begun: time, size: 0, records: 0, rows: 0, metrics: [] };
}

interface Where {
  readonly dir: string;
  readonly project: string;
  readonly at: Written;
}

/** The records of an event, without their numbers. */
async function messagesOf(event: TrackEvent, { dir, project, at }: Where): Promise<Record<string, unknown>[]> {
  const runtime = Math.round((event.time - at.begun) / 1000);
  const row = (step: number, values: Readonly<Record<string, unknown>>) => ({
    history: {
      step: { num: at.rows },
      item: itemsOf({ ...values, step, _step: at.rows, _runtime: runtime, _timestamp: event.time / 1000 }),
    },
  });
  switch (event.kind) {
    case "started": {
      const { config, environment, data } = event, [seconds, rest] = [Math.floor(at.begun / 1000), at.begun % 1000];
      const run = {
        runId: at.id,
        project,
        displayName: event.name,
        config: { update: configItems({ ...config as object, environment, data }) },
        startTime: { seconds, nanos: rest * 1e6 },
      };
      const head = { header: { versionInfo: { producer: "maskfold", minConsumer: "0.0.1" } } };
      return at.records === 0 ? [head, { run }] : [];
    }
    case "scalars":
      return [row(event.step, event.values), { summary: { update: itemsOf(event.values) } }]; // the last ones stay
    case "figure": {
      const { path, image } = await placeFigure(dir, at, event);
      return [{ files: { files: [{ path, policy: NOW, type: MEDIA }] } }, row(event.step, { [event.name]: image })];
    }
    case "histogram":
      return [row(event.step, {
        [event.name]: { _type: "histogram", values: event.counts, bins: [event.min, ...event.limits] },
      })];
    case "summary": {
      const best = Object.entries(event.values).map(([name, value]) => [`best/${name}`, value]);
      return [{ summary: { update: itemsOf({ ...Object.fromEntries(best), "best/step": event.step }) } }];
    }
    case "table":
      return []; // it is among the files of the run's folder
    case "finished":
    case "failed":
      if (event.kind === "failed" && event.stopped) return []; // it goes on
      return [{ exit: { exitCode: event.kind === "finished" ? 0 : 1, runtime } }];
  }
}

/** Names of what an event adds to the history. */
function metricsOf(event: TrackEvent): readonly string[] {
  if (event.kind === "scalars") return Object.keys(event.values);
  return event.kind === "figure" || event.kind === "histogram" ? [event.name] : [];
}

/** Says that a metric is drawn by the optimizer's steps. */
function declared(name: string): Record<string, unknown> {
  return { metric: { name, stepMetric: "step", options: { stepSync: true, defined: true } } };
}

/** Names and values as the client writes them; a number that JSON lacks is the text that its reader knows. */
function itemsOf(values: Readonly<Record<string, unknown>>) {
  return Object.entries(values).map(([name, value]) => ({ nestedKey: [name], valueJson: JSON.stringify(value) }));
}

function configItems(config: Readonly<Record<string, unknown>>) {
  return Object.entries(config).map(([key, value]) => ({ key, valueJson: JSON.stringify(value as Json) }));
}

/** Puts a figure where the client looks for media, and describes it as the service wants. */
async function placeFigure(dir: string, { folder }: Written, { file, name, step, size }: FigureEvent) {
  const bytes = await readBytes(`${dir}/${file}`), digest = await sha256Bytes(bytes);
  const path = `media/images/${name.replaceAll(/[^\p{L}\p{N}.-]+/gu, "_")}_${step}_${digest.slice(0, 20)}.png`;
  const into = `${dir}/${folder}/files/${path}`;
  await ensureDir(into.slice(0, into.lastIndexOf("/")));
  await writeAtomic(into, bytes);
  const [height, width] = size;
  const image = { _type: "image-file", path, sha256: digest, size: bytes.length, format: "png", width, height };
  return { path, image };
}
