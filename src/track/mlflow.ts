/**
 * MLflow (https://mlflow.org): a run's parameters, metrics and figures on a tracking server.
 *
 * Delivering twice does no harm: the run is found again by a tag with its id, parameters and tags are set to the same value,
 * a file lies at its name, and a metric comes with the step and the time of its event, by which a server with a database
 * knows it; one that keeps its runs in files would list the point twice.
 *
 * @module
 */
import { show } from "../core/check.ts";
import { isWebAddress } from "../io/download_http.ts";
import { readBytes } from "../io/files.ts";
import type { EnvironmentVariables } from "../io/hub_settings.ts";
import type { Json, ScalarsEvent, StartedEvent, SummaryEvent, TrackEvent } from "./events.ts";
import { flatten } from "./flatten.ts";
import {
  type MlflowClient,
  mlflowClient,
  type MlflowMetric,
  type MlflowPlace,
  type MlflowRun,
} from "./mlflow_client.ts";
import type { Tracker, TrackerState } from "./tracker.ts";

/** Options of {@linkcode mlflow}. */
export interface MlflowOptions {
  /** The experiment that runs are listed under; it is made if it is missing. */
  readonly experiment: string;
  /** The server's address; `MLFLOW_TRACKING_URI` by default. The secret is always `MLFLOW_TRACKING_TOKEN`. */
  readonly uri?: string;
  /** Seconds after which a request is given up. */
  readonly timeout: number;
}

/** The tag by which a run is found again. */
const ID_TAG = "maskfold.run";
/** Characters that a parameter's value may have on servers of all versions. */
const MAX_VALUE = 500;

/**
 * Delivers to an MLflow server.
 *
 * @param options Which server and experiment.
 * @param env Environment variables; those of the process by default.
 * @throws {TypeError} If neither the options nor the environment say where the server is, or not by a web address.
 */
export function mlflow(
  { experiment, uri, timeout }: MlflowOptions,
  env: EnvironmentVariables = Deno.env.toObject(),
): Tracker {
  const place: MlflowPlace = { ...serverOf(uri, env), timeout };
  return {
    showsFigures: true,
    connect({ dir, state }) {
      let run = state.runId === undefined ? undefined : state as unknown as MlflowRun & TrackerState;
      let ends: AbortSignal | undefined;
      const client = mlflowClient(place, () => ends);
      return Promise.resolve({
        async deliver(events, signal) {
          ends = signal;
          const [first] = events;
          if (first!.kind === "started") {
            run ??= { ...await findRun(client, experiment, first!) }; // known from here on, even if the rest fails
            return await begin(client, run, first!);
          }
          if (run === undefined) throw new Error("Cannot deliver to MLflow as the run's beginning is missing");
          await deliver(client, run, events, dir);
        },
        state: () => run ?? {},
      });
    },
  };
}

/** The server's address and secret. */
function serverOf(uri: string | undefined, env: EnvironmentVariables): Pick<MlflowPlace, "uri" | "token"> {
  const text = uri ?? env.MLFLOW_TRACKING_URI ?? "", url = URL.parse(text);
  if (url === null || !isWebAddress(url) || url.search !== "") {
    throw new TypeError(
      "Cannot track with MLflow as its address (MLFLOW_TRACKING_URI or the option uri) must be one of http or https " +
        `without password and query: current value is ${show(url?.password ? `${url.origin} with a password` : text)}`,
    );
  }
  const secret = env.MLFLOW_TRACKING_TOKEN?.trim();
  return { uri: url, ...(secret && { token: { value: secret, origin: url.origin } }) };
}

/** The run as the server knows it, which is made if it is missing. */
async function findRun(client: MlflowClient, name: string, { id, name: run, time }: StartedEvent): Promise<MlflowRun> {
  const experiment = await client.experiment(name), tag = { key: ID_TAG, value: id };
  return await client.findRun(experiment, tag) ?? await client.createRun(experiment, { name: run, time, tags: [tag] });
}

/** Sets what is known at a run's beginning. */
async function begin(client: MlflowClient, run: MlflowRun, { config, environment, data }: StartedEvent): Promise<void> {
  await client.updateRun(run.runId, "RUNNING");
  const params = flatten(config).map(([key, value]) => ({ key: nameOf(key), value: `${value}`.slice(0, MAX_VALUE) }));
  await client.logBatch(run.runId, { params, tags: tagsOf({ environment, data }) });
  await client.putArtifact(run, "config.json", jsonBytes(config));
}

/** Environment and data as tags; the commit under MLflow's own name for it. */
function tagsOf(parts: { readonly environment: Json; readonly data: Json }) {
  return flatten(parts).map(([key, value]) => ({
    key: key === "environment.commit" ? "mlflow.source.git.commit" : nameOf(key),
    value: `${value}`.slice(0, MAX_VALUE),
  })).filter(({ value }) => value !== "null");
}

/** Delivers events that are of one kind. */
async function deliver(client: MlflowClient, run: MlflowRun, events: readonly TrackEvent[], dir: string) {
  const numbers = events.filter((event): event is ScalarsEvent | SummaryEvent => "values" in event);
  if (numbers.length > 0) return await client.logBatch(run.runId, { metrics: numbers.flatMap(metricsOf) });
  for (const event of events) {
    switch (event.kind) {
      case "figure":
        await client.putArtifact(
          run,
          `${nameOf(event.name)}-${event.step}.png`,
          await readBytes(`${dir}/${event.file}`),
        );
        break;
      case "table": // in the form of mlflow.log_table
        await client.putArtifact(
          run,
          `${nameOf(event.name)}-${event.step}.json`,
          jsonBytes({ columns: event.columns, data: event.rows }),
        );
        break;
      case "histogram": {
        const { time: _, kind: __, ...bins } = event;
        await client.putArtifact(run, `${nameOf(event.name)}-${event.step}.json`, jsonBytes(bins));
        break;
      }
      case "finished":
        await client.updateRun(run.runId, "FINISHED", event.time);
        break;
      case "failed":
        await client.setTag(run.runId, { key: "maskfold.failure", value: event.message.slice(0, MAX_VALUE) });
        await client.updateRun(run.runId, event.stopped ? "KILLED" : "FAILED", event.time);
        break;
    }
  }
}

function metricsOf({ kind, time, step, values }: ScalarsEvent | SummaryEvent): MlflowMetric[] {
  const under = kind === "summary" ? "best/" : "";
  return Object.entries(values).map(([name, value]) => ({ key: nameOf(under + name), value, timestamp: time, step }));
}

/** A name of letters, digits and what else MLflow allows; any other character is its number. */
function nameOf(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}_\-. /]/gu, (letter) => `_${letter.codePointAt(0)!.toString(16)}`);
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}
