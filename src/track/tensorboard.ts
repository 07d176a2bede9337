/**
 * TensorBoard: event files in the run's folder, for `tensorboard --logdir runs`. Each process writes a file of its own, as
 * TensorBoard's own writers do.
 *
 * @module
 */
import { ensureDir, exists, readBytes } from "../io/files.ts";
import { type MessageCodec, messageCodec } from "../io/protobuf.ts";
import { cutTo, frameTfRecord, joinBytes, writeAt } from "../io/record_log.ts";
import { timeOfDay } from "../io/stamp.ts";
import type { StartedEvent, TrackEvent } from "./events.ts";
import { flatten } from "./flatten.ts";
import { markdownTable } from "./markdown.ts";
import { EVENT_PROTO } from "./tensorboard_proto.ts";
import type { Connection, TrackedRun, Tracker } from "./tracker.ts";

/** Options of {@linkcode tensorboard}. */
export interface TensorboardOptions {
  /** Folder of the event files, within the run's. */
  readonly folder: string;
}

/** A process's event file, and how much of it is noted as delivered. */
type Written = { readonly file: string; readonly size: number };

interface Codecs {
  readonly event: MessageCodec;
  readonly hparams: MessageCodec;
}

/** TensorFlow's number for text in tensors. */
const DT_STRING = 7;
/** The hparams plugin's numbers for how a session ended. */
const STATUS = { success: 1, failure: 2 } as const;
const RGB = 3;

/**
 * Writes event files. What an earlier process wrote and did not note as delivered is cut off and written again, so that
 * nothing stands there twice.
 */
export function tensorboard({ folder }: TensorboardOptions): Tracker {
  return {
    showsFigures: true,
    async connect({ dir, state }: TrackedRun): Promise<Connection> {
      const codecs: Codecs = {
        event: await messageCodec(EVENT_PROTO, "maskfold.Event"),
        hparams: await messageCodec(EVENT_PROTO, "maskfold.HParams"),
      };
      const into = `${dir}/${folder}`, before = state as Partial<Written>;
      await ensureDir(into);
      if (before.file !== undefined) await cutTo(`${into}/${before.file}`, before.size ?? 0);
      // Noted before anything is written to it, so that it is found again if the process is killed.
      let own: Written = before.file !== undefined && before.size === 0
        ? { file: before.file, size: 0 }
        : { file: await freeName(into), size: 0 };
      return {
        async deliver(events) {
          const records: Uint8Array[] = [];
          if (own.size === 0) {
            records.push(codecs.event.encode({ wallTime: timeOfDay() / 1000, fileVersion: "brain.Event:2" }));
          }
          for (const event of events) {
            const value = await valuesOf(event, dir, codecs);
            const step = "step" in event ? event.step : 0;
            records.push(codecs.event.encode({ wallTime: event.time / 1000, step, summary: { value } }));
          }
          const size = await writeAt(`${into}/${own.file}`, joinBytes(records.map(frameTfRecord)), own.size);
          own = { ...own, size };
        },
        state: () => own,
      };
    },
  };
}

/** A name that no event file in the folder has. */
async function freeName(folder: string): Promise<string> {
  for (let seconds = Math.floor(timeOfDay() / 1000);; seconds++) {
    const name = `events.out.tfevents.${seconds}.maskfold`;
    if (!await exists(`${folder}/${name}`)) return name;
  }
}

/** The summary values of an event. */
async function valuesOf(event: TrackEvent, dir: string, { hparams }: Codecs): Promise<Record<string, unknown>[]> {
  const seconds = event.time / 1000;
  const session = (tag: string, data: Record<string, unknown>) => ({
    tag: `_hparams_/${tag}`,
    metadata: { pluginData: { pluginName: "hparams", content: hparams.encode({ version: 0, ...data }) } },
  });
  switch (event.kind) {
    case "started":
      return [
        session("session_start_info", {
          sessionStartInfo: { hparams: hparamsOf(event), groupName: event.id, startTimeSecs: seconds },
        }),
        ...(["config", "environment", "data"] as const).map((part) =>
          text(part, markdownTable(["", "value"], flatten(event[part])))
        ),
      ];
    case "scalars":
    case "summary": {
      const under = event.kind === "summary" ? "best/" : "";
      return Object.entries(event.values).map(([name, value]) => ({ tag: under + name, simpleValue: Number(value) }));
    }
    case "figure": {
      const [height, width] = event.size, encodedImageString = await readBytes(`${dir}/${event.file}`);
      return [{ tag: event.name, image: { height, width, colorspace: RGB, encodedImageString } }];
    }
    case "histogram": {
      const { min, max, sum, sumSquares, limits, counts } = event, num = counts.reduce((all, count) => all + count, 0);
      return [{ tag: event.name, histo: { min, max, num, sum, sumSquares, bucketLimit: limits, bucket: counts } }];
    }
    case "table":
      return [text(event.name, markdownTable(event.columns, event.rows))];
    case "finished":
    case "failed": {
      if (event.kind === "failed" && event.stopped) return []; // it goes on; TensorBoard heeds a session's first end alone
      const status = event.kind === "finished" ? STATUS.success : STATUS.failure;
      return [session("session_end_info", { sessionEndInfo: { status, endTimeSecs: seconds } })];
    }
  }
}

/** Hyperparameters as the plugin's values: numbers, texts, yes and no. */
function hparamsOf({ config }: StartedEvent): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    flatten(config).map(([name, value]) => {
      if (typeof value === "number") return [name, { numberValue: value }];
      return [name, typeof value === "boolean" ? { boolValue: value } : { stringValue: value }];
    }),
  );
}

/** Text, which TensorBoard shows as Markdown. */
function text(tag: string, markdown: string): Record<string, unknown> {
  return {
    tag: `${tag}/text_summary`,
    metadata: { pluginData: { pluginName: "text", content: new Uint8Array() } },
    tensor: {
      dtype: DT_STRING,
      tensorShape: { dim: [{ size: 1 }] },
      stringVal: [new TextEncoder().encode(markdown)],
    },
  };
}
