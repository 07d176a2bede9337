import { assertEquals } from "@std/assert";
import { notebookCode, readSource } from "./source.ts";

const SOURCE = `// import "in a comment"
import a, { type B } from "./a.ts";
import type { C } from "./c.ts";
export * from "d";
export { e } from "./e.ts";
export type { F } from "./f.ts";
type G = typeof import("g").default;
const text = 'import "in a text"';
const h = await import("h");
await import(\`./\${text}.ts\`);
console.log(a, new Date(), globalThis.Math
  .random());
const { readFile: read } = Deno;
fetch("here");
`;

Deno.test("readSource() finds each way to import, and nothing in comments and texts", () => {
  assertEquals(readSource("x.ts", SOURCE).imports, [
    { specifier: "./a.ts", line: 2, kind: "static" },
    { specifier: "./c.ts", line: 3, kind: "type" },
    { specifier: "d", line: 4, kind: "static" },
    { specifier: "./e.ts", line: 5, kind: "static" },
    { specifier: "./f.ts", line: 6, kind: "type" },
    { specifier: "g", line: 7, kind: "type" },
    { specifier: "h", line: 9, kind: "dynamic" },
    { specifier: undefined, line: 10, kind: "dynamic" },
  ]);
});

Deno.test("readSource() finds globals, however they are reached", () => {
  const uses = new Map(readSource("x.ts", SOURCE).uses.map(({ name, line }) => [name, line]));
  const expected = { "console.log": 11, "new Date": 11, "Math.random": 11, "Deno.readFile": 13, fetch: 14 };
  for (const [name, line] of Object.entries(expected)) assertEquals(uses.get(name), line, name);
});

Deno.test("notebookCode() joins the code cells", () => {
  const cells = [
    { cell_type: "code", source: ["a;\n", "b;"] },
    { cell_type: "markdown", source: ["words"] },
    { cell_type: "code", source: "c;" },
  ];
  assertEquals(notebookCode(JSON.stringify({ cells })), "a;\nb;\nc;");
});
