/**
 * A file from the network into a partial file: goes on where an earlier try broke off, and leaves a file that is whole and
 * checked, or one that can be gone on with. Ranges: https://www.rfc-editor.org/rfc/rfc9110#section-14
 *
 * @module
 */
import { type Checksum, CHECKSUM_NAMES } from "./download_checksum.ts";
import { listen, piecesOf, request, type Silence, statusError, type Token } from "./download_http.ts";
import { openPartial, type PartialFile } from "./download_partial.ts";
import { mayPass, type TransferOptions, withRetries } from "./download_retry.ts";

/** What is wanted. */
export interface Wanted {
  /** What it is called in messages, in quotes where it is a name. */
  readonly what: string;
  /** Its address. */
  readonly url: URL;
  /** The partial file, which is made or gone on with. To be touched under a lock. */
  readonly partial: string;
  /** Bytes that it must have, if known. */
  readonly size?: number;
  /** How it is digested, if at all. */
  readonly checksum?: Checksum;
  /** A secret for its server. */
  readonly token?: Token;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the same file comes whenever it is asked for; else only a validator lets a partial file be gone on with. */
  readonly pinned?: boolean;
  /** ETag or date of the file that the partial file is a part of, as the server told them. */
  readonly validator?: string;
  /** Told of the answer's headers before a file's first byte is written; returns the new validator. */
  readonly onStart?: (headers: Headers) => Promise<string | undefined>;
}

/** How a body is fetched. */
export interface BodyOptions extends TransferOptions {
  /** Told after each piece of the bytes there are and the bytes of the file, if known. */
  readonly onBytes?: (done: number, total: number | undefined) => void;
  /** Whether there is an older file to use instead: then a server that cannot be reached is not waited for. */
  readonly dispensable?: boolean;
}

/** What came. */
export interface Received {
  /** Digest, where one was asked for. */
  readonly digest?: string;
  /** Whether its beginning was there before. */
  readonly resumed: boolean;
}

/**
 * Fetches a file into its partial file, which is on the disk when this returns, ready to be renamed.
 *
 * @returns What came; nothing where the server says that the file has not changed (304).
 * @throws {Deno.errors.InvalidData} If checksum or size are wrong; the partial file is gone then.
 * @throws {Error} If the connection breaks for good, the server refuses or the disk is full; what has come stays.
 */
export async function fetchBody(wanted: Wanted, options: BodyOptions): Promise<Received | undefined> {
  const { what, partial, checksum } = wanted;
  try {
    let received = await receive(wanted, options);
    const isWrong = () => received && checksum?.expected !== undefined && received.digest !== checksum.expected;
    if (isWrong() && received?.resumed) { // what was there before may be at fault
      await Deno.remove(partial);
      received = await receive(wanted, options);
    }
    if (!isWrong()) return received;
    throw new Deno.errors.InvalidData(
      `Cannot keep ${what} as its ${CHECKSUM_NAMES[checksum!.kind]} must be ${checksum!.expected}: ` +
        `found ${received!.digest}; what came is removed, and a new try starts over`,
    );
  } catch (error) {
    if (error instanceof Deno.errors.InvalidData) await Deno.remove(partial);
    if (options.signal?.aborted || !mayPass(error)) throw error;
    const kind = error.constructor as typeof Deno.errors.ConnectionAborted;
    throw new kind(`Cannot fetch ${what} as its server must send all of it: ${error.message}; what came is kept`, {
      cause: error,
    });
  }
}

async function receive(wanted: Wanted, options: BodyOptions): Promise<Received | undefined> {
  const { what, pinned, checksum } = wanted;
  using file = await openPartial(wanted.partial, wanted.size, checksum?.kind);
  let { size, validator } = wanted;
  let begun = false, resumed = file.done > 0;
  const startOver = async () => {
    await file.startOver();
    resumed = false;
  };

  /** One request; true once the file is whole, false where it has not changed. */
  const attempt = async () => {
    if (!pinned && validator === undefined) await startOver();
    if (file.done === size) return true;
    using silence = listen(options);
    const ifSame = validator === undefined ? undefined : { "If-Range": validator };
    const range = file.done > 0 ? { Range: `bytes=${file.done}-`, ...ifSame } : undefined;
    const response = await request(wanted.url, { ...wanted, headers: { ...wanted.headers, ...range }, silence });
    await using _ = { [Symbol.asyncDispose]: () => letGo(response) };
    const { kind, total } = readAnswer(response, file.done);
    if (kind === "unchanged") return false;
    if (kind === "refused") throw await statusError(`fetch ${what}`, response);
    if (kind === "astray" || (kind !== "anew" && size !== undefined && total !== undefined && total !== size)) {
      size = wanted.size;
      await startOver();
      throw new Deno.errors.ConnectionAborted(`Cannot go on with ${what} as the server has another one now`);
    }
    if (kind === "anew") {
      size = wanted.size;
      await startOver();
      validator = await wanted.onStart?.(response.headers);
    }
    size ??= total;
    if (total !== undefined && total !== size) throw wrongSize(what, size!, total);
    begun = true;
    if (kind !== "whole") await pour(response, silence);
    size ??= file.done;
    if (file.done === size) return true;
    throw new Deno.errors.ConnectionAborted(`Cannot fetch ${what} as it broke off after ${file.done} of ${size} bytes`);
  };

  const pour = async (response: Response, silence: Silence) => {
    for await (const piece of piecesOf(response, silence)) {
      const done = file.done + piece.length;
      if (size !== undefined && done > size) throw wrongSize(what, size, done); // before it fills the disk
      await append(file, piece, what);
      options.onBytes?.(done, size);
    }
  };

  const whole = await withRetries(attempt, {
    ...options,
    reached: () => file.done,
    goOn: () => begun || !options.dispensable,
  });
  return whole ? { digest: await file.finish(), resumed } : undefined;
}

async function append(file: PartialFile, piece: Uint8Array, what: string): Promise<void> {
  try {
    await file.append(piece);
  } catch (error) {
    throw new Error(`Cannot store ${what} as the disk must take it: ${(error as Error).message}`, { cause: error });
  }
}

/** Ends an answer that was not read to its end. */
async function letGo({ body }: Response): Promise<void> {
  if (body && !body.locked) await body.cancel().catch(() => {}); // a broken one cannot be cancelled
}

function wrongSize(what: string, size: number, found: number): Error {
  return new Deno.errors.InvalidData(`Cannot keep ${what} as it must have ${size} bytes: the server sends ${found}`);
}

/** What an answer is: the file anew, the rest of it, nothing as it is whole, a wrong part, no change, a refusal. */
interface Answer {
  readonly kind: "anew" | "rest" | "whole" | "astray" | "unchanged" | "refused";
  /** Bytes of the whole file, where they are told. */
  readonly total?: number;
}

function readAnswer({ status, headers }: Response, done: number): Answer {
  if (status === 304) return { kind: "unchanged" };
  if (status === 200) {
    const length = headers.get("content-length");
    return length === null ? { kind: "anew" } : { kind: "anew", total: Number(length) };
  }
  if (done === 0 || (status !== 206 && status !== 416)) return { kind: "refused" };
  const [, start, size] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];
  const total = size === undefined || size === "*" ? undefined : Number(size);
  const right = status === 206 ? Number(start) === done : total === done; // 416: there is nothing beyond the end
  return right ? { kind: status === 206 ? "rest" : "whole", total } : { kind: "astray" };
}
