/**
 * MLflow's REST interface, as far as a run is written by it: https://mlflow.org/docs/latest/rest-api.html
 *
 * @module
 */
import type { Token } from "../io/download_http.ts";
import { askService, type ServiceRequest } from "../io/http_json.ts";

/** Where a server is. */
export interface MlflowPlace {
  /** Its address, without a slash at its end. */
  readonly uri: URL;
  /** Its secret, if it asks for one. */
  readonly token?: Token;
  /** Seconds after which a request is given up. */
  readonly timeout: number;
}

/** A number at a step. */
export interface MlflowMetric {
  readonly key: string;
  readonly value: number | string;
  /** In milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

/** A name and a text. */
export interface MlflowText {
  readonly key: string;
  readonly value: string;
}

/** A run as the server knows it. */
export interface MlflowRun {
  /** Its id. */
  readonly runId: string;
  /** Where its artifacts are kept, `mlflow-artifacts:/...` where the server takes them itself. */
  readonly artifactUri: string;
}

/** How a run stands. */
export type MlflowStatus = "RUNNING" | "FINISHED" | "FAILED" | "KILLED";

/** Calls of a server. */
export interface MlflowClient {
  /** The id of the experiment of a name, which is made if it is missing. */
  experiment(name: string): Promise<string>;
  /** The run with a tag, if there is one. */
  findRun(experiment: string, tag: MlflowText): Promise<MlflowRun | undefined>;
  /** Makes a run. */
  createRun(experiment: string, run: { name: string; time: number; tags: readonly MlflowText[] }): Promise<MlflowRun>;
  /** Adds numbers, parameters and tags. */
  logBatch(
    runId: string,
    batch: {
      readonly metrics?: readonly MlflowMetric[];
      readonly params?: readonly MlflowText[];
      readonly tags?: readonly MlflowText[];
    },
  ): Promise<void>;
  /** Sets a tag. */
  setTag(runId: string, tag: MlflowText): Promise<void>;
  /** Says how a run stands. */
  updateRun(runId: string, status: MlflowStatus, end?: number): Promise<void>;
  /** Keeps a file, where the server takes artifacts; says whether it does. */
  putArtifact(run: MlflowRun, path: string, bytes: Uint8Array): Promise<boolean>;
}

/** What one request may hold at most: https://mlflow.org/docs/latest/rest-api.html#request-limits */
const MAX_METRICS = 1000, MAX_TEXTS = 100;

/** A client of a server. */
export function mlflowClient(
  { uri, token, timeout }: MlflowPlace,
  signal?: () => AbortSignal | undefined,
): MlflowClient {
  const ask = async (path: string, request: ServiceRequest) => {
    const { status, body } = await askService(new URL(`${uri.href.replace(/\/$/, "")}/api/2.0/${path}`), {
      token,
      timeout,
      signal: signal?.(),
      ...request,
    });
    if (status === 200) return body as Record<string, unknown>;
    const { error_code = "", message = "" } = (typeof body === "object" ? body ?? {} : {}) as Record<string, string>;
    throw new Error(
      `Cannot call MLflow's ${path.replace(/\?.*/, "")} as ${uri.origin} answered ${status} ${error_code} ${message}`
        .trimEnd(),
      { cause: error_code },
    );
  };
  const post = (path: string, body: unknown) => ask(`mlflow/${path}`, { method: "POST", body });
  const known = async (name: string) => {
    const found = await ask(`mlflow/experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`, {});
    return (found.experiment as { experiment_id: string }).experiment_id;
  };
  const runOf = (run: unknown): MlflowRun => {
    const { info } = run as { info: { run_id: string; artifact_uri?: string } };
    return { runId: info.run_id, artifactUri: info.artifact_uri ?? "" };
  };
  return {
    async experiment(name) {
      return await known(name).catch(async (error) => {
        if (!isCode(error, "RESOURCE_DOES_NOT_EXIST")) throw error;
        return await post("experiments/create", { name }).then(({ experiment_id }) => experiment_id as string);
      }).catch(async (error) => {
        if (!isCode(error, "RESOURCE_ALREADY_EXISTS")) throw error;
        return await known(name); // another process made it meanwhile
      });
    },
    async findRun(experiment, { key, value }) {
      const { runs = [] } = await post("runs/search", {
        experiment_ids: [experiment],
        filter: `tags.\`${key}\` = '${value}'`,
        max_results: 1,
      });
      const [run] = runs as unknown[];
      return run === undefined ? undefined : runOf(run);
    },
    async createRun(experiment, { name, time, tags }) {
      const made = await post("runs/create", { experiment_id: experiment, run_name: name, start_time: time, tags });
      return runOf(made.run);
    },
    async logBatch(runId, { metrics = [], params = [], tags = [] }) {
      for (const some of chunks(metrics, MAX_METRICS)) await post("runs/log-batch", { run_id: runId, metrics: some });
      for (const some of chunks(params, MAX_TEXTS)) await post("runs/log-batch", { run_id: runId, params: some });
      for (const some of chunks(tags, MAX_TEXTS)) await post("runs/log-batch", { run_id: runId, tags: some });
    },
    async setTag(runId, { key, value }) {
      await post("runs/set-tag", { run_id: runId, key, value });
    },
    async updateRun(runId, status, end) {
      await post("runs/update", { run_id: runId, status, ...(end !== undefined && { end_time: end }) });
    },
    async putArtifact({ artifactUri }, path, bytes) {
      const root = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(artifactUri)?.[1];
      if (root === undefined) return false;
      const place = `${root.replace(/\/$/, "")}/${path}`.split("/").map(encodeURIComponent).join("/");
      await ask(`mlflow-artifacts/artifacts/${place}`, { method: "PUT", body: bytes });
      return true;
    },
  };
}

/** Whether an error is an answer with one of MLflow's own codes. */
function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && error.cause === code;
}

function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
