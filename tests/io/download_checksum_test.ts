import { assertEquals } from "@std/assert";
import { checksumOf, startDigest } from "../../src/io/download_checksum.ts";

Deno.test("startDigest() gives what git hash-object and sha256sum give", () => {
  const digest = (kind: "git" | "sha256", ...pieces: string[]) => {
    const digester = startDigest(kind, pieces.join("").length)!;
    for (const piece of pieces) digester.update(new TextEncoder().encode(piece));
    return digester.end();
  };
  assertEquals(digest("git", "hello ", "world\n"), "3b18e512dba79e4c8300dd08aeb37f8e728b8dad");
  assertEquals(digest("git"), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  const sha256 = "a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447";
  assertEquals(digest("sha256", "hello", " world\n"), sha256);
});

Deno.test("startDigest() begins git's digest only with a size", () => {
  assertEquals(startDigest("git", undefined), undefined);
});

Deno.test("checksumOf() takes 64 digits for a SHA-256, 40 for git's, and else nothing", () => {
  assertEquals(checksumOf("a".repeat(64))?.kind, "sha256");
  assertEquals(checksumOf("0".repeat(40))?.kind, "git");
  for (const etag of ["a".repeat(32), "g".repeat(40), "A".repeat(64), ""]) assertEquals(checksumOf(etag), undefined);
});
