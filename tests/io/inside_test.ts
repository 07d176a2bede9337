import { assertEquals, assertRejects } from "@std/assert";
import { listInside, realFolder } from "../../src/io/inside.ts";
import { withDir } from "../temporary.ts";

Deno.test("listInside() tells links that lead out, and follows those that stay inside", async () => {
  await withDir(async (dir) => {
    const top = await Deno.realPath(dir), root = `${top}/root`;
    await Deno.mkdir(`${root}/a/b`, { recursive: true });
    await Deno.mkdir(`${top}/root-beside`);
    await Deno.writeTextFile(`${top}/secret.json`, "{}");
    await Deno.writeTextFile(`${root}/a/own.json`, "123");
    const links = {
      "to-file": `${top}/secret.json`,
      "to-beside": `${top}/root-beside`, // whose path begins like the root's
      "to-root": root,
      "to-own": "own.json",
      "by-dots": "../../secret.json",
      nowhere: `${top}/gone`,
      loop: "loop",
    };
    for (const [name, target] of Object.entries(links)) await Deno.symlink(target, `${root}/a/${name}`);
    const found = (await listInside(root, `${root}/a`)).map(({ name, real, isFolder }) => [name, real, isFolder]);
    assertEquals(found, [
      ["b", `${root}/a/b`, true],
      ["by-dots", null, false],
      ["own.json", `${root}/a/own.json`, false],
      ["to-beside", null, false],
      ["to-file", null, false],
      ["to-own", `${root}/a/own.json`, false],
      ["to-root", root, true],
    ]);
  });
});

Deno.test("listInside() gives a file another stamp when it grows", async () => {
  await withDir(async (dir) => {
    const root = await realFolder(dir), stamp = async () => (await listInside(root, root))[0]!.stamp;
    await Deno.writeTextFile(`${root}/log`, "1");
    const before = await stamp();
    assertEquals(await stamp(), before);
    await Deno.writeTextFile(`${root}/log`, "2", { append: true });
    assertEquals(await stamp() === before, false);
  });
});

Deno.test("realFolder() takes folders only", async () => {
  await withDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/file`, "");
    await assertRejects(() => realFolder(`${dir}/file`), Deno.errors.NotADirectory);
    await assertRejects(() => realFolder(`${dir}/gone`), Deno.errors.NotFound);
  });
});
