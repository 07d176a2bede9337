import { assertEquals } from "@std/assert";
import { findImportBreaches } from "./house.ts";
import { assertNone, readTree } from "./tree.ts";

Deno.test("every import goes by the table of rooms and doors", async () => {
  assertNone(findImportBreaches(await readTree(["src", "tasks", "notebooks", "mod.ts"])));
});

const CODE = {
  cells: [{ cell_type: "code", source: 'import * as mf from "maskfold";\nimport { x } from "../src/io/mod.ts";' }],
};

/** A made-up tree: what each file holds, and the messages that it must bring about. */
const MADE_UP: Record<string, [text: string, ...messages: string[]]> = {
  "mod.ts": ['export * from "./src/train/mod.ts";'],
  "src/core/a.ts": [
    'import { b } from "./b.ts";\nimport { z } from "zod";\nconst s = `import "sharp"`; // import "vega"',
  ],
  "src/core/up.ts": [
    '\nexport { c } from "../io/c.ts";',
    '2: imports src/io/c.ts, but "core" does not see "io", which stands above it',
  ],
  "src/split/beside.ts": [
    'import type { m } from "../metrics/m.ts";',
    '1: imports src/metrics/m.ts, but "split" does not see "metrics", which stands beside it',
  ],
  "src/split/down.ts": ['import { a } from "../core/a.ts";\nimport { c } from "../io/c.ts";'],
  "src/split/out.ts": [
    'const { readFile } = Deno;\nawait Deno.open("x"); await fetch("x"); Deno.inspect(1);',
    "1: Deno.readFile reaches outside, which only src/io may",
    "2: Deno.open reaches outside, which only src/io may",
    "2: fetch reaches outside, which only src/io may",
  ],
  "src/io/c.ts": ['const sharp = await import("sharp");\nimport type { S } from "sharp";\nawait Deno.open("x");'],
  "src/io/early.ts": ['import sharp from "sharp";', '1: imports "sharp" at once; it must be loaded on first use'],
  "src/train/doors.ts": [
    'import tf from "@tensorflow/tfjs";\ntype P = typeof import("nodejs-polars");\nimport "left-pad";\nawait import(name);',
    '1: imports "@tensorflow/tfjs", whose door is in tensor',
    '2: imports "nodejs-polars", whose door is in frame',
    '3: imports "left-pad", which has no door',
    "4: imports what cannot be read off the source",
  ],
  "src/attic/a.ts": ["export {};", 'its room "attic" stands on no floor'],
  "src/io/mod.ts": [
    'import { t } from "../../tasks/t.ts";',
    '1: imports tasks/t.ts, but "io" does not see "tasks", which stands above it',
  ],
  "tasks/t.ts": ['import { runTask } from "./flags.ts";\nimport * as mf from "maskfold";\nimport { z } from "zod";'],
  "tasks/deep.ts": [
    'import { a } from "../src/core/a.ts";',
    '1: imports src/core/a.ts, but tasks import "maskfold" and each other only',
  ],
  "notebooks/n.ipynb": [
    JSON.stringify(CODE),
    '2: imports src/io/mod.ts, but notebooks import "maskfold" and each other only',
  ],
  "src/train/preset.ts": ["export {};", "needs its exception no longer"],
};

Deno.test("findImportBreaches() finds each breach of a made-up tree, with file and line, and nothing else", () => {
  const found = findImportBreaches(new Map(Object.entries(MADE_UP).map(([path, [text]]) => [path, text])));
  const lines = found.map(({ path, line, message }) => `${path} ${line === undefined ? "" : `${line}: `}${message}`)
    .sort();
  const expected = Object.entries(MADE_UP).flatMap(([path, [, ...messages]]) =>
    messages.map((message) => `${path} ${message}`)
  );
  assertEquals(lines, expected.sort());
});
