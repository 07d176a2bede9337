/**
 * What a server looks at before it answers: whom a request takes it for, and what it brings.
 *
 * @module
 */
import { show } from "../core/check.ts";

/** Addresses that only this machine reaches. */
export const LOOPBACK: readonly string[] = ["127.0.0.1", "localhost", "[::1]", "::1"];

/** What a request may bring. */
export interface RequestLimits {
  /** Methods that are answered; GET and HEAD by default. */
  readonly methods?: readonly string[];
  /** Bytes of a request's body at most; 0 by default. */
  readonly maxBody?: number;
  /** Seconds in which a body must have come; 30 by default. */
  readonly bodyTimeout?: number;
}

/**
 * An error that the client is told of.
 *
 * @param status The status of the answer, 400 to 599.
 * @param message What is wrong with the request, a sentence.
 * @returns The error, to be thrown by a handler.
 */
export function httpError(status: number, message: string): Error {
  return new Error(message, { cause: { status } });
}

/**
 * The address asked for. A page elsewhere may give its own name this machine's address
 * (https://en.wikipedia.org/wiki/DNS_rebinding), or send a form here: both show in the names.
 *
 * @param request The request.
 * @param loopback Whether only this machine can ask.
 * @throws {Error} If it was not meant for this server; the error has a status.
 */
export function urlOf(request: Request, loopback: boolean): URL {
  const url = URL.parse(request.url);
  if (!url) throw httpError(400, "Cannot answer as the address must be one of http");
  if (loopback && !LOOPBACK.includes(url.hostname)) {
    throw httpError(421, `Cannot answer as the host must be this machine: current value is ${show(url.hostname)}`);
  }
  const origin = request.headers.get("origin");
  if (origin !== null && URL.parse(origin)?.host !== url.host) {
    throw httpError(403, `Cannot answer as pages of other origins may not ask: current value is ${show(origin)}`);
  }
  return url;
}

/**
 * Waits for a request's body.
 *
 * @param request The request.
 * @param limits What it may bring.
 * @returns The request with a body that has come as a whole.
 * @throws {Error} If it brings more, or too slowly; the error has a status.
 */
export async function readWhole(request: Request, limits: RequestLimits): Promise<Request> {
  const { methods = ["GET", "HEAD"], maxBody = 0, bodyTimeout = 30 } = limits;
  if (!methods.includes(request.method)) {
    throw httpError(405, `Cannot answer ${request.method} as the method must be ${methods.join(" or ")}`);
  }
  const tooLarge = () => httpError(413, `Cannot answer as a body must have at most ${maxBody} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBody) throw tooLarge();
  if (!request.body) return request;
  const reader = request.body.getReader(), parts: Uint8Array<ArrayBuffer>[] = [];
  let late = false, length = 0;
  const timer = setTimeout(() => {
    late = true;
    reader.cancel().catch(() => {});
  }, 1000 * bodyTimeout);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (late) throw httpError(408, `Cannot answer as a body must come within ${bodyTimeout} seconds`);
      if (done) break;
      length += value.length;
      if (length > maxBody) throw tooLarge();
      parts.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {}); // which is not waited for, as a client may hold it up
    throw statusOf(error) === undefined ? httpError(400, "Cannot answer as the body broke off") : error;
  } finally {
    clearTimeout(timer);
  }
  const { method, headers } = request;
  return new Request(request.url, { method, headers, body: length === 0 ? undefined : new Blob(parts) });
}

/** The status of an error made by {@linkcode httpError}; nothing of any other. */
export function statusOf(error: unknown): number | undefined {
  const cause = error instanceof Error ? error.cause as { readonly status?: unknown } | undefined : undefined;
  return typeof cause?.status === "number" ? cause.status : undefined;
}
