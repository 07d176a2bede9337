/**
 * A small tracking server on this machine that speaks the REST calls of https://mlflow.org/docs/latest/rest-api.html, checks
 * their bodies, keeps what they bring, and misbehaves as a test asks. @module
 */

/** A run as the server keeps it. */
export interface KeptRun {
  readonly id: string;
  readonly name: string;
  status: string;
  endTime?: number;
  readonly startTime: number;
  readonly tags: Map<string, string>;
  readonly params: Map<string, string>;
  /** Each point once, as a server with a database keeps them. */
  readonly metrics: Map<string, { key: string; value: number; step: number; timestamp: number }>;
}

/** How a server answers. */
export type Mood = "well" | "hangs" | "fails";

/** A server that runs; stops when disposed of. */
export interface MlflowServer extends AsyncDisposable {
  readonly uri: string;
  readonly port: number;
  mood: Mood;
  /** Calls, counted from 1, that are heeded but whose answers are lost. */
  readonly lost: Set<number>;
  /** Paths of the calls, in order. */
  readonly calls: string[];
  /** What the calls had in their Authorization header. */
  readonly authorizations: Set<string | null>;
  readonly experiments: Map<string, string>;
  readonly runs: Map<string, KeptRun>;
  readonly artifacts: Map<string, Uint8Array>;
  /** What was wrong with bodies. */
  readonly faults: string[];
}

/** Starts a server. */
export function startServer({ port = 0, artifacts = true } = {}): MlflowServer {
  const release = Promise.withResolvers<void>();
  const server: MlflowServer = {
    uri: "",
    port: 0,
    mood: "well",
    lost: new Set(),
    calls: [],
    authorizations: new Set(),
    experiments: new Map(),
    runs: new Map(),
    artifacts: new Map(),
    faults: [],
    async [Symbol.asyncDispose]() {
      release.resolve();
      await http.shutdown();
    },
  };
  const http = Deno.serve({ port, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname, searchParams } = new URL(request.url), bytes = new Uint8Array(await request.arrayBuffer());
    const call = pathname.replace(/^\/api\/2\.0\//, "").replace(/(artifacts\/artifacts\/).*/, "$1");
    server.calls.push(call);
    server.authorizations.add(request.headers.get("authorization"));
    if (server.mood === "hangs") await release.promise;
    if (server.mood === "hangs" || server.mood === "fails") return new Response("<h1>down</h1>", { status: 500 });
    const answer = answerTo(server, call, { request, pathname, searchParams, bytes, artifacts });
    return server.lost.has(server.calls.length) ? new Response("lost on the way", { status: 502 }) : answer;
  });
  const { port: chosen } = http.addr as Deno.NetAddr;
  return Object.assign(server, { port: chosen, uri: `http://127.0.0.1:${chosen}` });
}

interface Asked {
  readonly request: Request;
  readonly pathname: string;
  readonly searchParams: URLSearchParams;
  readonly bytes: Uint8Array;
  readonly artifacts: boolean;
}

