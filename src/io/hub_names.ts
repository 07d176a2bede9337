/**
 * Names of repositories, revisions and files as far as they become addresses and paths: nothing may lead out of its folder.
 *
 * @module
 */
import { show } from "../core/check.ts";

/** A file of a repository of models. */
export interface HubFileSpec {
  /** The repository, such as `"timm/efficientnet_b3.ra2_in1k"`. */
  readonly repo: string;
  /** The file, such as `"model.safetensors"`, with `/` between folders. */
  readonly file: string;
  /** A branch, tag or commit; `"main"` by default. A commit of 40 digits never changes and needs no server once fetched. */
  readonly revision?: string;
}

/**
 * Checks the names.
 *
 * @throws {TypeError} If one is none; all such are named.
 */
export function checkNames({ repo, file, revision }: Required<HubFileSpec>): void {
  const faults = [
    isRepo(repo) ||
    `repo must be "name" or "owner/name" of letters, digits, "-", "_" and ".", not doubled and not at the ends: ` +
      `current value is ${show(repo)}`,
    isPath(file) || `file must be a path within the repository: current value is ${show(file)}`,
    isRevision(revision) || `revision must be a branch, tag or commit: current value is ${show(revision)}`,
  ].filter((fault) => fault !== true);
  if (faults.length > 0) throw new TypeError(`Cannot fetch a hub's file as ${faults.join("; ")}`);
}

/** https://huggingface.co/docs/huggingface_hub tells the rule for names; `--` divides them in the cache. */
function isRepo(repo: string): boolean {
  return repo.length <= 96 && /^(\w[\w.-]*\/)?\w[\w.-]*$/.test(repo) && !/--|\.\.|[-.](\/|$)|\.git$/.test(repo);
}

function isPath(path: string): boolean {
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f\\]|^[a-z]:/i.test(path)) return false;
  return path.split("/").every((part) => !["", ".", ".."].includes(part));
}

/** As git-check-ref-format has it, https://git-scm.com/docs/git-check-ref-format */
function isRevision(revision: string): boolean {
  return isPath(revision) && !/[ ~^:?*[]|\.\.|@\{|(^|\/)\.|\.lock(\/|$)|\.$/.test(revision);
}

/** Whether a revision is a full commit. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/**
 * An ETag as a file's name: without quotes and the mark of a weak one.
 *
 * @returns The name; nothing where it would be none.
 */
export function etagName(etag: string): string | undefined {
  const name = etag.replace(/^W\//, "").replace(/^"(.*)"$/, "$1");
  return /^\w[\w-]{0,127}$/.test(name) ? name : undefined;
}
