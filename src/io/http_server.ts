/**
 * A server of pages and JSON, the one place that opens a listening socket: on this machine only unless told otherwise, with limits
 * on what a request may bring, and refusals as JSON with the status of https://www.rfc-editor.org/rfc/rfc9110
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import { LOOPBACK, readWhole, type RequestLimits, statusOf, urlOf } from "./http_request.ts";

/** Answers a request; an error made by `httpError` becomes a refusal, any other one a status of 500. */
export type HttpHandler = (request: Request, context: HttpContext) => Response | Promise<Response>;

/** What a handler is told beside the request. */
export interface HttpContext {
  /** The address, parsed. */
  readonly url: URL;
  /** Who asks: an address without its port. */
  readonly client: string;
  /** Aborted when the server is to stop, so that long answers end. */
  readonly signal: AbortSignal;
}

/** Where and how a server listens. */
export interface ServeHttpOptions extends RequestLimits {
  /** Address that is listened at; `127.0.0.1` by default, which no other machine reaches. */
  readonly hostname?: string;
  /** Port 0..65535; 0 takes a free one. */
  readonly port: number;
  /** Stops the server: answers that were begun are finished, for at most `grace` seconds. */
  readonly signal?: AbortSignal;
  /** Seconds that answers may still take after the signal; 5 by default. */
  readonly grace?: number;
  /** Requests that are worked on at once; further ones are refused. 256 by default. */
  readonly maxActive?: number;
  /** Told of errors that are no refusals; of these the client learns nothing. */
  readonly onError?: (error: unknown) => void;
}

/** A server that listens. */
export interface HttpServer extends AsyncDisposable {
  /** Its address, with a slash at the end. */
  readonly url: string;
  /** Fulfilled when it has stopped. */
  readonly closed: Promise<void>;
}

/** What every answer says unless its handler says otherwise. */
const HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-store",
};

/**
 * Starts a server.
 *
 * @param handler Answers requests, whose bodies have come as a whole.
 * @param options Address, limits, and the signal that stops it.
 * @returns The server, listening already; it stops when disposed of, too.
 * @throws {RangeError} If an option is out of range.
 * @throws {Deno.errors.AddrInUse} If another program listens there.
 */
export function serveHttp(handler: HttpHandler, options: ServeHttpOptions): HttpServer {
  const { hostname = LOOPBACK[0]!, port, signal, grace = 5, maxActive = 256, onError } = options;
  checkInteger("serve", "port", port, { min: 0, max: 65535 });
  checkInteger("serve", "maxActive", maxActive, { min: 1 });
  checkInteger("serve", "maxBody", options.maxBody ?? 0, { min: 0 });
  const stopping = new AbortController(), killing = new AbortController();
  let active = 0;
  const answer = async (request: Request, { remoteAddr }: Deno.ServeHandlerInfo): Promise<Response> => {
    if (active >= maxActive) return refusal(503, "too many requests are worked on at once", { "Retry-After": "1" });
    active++;
    try {
      const client = "hostname" in remoteAddr ? remoteAddr.hostname : "";
      const url = urlOf(request, LOOPBACK.includes(hostname));
      const whole = await readWhole(request, options);
      return withHeaders(await handler(whole, { url, client, signal: stopping.signal }));
    } catch (error) {
      const status = statusOf(error);
      if (status !== undefined) return refusal(status, (error as Error).message, headersOf(status, options));
      onError?.(error);
      return refusal(500, "Cannot answer as the server failed");
    } finally {
      active--;
    }
  };
  const server = listen(answer, { hostname, port, signal: killing.signal, onError });
  const stop = async () => {
    stopping.abort();
    const timer = setTimeout(() => killing.abort(), 1000 * grace);
    await server.shutdown().finally(() => clearTimeout(timer));
  };
  const onAbort = () => void stop();
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });
  const closed = server.finished.finally(() => signal?.removeEventListener("abort", onAbort));
  const shown = server.addr.hostname.includes(":") ? `[${server.addr.hostname}]` : server.addr.hostname;
  return {
    url: `http://${shown}:${server.addr.port}/`,
    closed,
    async [Symbol.asyncDispose]() {
      await stop();
      await closed;
    },
  };
}

/**
 * An answer in JSON.
 *
 * @param value What is answered.
 * @param options Status, 200 by default, and headers.
 */
export function jsonResponse(value: unknown, options: ResponseInit = {}): Response {
  const headers = new Headers(options.headers);
  headers.set("Content-Type", "application/json; charset=utf-8");
  return new Response(JSON.stringify(value), { ...options, headers });
}

function listen(
  answer: Deno.ServeHandler<Deno.NetAddr>,
  { hostname, port, signal, onError }: Pick<ServeHttpOptions, "hostname" | "port" | "signal" | "onError">,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({
      hostname,
      port,
      signal,
      onListen() {}, // which would print
      onError(error) {
        onError?.(error);
        return refusal(500, "Cannot answer as the server failed");
      },
    }, answer);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new Deno.errors.AddrInUse(
      `Cannot listen at ${hostname} as the port must be free: another program listens at ${port}`,
      { cause: error },
    );
  }
}

/** What goes with a status: which methods there are, or that the rest of a body is not waited for. */
function headersOf(status: number, { methods = ["GET", "HEAD"] }: ServeHttpOptions): Record<string, string> {
  if (status === 405) return { Allow: methods.join(", ") };
  return status === 408 || status === 413 ? { Connection: "close" } : {};
}

function refusal(status: number, message: string, headers: Record<string, string> = {}): Response {
  return withHeaders(jsonResponse({ error: message }, { status, headers }));
}

function withHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(HEADERS)) {
    if (!response.headers.has(name)) response.headers.set(name, value);
  }
  return response;
}
