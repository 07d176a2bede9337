/**
 * HTTP requests as downloads need them: redirects are followed by hand, so that a token reaches its own server only and
 * encryption is never lost on the way, and a server that falls silent is given up.
 * https://www.rfc-editor.org/rfc/rfc9110
 *
 * @module
 */
import { show } from "../core/check.ts";
import type { TransferOptions } from "./download_retry.ts";

/** A secret and the one place it is sent to. */
export interface Token {
  /** The secret. */
  readonly value: string;
  /** Scheme, host and port that may see it. */
  readonly origin: string;
}

/** What is asked for, but the address. */
export interface Asking {
  readonly method?: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: Token;
  /** Whether a redirect to another origin is not followed, but is the answer. */
  readonly stayHome?: boolean;
  /** Ends the request when nothing happens. */
  readonly silence: Silence;
}

const MAX_REDIRECTS = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Asks a server and follows its redirects, at most ten.
 *
 * @param start The address, http or https.
 * @returns The last answer, whatever its status; its body is the caller's to read or cancel.
 * @throws {Deno.errors.NotConnected} If a server cannot be reached.
 * @throws {Deno.errors.TimedOut} If it is silent.
 * @throws {Deno.errors.Http} If a redirect leads astray: too many, from https to http, or to no web address.
 */
export async function request(start: URL, asking: Asking): Promise<Response> {
  const { method = "GET", headers, token, stayHome = false, silence } = asking;
  let url = start;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    silence.touch();
    const authorization = token?.origin === url.origin && { Authorization: `Bearer ${token.value}` };
    const response = await fetch(url, {
      method,
      headers: { "Accept-Encoding": "identity", ...headers, ...authorization }, // sizes and ranges are the file's own
      redirect: "manual",
      signal: silence.signal,
    }).catch((error) => {
      throw connectionError(error, silence.signal, `Cannot reach ${url.origin}`, Deno.errors.NotConnected);
    });
    const location = response.headers.get("location");
    if (!REDIRECTS.has(response.status) || location === null) return response;
    const next = URL.parse(location, url);
    if (stayHome && next?.origin !== start.origin) return response;
    await response.body?.cancel();
    if (next === null || !isWebAddress(next)) {
      throw new Deno.errors.Http(`Cannot fetch from ${url.origin} as it redirects to ${show(location)}`);
    }
    if (url.protocol === "https:" && next.protocol === "http:") {
      throw new Deno.errors.Http(
        `Cannot fetch from ${url.origin} as it redirects to ${next.origin}, without encryption`,
      );
    }
    url = next;
  }
  throw new Deno.errors.Http(`Cannot fetch from ${start.origin} as it redirects more than ${MAX_REDIRECTS} times`);
}

/** Whether an address is one of http or https, without a password in it. */
export function isWebAddress(url: URL): boolean {
  return /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
}

/**
 * The pieces of an answer's body.
 *
 * @throws {Deno.errors.ConnectionAborted} If the connection breaks.
 * @throws {Deno.errors.TimedOut} If the server falls silent.
 */
export async function* piecesOf(response: Response, silence: Silence): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error) => {
        throw connectionError(error, silence.signal, "Cannot read on", Deno.errors.ConnectionAborted);
      });
      if (done) return;
      silence.touch();
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {}); // a broken body cannot be cancelled
  }
}

type ConnectionError = typeof Deno.errors.NotConnected | typeof Deno.errors.ConnectionAborted;

/** Fetch's error as one of its meaning; one that is not about the connection, a missing permission say, stays. */
function connectionError(error: unknown, signal: AbortSignal, attempt: string, kind: ConnectionError): unknown {
  if (signal.aborted) return signal.reason;
  if (!(error instanceof TypeError)) return error;
  const cause = error.cause instanceof Error ? error.cause : error;
  const why = cause.message.replace(/ for url \(\S*\)/, ""); // which may hold a signature
  // A wrong certificate is no passing fault, so nothing is tried again or taken from a cache because of it.
  return new (/certificate/i.test(why) ? Deno.errors.Http : kind)(`${attempt} as ${why}`, { cause: error });
}

/**
 * The error for an answer of no use; its body is let go.
 *
 * @param attempt What cannot be done, as in `fetch "a.bin"`.
 * @returns `NotFound` (404, 410), `PermissionDenied` (401, 403), `Busy` (408, 429, 5xx: may pass), else `Http`.
 */
export async function statusError(attempt: string, response: Response): Promise<Error> {
  await response.body?.cancel();
  const { status, headers } = response;
  const code = headers.get("x-error-code") ?? headers.get("x-error-message");
  const wait = headers.get("retry-after");
  const message = `Cannot ${attempt} as the server answered ${status}${code ? ` (${show(code)})` : ""}` +
    (wait === null ? "" : `, to be asked again after ${show(wait)}`);
  if (status === 404 || status === 410) return new Deno.errors.NotFound(message);
  if (status === 401 || status === 403) return new Deno.errors.PermissionDenied(message);
  if (status === 408 || status === 429 || status >= 500) return new Deno.errors.Busy(message, { cause: headers });
  return new Deno.errors.Http(message);
}

/** A signal that fires when nothing has happened for a while, or when another does; dispose of it after use. */
export interface Silence extends Disposable {
  readonly signal: AbortSignal;
  /** Says that something has happened. */
  touch(): void;
}

/**
 * Starts to listen for silence.
 *
 * @throws {RangeError} If the time is none.
 */
export function listen({ timeout = 10, signal }: TransferOptions): Silence {
  if (!(timeout > 0)) {
    throw new RangeError(`Cannot wait for a server as timeout must be seconds above 0: current value is ${timeout}`);
  }
  const controller = new AbortController();
  const give = () => controller.abort(new Deno.errors.TimedOut(`Cannot go on as nothing came for ${timeout} seconds`));
  let timer = setTimeout(give, timeout * 1000);
  return {
    signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
    touch() {
      clearTimeout(timer);
      timer = setTimeout(give, timeout * 1000);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