function answerTo(server: MlflowServer, call: string, { request, pathname, searchParams, bytes, artifacts }: Asked) {
  const refuse = (status: number, error_code: string, message: string) => {
    if (status === 400) server.faults.push(`${call}: ${message}`);
    return Response.json({ error_code, message }, { status });
  };
  if (call === "mlflow-artifacts/artifacts/") {
    if (request.method !== "PUT") return refuse(400, "BAD_REQUEST", request.method);
    server.artifacts.set(decodeURIComponent(pathname.split("/artifacts/").slice(1).join("/artifacts/")), bytes);
    return Response.json({});
  }
  if (call === "mlflow/experiments/get-by-name") {
    const name = searchParams.get("experiment_name") ?? "", id = server.experiments.get(name);
    if (id === undefined) return refuse(404, "RESOURCE_DOES_NOT_EXIST", `no experiment ${name}`);
    return Response.json({ experiment: { experiment_id: id, name, lifecycle_stage: "active" } });
  }
  if (request.method !== "POST") return refuse(400, "BAD_REQUEST", request.method);
  if (request.headers.get("content-type") !== "application/json") return refuse(400, "BAD_REQUEST", "no JSON");
  const body = JSON.parse(new TextDecoder().decode(bytes));
  const infoOf = ({ id, status }: KeptRun, experiment = "1") => ({
    info: {
      run_id: id,
      experiment_id: experiment,
      status,
      artifact_uri: artifacts ? `mlflow-artifacts:/${experiment}/${id}/artifacts` : `s3://elsewhere/${id}`,
    },
  });
  if (call === "mlflow/experiments/create") {
    if (server.experiments.has(body.name)) return refuse(400, "RESOURCE_ALREADY_EXISTS", body.name);
    server.experiments.set(body.name, `${server.experiments.size + 1}`);
    return Response.json({ experiment_id: server.experiments.get(body.name) });
  }
  if (call === "mlflow/runs/search") {
    const [, key, value] = /^tags\.`([^`]+)` = '([^']+)'$/.exec(body.filter) ?? [];
    if (key === undefined || !Array.isArray(body.experiment_ids)) return refuse(400, "INVALID", "filter");
    const found = [...server.runs.values()].filter(({ tags }) => tags.get(key) === value);
    return Response.json(found.length > 0 ? { runs: found.slice(0, body.max_results).map((run) => infoOf(run)) } : {});
  }
  if (call === "mlflow/runs/create") {
    if (![...server.experiments.values()].includes(body.experiment_id)) return refuse(400, "INVALID", "experiment_id");
    const run: KeptRun = {
      id: crypto.randomUUID().replaceAll("-", ""),
      name: body.run_name,
      status: "RUNNING",
      startTime: body.start_time,
      tags: new Map(body.tags.map(({ key, value }: { key: string; value: string }) => [key, value])),
      params: new Map(),
      metrics: new Map(),
    };
    server.runs.set(run.id, run);
    return Response.json({ run: infoOf(run, body.experiment_id) });
  }
  const run = server.runs.get(body.run_id);
  if (!run) return refuse(404, "RESOURCE_DOES_NOT_EXIST", `no run ${body.run_id}`);
  if (call === "mlflow/runs/set-tag") {
    run.tags.set(body.key, body.value);
    return Response.json({});
  }
  if (call === "mlflow/runs/update") {
    if (!["RUNNING", "FINISHED", "FAILED", "KILLED"].includes(body.status)) return refuse(400, "INVALID", body.status);
    Object.assign(run, { status: body.status, endTime: body.end_time });
    return Response.json({ run_info: infoOf(run).info });
  }
  if (call === "mlflow/runs/log-batch") {
    const { metrics = [], params = [], tags = [] } = body, fault = batchFault(run, metrics, params, tags);
    if (fault !== undefined) return refuse(400, "INVALID_PARAMETER_VALUE", fault);
    for (const { key, value } of tags) run.tags.set(key, value);
    for (const { key, value } of params) run.params.set(key, value);
    for (const { key, value, step, timestamp } of metrics) {
      const point = { key, value: Number(value), step, timestamp };
      run.metrics.set(JSON.stringify(point), point);
    }
    return Response.json({});
  }
  return refuse(404, "ENDPOINT_NOT_FOUND", call);
}

/** What MLflow would refuse in a batch. */
function batchFault(
  run: KeptRun,
  metrics: Record<string, unknown>[],
  params: Record<string, unknown>[],
  tags: Record<string, unknown>[],
) {
  const isName = (key: unknown) => typeof key === "string" && /^[\p{L}\p{N}_\-. /:]{1,250}$/u.test(key);
  if (metrics.length > 1000 || params.length > 100 || tags.length > 100) return "too many";
  for (const { key, value, step, timestamp } of metrics) {
    if (!isName(key)) return `metric ${key}`;
    if (typeof value !== "number" && !["NaN", "Infinity", "-Infinity"].includes(value as string)) {
      return `${key} ${value}`;
    }
    if (!Number.isInteger(step) || !Number.isInteger(timestamp)) return `${key} at ${step}, ${timestamp}`;
  }
  for (const { key, value } of tags) {
    if (!isName(key) || typeof value !== "string" || value.length > 500) return `tag ${key}`;
  }
  for (const { key, value } of params) {
    if (!isName(key) || typeof value !== "string" || value.length > 500) return `parameter ${key}`;
    if (run.params.has(key as string) && run.params.get(key as string) !== value) {
      return `${key} is ${run.params.get(key as string)}`;
    }
  }
}
