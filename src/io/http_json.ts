/**
 * Requests to a service that speaks JSON (https://www.rfc-editor.org/rfc/rfc9110), with an end to the waiting that holds
 * while a network trains on the same thread.
 *
 * @module
 */
import type { Token } from "./download_http.ts";

/** What is asked of a service. */
export interface ServiceRequest {
  /** GET by default. */
  readonly method?: "GET" | "POST" | "PUT";
  /** Sent as JSON; bytes as they are. */
  readonly body?: unknown;
  /** A secret and the only place it is sent to. */
  readonly token?: Token;
  /** Seconds after which the request is given up; 10 by default. */
  readonly timeout?: number;
  /** Ends the request. */
  readonly signal?: AbortSignal;
}

/** What a service answered. */
export interface ServiceAnswer {
  /** The status, of whatever kind; redirects are not followed. */
  readonly status: number;
  /** The body's JSON, or its text where it is none. */
  readonly body: unknown;
}

/**
 * Asks a service.
 *
 * @param url The address, http or https.
 * @returns The answer, whatever its status.
 * @throws {Deno.errors.NotConnected} If the service cannot be reached, or the connection breaks.
 * @throws {Deno.errors.TimedOut} If it takes too long.
 */
export async function askService(url: URL, request: ServiceRequest = {}): Promise<ServiceAnswer> {
  const { method = "GET", body, token, timeout = 10, signal } = request;
  using limit = turningLimit(timeout, `Cannot wait for ${url.origin} longer than ${timeout} seconds`);
  const isBytes = body instanceof Uint8Array;
  const headers: Record<string, string> = {
    ...(body !== undefined && { "Content-Type": isBytes ? "application/octet-stream" : "application/json" }),
    ...(token?.origin === url.origin && { Authorization: `Bearer ${token.value}` }),
  };
  const ends = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal;
  try {
    const response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? undefined : isBytes ? body as Uint8Array<ArrayBuffer> : JSON.stringify(body),
      redirect: "manual", // a token reaches no other place
      signal: ends,
    });
    const text = await response.text();
    return { status: response.status, body: parseOr(text) };
  } catch (error) {
    if (ends.aborted) throw ends.reason;
    if (!(error instanceof TypeError)) throw error;
    const why = (error.cause instanceof Error ? error.cause : error).message.replace(/ for url \(\S*\)/, "");
    throw new Deno.errors.NotConnected(`Cannot reach ${url.origin} as ${why}`, { cause: error });
  }
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const TICK = 0.25; // seconds

/**
 * A signal that fires after seconds in which the event loop turned. A step of training may hold the loop for longer than a
 * service is waited for; its answer lies ready meanwhile, and must not be taken for late when the loop turns again.
 */
function turningLimit(seconds: number, message: string): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  let left = seconds;
  const next = () => setTimeout(tick, 1000 * Math.min(TICK, left));
  const tick = () => {
    left -= TICK;
    if (left <= 0) controller.abort(new Deno.errors.TimedOut(message));
    else timer = next();
  };
  let timer = next();
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}
