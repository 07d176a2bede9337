import { assertEquals, assertStringIncludes } from "@std/assert";
import { paintFaces } from "maskfold";
import { withDir } from "../temporary.ts";
import { startTask } from "./children.ts";

Deno.test("finish wants runs or a chain, and says where a pattern finds no run", async () => {
  await withDir(async (dir) => {
    await paintFaces(dir, { people: 2, seed: 1, size: [48, 36] });
    const both = await startTask("finish", "--data", dir, "--runs", "a", "--chain", "b").done;
    assertEquals(both.code, 1);
    assertStringIncludes(both.stderr, "either --runs or --chain");
    const none = await startTask("finish", "--data", dir, "--runs", `${dir}/*`).done;
    assertStringIncludes(none.stderr, "folders that fit holds one");
  });
});
