import { assertEquals, assertRejects } from "@std/assert";
import { fileDigest, findFolders, sha256 } from "../../src/io/mod.ts";
import { withDir } from "../temporary.ts";

Deno.test("findFolders() takes * and ? in any part of a path, in natural order, and leaves files and hidden folders out", async () => {
  await withDir(async (dir) => {
    for (const name of ["a/run-2/x", "a/run-10/x", "b/run-1/x", "b/.hidden/x", "b/other"]) {
      await Deno.mkdir(`${dir}/${name}`, { recursive: true });
    }
    await Deno.writeTextFile(`${dir}/a/run-3`, "");
    const found = async (pattern: string) =>
      (await findFolders(`${dir}/${pattern}`)).map((path) => path.slice(dir.length + 1));
    assertEquals(await found("?/run-*"), ["a/run-2", "a/run-10", "b/run-1"]);
    assertEquals(await found("a/run-?/x"), ["a/run-2/x"]);
    assertEquals(await found("*/run.*"), []);
    assertEquals(await found("a/"), ["a"]);
    assertEquals(await found("c/*"), []);
  });
});

Deno.test("fileDigest() is the SHA-256 of a file's bytes, of more than one piece too", async () => {
  await withDir(async (dir) => {
    const text = "0123456789abcdef".repeat(150_000); // 2.4 MB
    await Deno.writeTextFile(`${dir}/a`, text);
    assertEquals(await fileDigest(`${dir}/a`), await sha256(text));
    await assertRejects(() => fileDigest(`${dir}/b`), Deno.errors.NotFound);
  });
});
