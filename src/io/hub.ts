/**
 * Files of model repositories from a hub that speaks as Hugging Face's does, in the cache that Python's hub library uses:
 * what either has fetched is there for both. https://huggingface.co/docs/hub/local-cache
 *
 * The client is our own as `@huggingface/hub` 2.17.5 takes no heed of `HF_ENDPOINT` and `HF_HUB_OFFLINE`, does not go on with
 * broken downloads and does not verify checksums.
 *
 * @module
 */
import { dirname } from "node:path";
import { fetchBody } from "./download_body.ts";
import { checksumOf } from "./download_checksum.ts";
import type { Token } from "./download_http.ts";
import { putLink, tagCache } from "./download_place.ts";
import { mayPass, type TransferOptions } from "./download_retry.ts";
import { ensureDir, renameDurably, statIfThere, withLock } from "./files.ts";
import { type Cached, lookUp, type RepoPaths, repoPaths, saveMissing, saveRef } from "./hub_cache.ts";
import { fileUrl, type Metadata, nameOf, readMetadata } from "./hub_metadata.ts";
import { checkNames, type HubFileSpec, isCommit } from "./hub_names.ts";
import { cacheDirOf, endpointOf, type HubPlace, isOffline, secondsOf, tokenFor } from "./hub_settings.ts";

/** How far a file is. */
export interface DownloadProgress {
  /** The file's name. */
  readonly file: string;
  /** Bytes there. */
  readonly done: number;
  /** Bytes of the file, if the server tells. */
  readonly total: number | undefined;
}

/** Where the hub and the cache are, and how a file is fetched. */
export interface HubOptions extends HubPlace, TransferOptions {
  /** Told of each piece that comes. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** A file that is there. */
export interface HubFile {
  /** Where it is. */
  readonly path: string;
  /** The commit that it is of. */
  readonly commit: string;
  /** Whether it was there before. */
  readonly fromCache: boolean;
  /** Why this may not be what the revision is at now: the hub was not asked, or did not answer. Absent without doubt. */
  readonly reason?: string;
  /** What this call has checked the contents by; absent where they came from the cache, or the hub tells no checksum. */
  readonly checksum?: "sha256" | "git";
}

/**
 * Fetches a file of a repository, unless the cache has it. A branch or tag is asked for anew each time; where the hub is out
 * of reach, what the cache has of it is used, and the result says why. Broken downloads go on where they broke off.
 *
 * @example
 * ```ts ignore
 * import { fetchHubFile, readSafetensors } from "maskfold";
 *
 * const { path } = await fetchHubFile({ repo: "timm/efficientnet_b3.ra2_in1k", file: "model.safetensors" });
 * const { tensors } = await readSafetensors(path);
 * ```
 *
 * @param spec Repository, file and revision.
 * @param options Hub, token, cache, patience, and who is told; the environment's variables by default.
 * @returns The file's path in the cache, and how it came there.
 * @throws {TypeError} If a name or an option is none.
 * @throws {Deno.errors.NotFound} If repository, revision or file are not there, or not in the cache when offline.
 * @throws {Deno.errors.PermissionDenied} If the repository is private or gated.
 * @throws {Deno.errors.NotConnected} If the hub is out of reach and the cache does not have the file.
 * @throws {Deno.errors.ConnectionAborted | Deno.errors.TimedOut | Deno.errors.Busy} If the file breaks off for good; what
 * has come stays, and the next call goes on with it.
 * @throws {Deno.errors.InvalidData} If checksum or size are wrong, or the server is no hub.
 */
export async function fetchHubFile(
  { repo, file, revision = "main" }: HubFileSpec,
  options: HubOptions = {},
): Promise<HubFile> {
  const spec = { repo, file, revision };
  checkNames(spec);
  const { env = Deno.env.toObject() } = options;
  const paths = repoPaths(cacheDirOf(options, env), repo);
  const cached = await lookUp(paths, revision, file);
  if (isCommit(revision) && cached.path !== undefined) return fromCache(cached); // which does not change
  if (isOffline(options, env)) {
    if (cached.path !== undefined) return fromCache(cached, "offline");
    throw notCached(spec, paths, cached);
  }

  const endpoint = endpointOf(options, env);
  const token = await tokenFor(endpoint, options, env);
  const found = await readMetadata(endpoint, spec, {
    token,
    signal: options.signal,
    timeout: options.timeout ?? secondsOf("HF_HUB_ETAG_TIMEOUT", env),
    pauses: cached.path === undefined ? options.pauses : [], // what is there is used at once
  }).catch((error) => {
    if (!mayPass(error)) throw error;
    if (cached.path !== undefined) return fromCache(cached, `out of reach: ${error.message}`);
    throw new Deno.errors.NotConnected(
      `Cannot fetch ${nameOf(spec)} as the hub must answer, or "${paths.dir}" have it: ${error.message}`,
      { cause: error },
    );
  });
  if ("path" in found) return found;
  if ("error" in found) {
    if (found.commit !== undefined) await saveMissing(paths, found.commit, file).catch(() => {}); // of use, not needed
    throw found.error;
  }
  const timeout = options.timeout ?? secondsOf("HF_HUB_DOWNLOAD_TIMEOUT", env);
  const stored = await store(paths, found, spec, { ...options, timeout, endpoint, token });
  await saveRef(paths, revision, found.commit); // last, so that what it leads to is there
  return stored;
}

function fromCache({ path, commit }: Cached, reason?: string): HubFile {
  return { path: path!, commit: commit!, fromCache: true, ...reason && { reason } };
}

function notCached(spec: Required<HubFileSpec>, paths: RepoPaths, { commit, missing }: Cached): Error {
  const found = missing
    ? `commit ${commit} has no such file`
    : commit === undefined
    ? "the revision was never fetched"
    : `the file was never fetched at commit ${commit}`;
  return new Deno.errors.NotFound(
    `Cannot fetch ${nameOf(spec)} as it must be in the cache "${paths.dir}" when offline (HF_HUB_OFFLINE): ${found}`,
  );
}

/** Puts a file into the cache if it is not there, one process at a time. */
async function store(
  paths: RepoPaths,
  { commit, etag, size }: Metadata,
  spec: Required<HubFileSpec>,
  { endpoint, token, onProgress, ...options }: Omit<HubOptions, "endpoint" | "token"> & {
    endpoint: URL;
    token?: Token;
  },
): Promise<HubFile> {
  const path = paths.snapshot(commit, spec.file), blob = paths.blob(etag), lock = paths.lock(etag);
  if ((await statIfThere(path))?.isFile) return { path, commit, fromCache: true };
  await tagCache(paths.root);
  await ensureDir(dirname(lock));
  await ensureDir(dirname(blob));
  return await withLock(lock, async () => {
    const there = (await statIfThere(blob))?.isFile === true;
    const checksum = there ? undefined : checksumOf(etag);
    if (!there) {
      const partial = `${blob}.incomplete`;
      await fetchBody({
        what: nameOf(spec),
        url: fileUrl(endpoint, { ...spec, revision: commit }), // redirects anew for each try, as signatures expire
        partial,
        size,
        checksum,
        token,
        pinned: true, // by commit
      }, { ...options, onBytes: (done, total) => onProgress?.({ file: spec.file, done, total }) });
      await renameDurably(partial, blob);
    }
    await putLink(blob, path);
    return { path, commit, fromCache: there, ...checksum && { checksum: checksum.kind } };
  }, options);
}
