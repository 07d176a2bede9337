/**
 * What a hub says of a file before it is fetched: commit, ETag and size, from the headers of an answer without a body.
 *
 * @module
 */
import { show } from "../core/check.ts";
import { listen, request, statusError, type Token } from "./download_http.ts";
import { type TransferOptions, withRetries } from "./download_retry.ts";
import { etagName, type HubFileSpec, isCommit } from "./hub_names.ts";

/** A file of a commit. */
export interface Metadata {
  /** The commit that the revision is at, 40 hexadecimal digits. */
  readonly commit: string;
  /** The name of the contents: SHA-256 (LFS), git's SHA-1, or another of a server's own. */
  readonly etag: string;
  /** Bytes, if the hub tells. */
  readonly size?: number;
}

/** A commit that has no such file. */
export interface Missing {
  readonly commit?: string;
  readonly error: Error;
}

/** A file's address: branches may hold `/`, which must not be taken for a folder. */
export function fileUrl(endpoint: URL, { repo, file, revision }: Required<HubFileSpec>): URL {
  const path = file.split("/").map(encodeURIComponent).join("/");
  return new URL(`${endpoint.href.replace(/\/$/, "")}/${repo}/resolve/${encodeURIComponent(revision)}/${path}`);
}

/** A file's name for messages. */
export function nameOf({ repo, file, revision }: Required<HubFileSpec>): string {
  return `${show(file)} of ${show(repo)} at ${show(revision)}`;
}

/**
 * Asks a hub about a file. Redirects within the hub are followed (a repository may have a new name); one to another host is
 * where the contents are, and its own headers tell what they are.
 *
 * @param endpoint The hub.
 * @param spec The file.
 * @param options The token, and patience.
 * @returns What it is, or that the commit does not have it.
 * @throws {Deno.errors.NotFound | Deno.errors.PermissionDenied} If the hub refuses.
 * @throws {Deno.errors.InvalidData} If the answer is not a hub's.
 * @throws {Error} If the hub is out of reach, as `request` does, or has no time (`Busy`).
 */
export async function readMetadata(
  endpoint: URL,
  spec: Required<HubFileSpec>,
  { token, ...options }: TransferOptions & { readonly token?: Token },
): Promise<Metadata | Missing> {
  const url = fileUrl(endpoint, spec);
  const { status, headers } = await withRetries(async () => {
    using silence = listen(options);
    const response = await request(url, { method: "HEAD", token, stayHome: true, silence });
    if (response.status >= 400 && !isRefusal(response)) throw await statusError(`fetch ${nameOf(spec)}`, response);
    await response.body?.cancel();
    return response;
  }, options);
  const commit = headers.get("x-repo-commit") ?? undefined;
  if (status >= 400) {
    const error = refusal(spec, endpoint, { status, headers, token });
    if (headers.get("x-error-code") !== "EntryNotFound") throw error;
    return { error, ...commit && isCommit(commit) && { commit } };
  }
  const etag = headers.get("x-linked-etag") ?? headers.get("etag") ?? "";
  const name = etagName(etag);
  // Of a redirect it is the redirect's own length; and 0 is what some servers tell where they do not know.
  const told = status === 200 && headers.get("content-length") !== "0" ? headers.get("content-length") : null;
  const length = headers.get("x-linked-size") ?? told;
  const fail = (rule: string, value: unknown): never => {
    const target = headers.get("location");
    const where = target === null ? "" : `; it redirects to ${URL.parse(target, url)?.origin}`;
    throw new Deno.errors.InvalidData(
      `Cannot fetch ${nameOf(spec)} as ${rule}: ${endpoint.origin} answered ${status} with ${show(value)}${where}. ` +
        "Check HF_ENDPOINT",
    );
  };
  if (commit === undefined || !isCommit(commit)) return fail("a hub must name the commit in X-Repo-Commit", commit);
  if (isCommit(spec.revision) && commit !== spec.revision) return fail("the hub must have this commit", commit);
  if (name === undefined) return fail("a hub must send an ETag that can be a file's name", etag);
  if (length !== null && !/^\d{1,15}$/.test(length)) return fail("a file's size must be a number of bytes", length);
  return { commit, etag: name, ...length !== null && { size: Number(length) } };
}

function isRefusal({ status }: Response): boolean {
  return [401, 403, 404, 410].includes(status);
}

/** The error that says who refuses what, and what to do about it. */
function refusal(
  spec: Required<HubFileSpec>,
  endpoint: URL,
  { status, headers, token }: { status: number; headers: Headers; token?: Token },
): Error {
  const code = headers.get("x-error-code"), told = headers.get("x-error-message");
  const access = token
    ? "the token that was sent (HF_TOKEN) must have access"
    : "HF_TOKEN must be set, as none was sent";
  const [rule, advice] = code === "EntryNotFound"
    ? ["the repository must have this file at this revision", "check the file's name"]
    : code === "RevisionNotFound"
    ? ["the repository must have this revision", "check the branch, tag or commit"]
    : code === "GatedRepo"
    ? ["its owners must let you in", `ask for access on ${endpoint.href.replace(/\/$/, "")}/${spec.repo}; ${access}`]
    : code === "RepoNotFound" || status === 404 || status === 410
    ? ["the repository must be there", `check its name; where it is private, ${access}`]
    : ["it must be open to you", access];
  const message = `Cannot fetch ${nameOf(spec)} as ${rule}: ${endpoint.origin} answered ${status}` +
    `${code ?? told ? ` (${[code, told].filter(Boolean).join(": ")})` : ""}; ${advice}`;
  return status === 404 || status === 410 || code?.endsWith("NotFound")
    ? new Deno.errors.NotFound(message)
    : new Deno.errors.PermissionDenied(message);
}
