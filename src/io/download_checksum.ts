/**
 * Checksums of files that come in pieces: SHA-256, by which Git LFS calls files, and git's own for small ones.
 * https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 *
 * @module
 */
import { createHash } from "node:crypto"; // Web Crypto digests whole buffers only

/** A way to digest a file, and the digest that it must have. */
export interface Checksum {
  /** `sha256` of the bytes, or `git`: SHA-1 of a header that tells the size, then the bytes. */
  readonly kind: "sha256" | "git";
  /** Hexadecimal digits; none where the file is only to be digested. */
  readonly expected?: string;
}

/** A digest in the making. */
export interface Digester {
  /** Takes the next bytes. */
  update(bytes: Uint8Array): void;
  /** Ends it; hexadecimal digits. */
  end(): string;
}

/** The name of a checksum for messages. */
export const CHECKSUM_NAMES: Readonly<Record<Checksum["kind"], string>> = { sha256: "SHA-256", git: "git SHA-1" };

/** The checksum that a hub's ETag is: 64 digits are a SHA-256, 40 git's own; others say nothing of the content. */
export function checksumOf(etag: string): Checksum | undefined {
  if (/^[0-9a-f]{64}$/.test(etag)) return { kind: "sha256", expected: etag };
  if (/^[0-9a-f]{40}$/.test(etag)) return { kind: "git", expected: etag };
}

/**
 * Begins a digest.
 *
 * @param kind Which.
 * @param size Bytes of the file.
 * @returns The digest in the making; nothing where the size must be known first and is not.
 */
export function startDigest(kind: Checksum["kind"], size: number | undefined): Digester | undefined {
  if (kind === "git" && size === undefined) return undefined;
  const hash = createHash(kind === "git" ? "sha1" : "sha256");
  if (kind === "git") hash.update(`blob ${size}\0`);
  return { update: (bytes) => void hash.update(bytes), end: () => hash.digest("hex") };
}
