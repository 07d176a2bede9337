/**
 * The board: a page of all runs below a folder that follows them while they train, and each run's report on demand. It asks
 * for nothing beyond its own address, and nothing outside of the folder can be read through it: a run is looked up by its
 * name among those found, and no path is ever made of what is asked for.
 *
 * @module
 */
import { show } from "../core/check.ts";
import { reportHtml } from "../explore/mod.ts";
import { httpError } from "../io/http_request.ts";
import { type HttpHandler, type HttpServer, jsonResponse, serveHttp } from "../io/http_server.ts";
import { realFolder } from "../io/inside.ts";
import { sha256 } from "../io/mod.ts";
import type { TrainConfig } from "../train/config.ts";
import style from "./page/board.css" with { type: "text" };
import script from "./page/board.js" with { type: "text" };
import page from "./page/index.html" with { type: "text" };
import { type CurveRow, CURVES } from "./live_run.ts";
import { readRunContents } from "./read_contents.ts";
import { RUN_ROWS, runReport } from "./run_report.ts";
import { type WatchedRun, watchRuns, type WatchRunsOptions } from "./watch_runs.ts";

/** What the board shows, and where. */
export interface BoardOptions extends WatchRunsOptions {
  /** Address that is listened at; `127.0.0.1` by default, which no other machine reaches. */
  readonly hostname?: string;
  /** Port 0..65535; 0 takes a free one. */
  readonly port: number;
  /** Configurations by name; reports compare a run's options with the one most like them. */
  readonly presets?: Readonly<Record<string, TrainConfig>>;
  /** Stops the board. */
  readonly signal?: AbortSignal;
  /** Told of errors that are no refusals. */
  readonly onError?: (error: unknown) => void;
}

/** What a page of the board may do: https://www.w3.org/TR/CSP3/ */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What a report may do: show what it carries. */
const REPORT_POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'";

/** Runs whose curves are told at once, and reports that are kept. */
const AT_ONCE = 40, KEPT = 8;

/** Draws of persons for a report made on demand. */
const RESAMPLES = 1000;

/**
 * Serves the board of a folder of runs.
 *
 * @example
 * ```ts
 * import { serveBoard } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * await using board = await serveBoard(dir, { port: 0 });
 * const runs = await (await fetch(`${board.url}api/runs`)).json();
 * assertEquals(runs, []); // nothing was trained yet
 * ```
 *
 * @param root The folder.
 * @param options Address, and when a run counts as stopped.
 * @returns The server, listening already.
 * @throws {Deno.errors.NotFound} If there is no such folder.
 * @throws {Deno.errors.NotADirectory} If it is none.
 * @throws {RangeError} If an option is out of range.
 * @throws {Deno.errors.AddrInUse} If another program listens there.
 */
export async function serveBoard(
  root: string,
  { presets = {}, quiet, every, ...address }: BoardOptions,
): Promise<HttpServer> {
  await realFolder(root);
  return serveHttp(boardHandler(root, { presets, quiet, every }), address);
}

function boardHandler(
  root: string,
  { presets, ...watching }: Pick<BoardOptions, "quiet" | "every"> & Required<Pick<BoardOptions, "presets">>,
): HttpHandler {
  const look = watchRuns(root, watching), reports = reportMaker(presets);
  const named = async (name: string): Promise<WatchedRun> => {
    const found = (await look()).get(name);
    if (found) return found;
    throw httpError(404, `Cannot find the run ${show(name)} as it must be one of those on the board`);
  };
  return async (request, { url }) => {
    const names = url.searchParams.getAll("run");
    switch (url.pathname) {
      case "/":
        return text(page, "text/html", POLICY);
      case "/board.js":
        return text(script, "text/javascript", POLICY);
      case "/board.css":
        return text(style, "text/css", POLICY);
      case "/api/runs":
        return await tagged(request, [...(await look()).values()].map(({ run }) => run));
      case "/api/history":
        if (names.length === 0 || names.length > AT_ONCE) {
          throw httpError(
            400,
            `Cannot tell curves as there must be 1 to ${AT_ONCE} of ?run=: there are ${names.length}`,
          );
        }
        return await tagged(request, (await Promise.all(names.map(named))).map(curvesOf));
      case "/report":
        if (names.length !== 1) throw httpError(400, `Cannot make a report as there must be one ?run=`);
        return text(await reports(await named(names[0]!)), "text/html", REPORT_POLICY);
      default:
        throw httpError(404, `Cannot find ${show(url.pathname)}`);
    }
  };
}

function text(body: string, type: string, policy: string): Response {
  return new Response(body, {
    headers: { "Content-Type": `${type}; charset=utf-8`, "Content-Security-Policy": policy },
  });
}

/** JSON with a tag, and no more than that where the client has the same: https://www.rfc-editor.org/rfc/rfc9110#name-etag */
async function tagged(request: Request, value: unknown): Promise<Response> {
  const etag = `"${(await sha256(JSON.stringify(value))).slice(0, 32)}"`, headers = { ETag: etag };
  const same = request.headers.get("if-none-match") === etag;
  return same ? new Response(null, { status: 304, headers }) : jsonResponse(value, { headers });
}

/** What curves are drawn from, column by column; null for what was not measured. */
function curvesOf({ run: { name, version }, histories }: WatchedRun): object {
  const column = (rows: readonly CurveRow[], key: keyof CurveRow) =>
    rows.map((row) => Number.isFinite(row[key]) ? Number(row[key].toPrecision(6)) : null);
  const folds = [...histories].map(([fold, rows]) => ({
    fold,
    ...Object.fromEntries(CURVES.map((key) => [key, column(rows, key)])),
  }));
  return { name, version, folds };
}

/** Makes reports one after the other, as each takes a second of the processor, and keeps the last ones. */
function reportMaker(presets: Readonly<Record<string, TrainConfig>>): (watched: WatchedRun) => Promise<string> {
  const kept = new Map<string, { readonly version: string; readonly html: Promise<string> }>();
  let last: Promise<unknown> = Promise.resolve();
  const make = async ({ dir, run: { name, fault, kind } }: WatchedRun) => {
    if (kind === null) throw httpError(404, `Cannot make a report of ${show(name)}: ${fault}`);
    const contents = await readRunContents(dir, { resamples: RESAMPLES });
    return reportHtml(await runReport(contents, { name, presets, resamples: RESAMPLES }), { rows: RUN_ROWS });
  };
  return (watched) => {
    const { name, version } = watched.run, before = kept.get(name);
    if (before?.version === version) return before.html;
    const html = last.then(() => make(watched));
    last = html.catch(() => {});
    html.catch(() => kept.get(name)?.html === html && kept.delete(name));
    kept.delete(name); // so that it is the last one
    kept.set(name, { version, html });
    if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
    return html;
  };
}
