import { assertEquals } from "@std/assert";
import { findLengthBreaches, findUseBreaches, findWordBreaches } from "./habits.ts";
import { assertNone, type Breach, readTree, trackedOf, type Tree } from "./tree.ts";

Deno.test("src does not print, draw random numbers or read the clock", async () => {
  assertNone(findUseBreaches(await readTree(["src"])));
});

Deno.test("files of src and tasks have at most 300 lines", async () => {
  assertNone(findLengthBreaches(await readTree(["src", "tasks"])));
});

Deno.test("no file names a registry host, a machine's paths or how it was written", async () => {
  assertNone(findWordBreaches(await trackedOf(await readTree())));
});

/** The breaches found in a made-up tree, as `path:line`. */
function places(find: (tree: Tree) => Breach[], tree: Record<string, string>): string[] {
  return find(new Map(Object.entries(tree))).map(({ path, line }) => `${path}:${line ?? ""}`);
}

Deno.test("findUseBreaches() finds printing, randomness and clocks in src alone", () => {
  const text =
    `// console.log in a comment\nconsole.log(1);\nconst x = "Math.random", y = Math.random();\nDate.now();\nnew Date();\n`;
  const found = places(findUseBreaches, {
    "src/paint/a.ts": text,
    "tasks/a.ts": text,
    "src/io/stamp.ts": text,
    "src/io/b.ts": "f(1);",
  });
  assertEquals(found, [
    "src/paint/a.ts:2",
    "src/paint/a.ts:3",
    "src/paint/a.ts:4",
    "src/paint/a.ts:5",
    "src/io/stamp.ts:2",
  ]);
});

Deno.test("findLengthBreaches() finds files past 300 lines", () => {
  const lines = (count: number) => "x;\n".repeat(count);
  const tree = { "src/a.ts": lines(300), "src/b.ts": lines(301), "tasks/c.ts": lines(400), "tests/d.ts": lines(400) };
  assertEquals(places(findLengthBreaches, tree), ["src/b.ts:", "tasks/c.ts:"]);
});

Deno.test("findWordBreaches() finds hosts, paths and words, line by line", () => {
  const host = ["https://", "registry", ".example.org/x"].join(""), path = ["", "work", "main", "a.ts"].join("/");
  const temporary = ["", "tmp", "a"].join("/"), words = ["this", "session"].join(" ");
  const found = places(findWordBreaches, {
    "README.md": `fine\nsee ${host}\nrun ${path}`,
    "src/a.ts": `"${temporary}"; // ${words}\nimport "../work/a.ts"; fetch("https://example.org/work/a");`,
    "tests/a.ts": `"${temporary}"`,
    "LICENSE": words,
  });
  assertEquals(found, ["README.md:2", "README.md:3", "src/a.ts:1", "src/a.ts:1"]);
});
