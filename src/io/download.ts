/**
 * Files from plain addresses, kept in a cache by address: asked for anew they are fetched only if they have changed, and broken
 * downloads are gone on with. Revalidation: https://www.rfc-editor.org/rfc/rfc9110#section-13
 *
 * @module
 */
import { basename, join } from "node:path";
import { show } from "../core/check.ts";
import { fetchBody } from "./download_body.ts";
import { isWebAddress } from "./download_http.ts";
import { conditions, type Note, readNote, validatorOf } from "./download_note.ts";
import { putCopy, tagCache } from "./download_place.ts";
import { mayPass, type TransferOptions } from "./download_retry.ts";
import { ensureDir, renameDurably, sha256 as digestOf, statIfThere, withLock, writeAtomic } from "./files.ts";
import type { DownloadProgress } from "./hub.ts";
import { type EnvironmentVariables, homeDir, isOffline } from "./hub_settings.ts";

/** How a file is fetched, and where it is kept. */
export interface DownloadOptions extends TransferOptions {
  /** The SHA-256 that the file must have, 64 hexadecimal digits. What is kept with it is used without asking the server. */
  readonly sha256?: string;
  /** Where a copy is put, in place of what is there; only the cache has the file unless given. */
  readonly path?: string;
  /** Folder of the cache; `maskfold/urls` in `HF_HOME` by default. */
  readonly cacheDir?: string;
  /** Whether only the cache is looked at; `HF_HUB_OFFLINE` by default. */
  readonly offline?: boolean;
  /** Environment variables; those of the process by default. */
  readonly env?: EnvironmentVariables;
  /** Told of each piece that comes. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** A file that is there. */
export interface Downloaded {
  /** Where it is: the copy if one was asked for, else the cache's file. */
  readonly path: string;
  /** Digest of its contents, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Whether it was there before. */
  readonly fromCache: boolean;
  /** Why this may not be what is there now: the server was not asked, or did not answer. Absent without doubt. */
  readonly reason?: string;
}

/**
 * Fetches a file from an address, unless the cache has it as it is there.
 *
 * @example
 * ```ts ignore
 * import { download } from "maskfold";
 *
 * const { path, reason } = await download("https://example.org/faces.csv");
 * if (reason) console.log(`an older copy may be used: ${reason}`);
 * ```
 *
 * @param url An http or https address without a password.
 * @param options Checksum, places, patience, and who is told.
 * @returns Where the file is, and how it came there.
 * @throws {TypeError} If the address or the checksum is none.
 * @throws {Deno.errors.NotFound} If there is no such file, or it is not in the cache when offline.
 * @throws {Deno.errors.PermissionDenied} If the server refuses.
 * @throws {Deno.errors.NotConnected} If the server is out of reach and the cache does not have the file.
 * @throws {Deno.errors.InvalidData} If the checksum or the size is wrong.
 */
export async function download(url: string | URL, options: DownloadOptions = {}): Promise<Downloaded> {
  const address = checkAddress(url);
  const { env = Deno.env.toObject(), signal, path: copy } = options;
  const sha256 = checkDigest(address, options.sha256);
  const root = options.cacheDir ?? join(homeDir(env), "maskfold", "urls");
  const place = join(root, await digestOf(address.href));
  const offline = isOffline(options, env);
  await tagCache(root);
  return await withLock(`${place}.lock`, async () => {
    const got = await fetchOrKeep(address, place, { ...options, sha256, offline });
    if (copy === undefined) return got;
    await putCopy(got.path, copy);
    return { ...got, path: copy };
  }, { signal });
}

function checkAddress(url: string | URL): URL {
  const address = URL.parse(url);
  if (!address || !isWebAddress(address)) {
    throw new TypeError(
      `Cannot download as the address must be of http or https, without a password: current value is ${
        show(address?.password ? "one with a password" : `${url}`)
      }`,
    );
  }
  address.hash = "";
  return address;
}

function checkDigest(address: URL, sha256: string | undefined): string | undefined {
  if (sha256 === undefined || /^[0-9a-f]{64}$/i.test(sha256)) return sha256?.toLowerCase();
  throw new TypeError(
    `Cannot download ${nameOf(address)} as sha256 must be 64 hexadecimal digits: current value is ${show(sha256)}`,
  );
}

/** An address for messages, without its query, which may hold a secret. */
function nameOf({ origin, pathname }: URL): string {
  return show(`${origin}${pathname}`);
}

async function fetchOrKeep(
  url: URL,
  place: string,
  options: DownloadOptions & { readonly offline: boolean },
): Promise<Downloaded> {
  const { sha256, offline } = options;
  const path = join(place, fileName(url));
  const note = await statIfThere(path) ? await readNote<Note>(`${place}.json`) : undefined;
  const kept = note && (sha256 ?? note.sha256) === note.sha256 ? note : undefined; // another digest is another file
  const keep = (reason?: string) => ({ path, sha256: kept!.sha256, fromCache: true, ...reason && { reason } });
  if (kept && sha256) return keep();
  if (kept && offline) return keep("offline");
  if (offline) {
    throw new Deno.errors.NotFound(
      `Cannot download ${nameOf(url)} as it must be in the cache "${place}" when offline (HF_HUB_OFFLINE)` +
        (note ? `: what is there has the SHA-256 ${note.sha256}` : ""),
    );
  }
  try {
    const fetched = await fetchInto(path, url, place, kept, options);
    return fetched === undefined ? keep() : { path, sha256: fetched, fromCache: false };
  } catch (error) {
    if (!mayPass(error) || options.signal?.aborted) throw error;
    if (kept) return keep(`out of reach: ${error.message}`);
    throw new Deno.errors.NotConnected(`Cannot download ${nameOf(url)} as its server must answer: ${error.message}`, {
      cause: error,
    });
  }
}

/** Fetches a file unless it is as it was; returns its digest, or nothing if it is. */
async function fetchInto(
  path: string,
  url: URL,
  place: string,
  kept: Note | undefined,
  { sha256, onProgress, ...options }: DownloadOptions,
): Promise<string | undefined> {
  const partial = `${place}.incomplete`, partialNote = `${partial}.json`;
  const begun = await statIfThere(partial) ? await readNote<Partial<Note>>(partialNote) : undefined;
  let started = begun ?? {};
  const received = await fetchBody({
    what: nameOf(url),
    url,
    partial,
    checksum: { kind: "sha256", expected: sha256 },
    pinned: sha256 !== undefined,
    validator: validatorOf(started),
    headers: begun || !kept ? {} : conditions(kept),
    onStart: async (headers) => {
      started = {
        etag: headers.get("etag") ?? undefined,
        lastModified: headers.get("last-modified") ?? undefined,
      };
      await writeAtomic(partialNote, JSON.stringify(started));
      return validatorOf(started);
    },
  }, {
    ...options,
    dispensable: kept !== undefined,
    onBytes: (done, total) => onProgress?.({ file: basename(path), done, total }),
  });
  if (received) {
    await Deno.remove(`${place}.json`).catch(() => {}); // no note is better than one of another file
    await ensureDir(place);
    await renameDurably(partial, path);
    await writeAtomic(`${place}.json`, JSON.stringify({ ...started, url: url.href, sha256: received.digest }));
  }
  for (const path of [partial, partialNote]) await Deno.remove(path).catch(() => {}); // there may be none
  return received?.digest;
}

/** The last part of an address's path as a file's name on any system. */
function fileName({ pathname }: URL): string {
  const name = pathname.slice(pathname.lastIndexOf("/") + 1).replace(/%[0-9a-f]{2}/gi, "_");
  return name.replace(/[^\w.-]/g, "_").replace(/^\.+/, "").slice(-100) || "download";
}
