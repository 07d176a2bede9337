/**
 * The hub's cache on disk, in the layout that is shared with Python's hub library and others.
 * https://huggingface.co/docs/hub/local-cache
 *
 * ```
 * CACHEDIR.TAG
 * .locks/models--owner--name/<etag>.lock
 * models--owner--name/
 *   blobs/<etag>                    contents; <etag>.incomplete while they come
 *   refs/main                       the commit that a branch or tag was at when last asked for
 *   snapshots/<commit>/file         a relative link to the blob
 *   .no_exist/<commit>/file         empty: the commit has no such file
 * ```
 *
 * Where links cannot be made, a snapshot's file is a copy of the blob, which takes twice the space.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { tagCache } from "./download_place.ts";
import { ensureDir, exists, statIfThere, writeAtomic } from "./files.ts";
import { isCommit } from "./hub_names.ts";

/** Where the files of one repository are. */
export interface RepoPaths {
  /** The cache's folder. */
  readonly root: string;
  /** The repository's folder. */
  readonly dir: string;
  /** What a branch or tag points at. */
  readonly ref: (revision: string) => string;
  /** A file at a commit. */
  readonly snapshot: (commit: string, file: string) => string;
  /** Contents. */
  readonly blob: (etag: string) => string;
  /** The lock of contents that are being fetched. */
  readonly lock: (etag: string) => string;
  /** The mark of a file that is not there. */
  readonly missing: (commit: string, file: string) => string;
}

/** Where the files of a repository are in a cache; the names have been checked. */
export function repoPaths(root: string, repo: string): RepoPaths {
  const name = `models--${repo.replace("/", "--")}`;
  const dir = join(root, name);
  return {
    root,
    dir,
    ref: (revision) => join(dir, "refs", revision),
    snapshot: (commit, file) => join(dir, "snapshots", commit, file),
    blob: (etag) => join(dir, "blobs", etag),
    lock: (etag) => join(root, ".locks", name, `${etag}.lock`),
    missing: (commit, file) => join(dir, ".no_exist", commit, file),
  };
}

/** What the cache knows of a file: the commit that the revision was at last, and where the file is if it is there. */
export interface Cached {
  readonly commit?: string;
  readonly path?: string;
  /** Whether the commit is known not to have the file. */
  readonly missing?: boolean;
}

/** Looks a file up without asking anybody. */
export async function lookUp(paths: RepoPaths, revision: string, file: string): Promise<Cached> {
  const commit = isCommit(revision) ? revision : await readRef(paths.ref(revision));
  if (commit === undefined) return {};
  const path = paths.snapshot(commit, file);
  if ((await statIfThere(path))?.isFile) return { commit, path };
  return { commit, missing: await exists(paths.missing(commit, file)) };
}

async function readRef(path: string): Promise<string | undefined> {
  if (!(await statIfThere(path))?.isFile) return undefined;
  const commit = (await Deno.readTextFile(path)).trim();
  return isCommit(commit) ? commit : undefined;
}

/** Notes what commit a branch or tag is at; writes nothing where that is known, as a cache may be read-only. */
export async function saveRef(paths: RepoPaths, revision: string, commit: string): Promise<void> {
  if (isCommit(revision) || await readRef(paths.ref(revision)) === commit) return;
  await tagCache(paths.root);
  await ensureDir(dirname(paths.ref(revision)));
  await writeAtomic(paths.ref(revision), commit);
}

/** Notes that a commit has no such file. */
export async function saveMissing(paths: RepoPaths, commit: string, file: string): Promise<void> {
  const path = paths.missing(commit, file);
  if (await exists(path)) return;
  await tagCache(paths.root);
  await ensureDir(dirname(path));
  await writeAtomic(path, "");
}
