import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { makeSchema } from "../../src/core/mod.ts";
import { loadFolders } from "../../src/io/folders.ts";
import { load } from "../../src/io/load.ts";
import { faultsOf } from "../../src/io/validate.ts";
import { picture, withDir, write } from "./fixtures.ts";

async function writeAll(dir: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) await write(`${dir}/${path}`, "pixels");
}

Deno.test("loadFolders() numbers classes in natural order and finds images at any depth", async () => {
  await withDir(async (dir) => {
    await writeAll(dir, [
      "10/a.jpg",
      "2/deep/er/b.PNG",
      "2/c.jpeg",
      "1/d.webp",
      "README.md",
      ".hidden/x.jpg",
      "2/._c.jpeg",
    ]);
    const { schema, samples } = await loadFolders(dir);
    assertEquals(schema.classes, ["1", "2", "10"]);
    assertEquals(samples.map(({ path, label }) => [path, label]), [
      ["1/d.webp", 0],
      ["2/c.jpeg", 1],
      ["2/deep/er/b.PNG", 1],
      ["10/a.jpg", 2],
    ]);
    assertEquals(samples[0], {
      id: "1/d.webp",
      path: "1/d.webp",
      group: "1/d.webp",
      label: 0,
      attributes: { class: "1" },
    });
  });
});

Deno.test("loadFolders() groups by a function of the path or by an expression's capture", async () => {
  await withDir(async (dir) => {
    await writeAll(dir, ["cat/p1_1.jpg", "cat/p1_2.jpg", "dog/p2_1.jpg", "dog/p1_3.jpg"]);
    const groups = async (group: RegExp | ((path: string) => string)) =>
      (await loadFolders(dir, { group })).samples.map((sample) => sample.group);
    const expected = ["p1", "p1", "p1", "p2"];
    assertEquals(await groups(/(p\d)_/), expected);
    assertEquals(await groups(/(p\d)_/g), expected); // a global expression remembers where it was
    assertEquals(await groups((path) => path.split("/")[1]!.slice(0, 2)), expected);
    assertEquals((await load("folders", dir, { group: "(p\\d)_" })).samples.map(({ group }) => group), expected);
  });
});

Deno.test("loadFolders() finds what is wrong, strictly and leniently", async () => {
  await withDir(async (dir) => {
    await writeAll(dir, ["cat/p1.jpg", "cat/stray.jpg", "dog/p2.jpg", "dog/notes.txt", "lone.jpg"]);
    await Deno.mkdir(`${dir}/bird`);
    await write(`${dir}/dog/p3.png`, "");
    const group = /(p\d)\./;
    const error = await assertRejects(() => loadFolders(dir, { group }), AggregateError, "5 faults were found");
    const { samples, faults } = await loadFolders(dir, { group, mode: "lenient" });
    assertEquals(faultsOf(error), faults);
    assertEquals(samples.map(({ path }) => path), ["cat/p1.jpg", "dog/p2.jpg"]);
    assertEquals(faults.map(({ kind, path }) => [kind, path]), [
      ["unknown-file", "lone.jpg"],
      ["missing-file", "bird"],
      ["no-group", "cat/stray.jpg"],
      ["unknown-file", "dog/notes.txt"],
      ["empty-file", "dog/p3.png"],
    ]);
    for (const { message, path } of faults) assertStringIncludes(message, `"${path}"`);
  });
});

Deno.test("loadFolders() takes classes from a schema and names the folder that is none", async () => {
  await withDir(async (dir) => {
    await writeAll(dir, ["on old/a.jpg", "off young/b.jpg", "none/c.jpg"]);
    const schema = makeSchema([{ name: "mask", levels: ["on", "off"] }, { name: "age", levels: ["young", "old"] }]);
    const { samples, faults } = await loadFolders(dir, { schema, mode: "lenient" });
    assertEquals(samples.map(({ label, attributes }) => [label, attributes]), [
      [2, { mask: "off", age: "young" }],
      [1, { mask: "on", age: "old" }],
    ]);
    assertEquals(faults.map(({ kind, path }) => [kind, path]), [["unknown-value", "none"]]);
  });
});

Deno.test("loadFolders() names an image that cannot be decoded", async () => {
  await withDir(async (dir) => {
    await write(`${dir}/cat/good.png`, await picture({ seed: 1 }));
    await write(`${dir}/cat/bad.png`, "no image");
    assertEquals((await loadFolders(dir)).samples.length, 2);
    const { samples, faults } = await loadFolders(dir, { decode: true, mode: "lenient" });
    assertEquals(samples.map(({ path }) => path), ["cat/good.png"]);
    assertEquals(faults.map(({ kind, path }) => [kind, path]), [["undecodable", "cat/bad.png"]]);
  });
});

Deno.test("loadFolders() refuses a folder that is empty or not there", async () => {
  await withDir(async (dir) => {
    for (const mode of ["strict", "lenient"] as const) {
      await assertRejects(() => loadFolders(dir, { mode }), AggregateError, "no sound photograph");
      await assertRejects(() => loadFolders(`${dir}/none`, { mode }), AggregateError, `${dir}/none" is not there`);
    }
  });
});

Deno.test("load() refuses unknown layouts and options of another layout", async () => {
  await assertRejects(() => load("zip" as "table", "."), RangeError, `"faces", "folders", "table"`);
  await assertRejects(() => load("faces", ".", { group: "person" }), TypeError, `"schema", "part", "answers"`);
  await assertRejects(() => load("folders", ".", { label: "digit" }), TypeError, `"label"`);
});
