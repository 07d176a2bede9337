import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { readPredictionsCsv } from "../../src/io/mod.ts";

const classes = ["cat", "dog", "a,b"];

/** Reads a file of some text. */
async function read(text: string, options: Partial<Parameters<typeof readPredictionsCsv>[1]> = {}) {
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  try {
    await Deno.writeTextFile(path, text);
    return await readPredictionsCsv(path, { classes, ...options });
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("readPredictionsCsv() reads class columns by name, in whatever order", async () => {
  const found = await read('dog,other,id,p(cat),"a,b"\n0.25,7,007,0.5,0.25\n1,,008,0,0\n');
  assertEquals(found, {
    ids: ["007", "008"],
    classes,
    probabilities: Float32Array.of(0.5, 0.25, 0.25, 0, 1, 0),
    labels: Int32Array.of(-1, -1),
  });
});

Deno.test("readPredictionsCsv() scales rounded rows to sum to 1", async () => {
  const { probabilities } = await read('id,cat,dog,"a,b"\nx,0.33,0.33,0.33\n');
  for (const p of probabilities) assertAlmostEquals(p, 1 / 3, 1e-7);
});

Deno.test("readPredictionsCsv() reads answers as numbers or names", async () => {
  const found = await read("ImageID,ans\nx,2\ny,dog\nz,0\n");
  assertEquals([...found.probabilities], [0, 0, 1, 0, 1, 0, 1, 0, 0]);
  assertEquals((await read("name,class\nx,cat\n", { id: "name", answer: "class" })).probabilities[0], 1);
  assertEquals([...(await read("id,ans\nx,2\n", { classes: ["1", "2", "0"] })).probabilities], [0, 1, 0]); // a name first
});

Deno.test("readPredictionsCsv() names file, line and id of every fault", async () => {
  const text = 'id,cat,dog,"a,b"\nx,0.5,0.5,0\ny,0.5,half,0\nx,1,0,0\n,1,0,0\nz,0.5,0.1,0.1\nw,-0.1,1.1,0\n';
  for (
    const message of [
      ".csv",
      `line 3 ("y"): column "dog" must be a probability from 0 to 1: current value is "half"`,
      `line 4 ("x"): its id stands on line 2 too`,
      `line 5 (""): its id is empty`,
      `line 6 ("z"): its probabilities must sum to 1: they sum to 0.7000`,
      `line 7 ("w"): column "cat" must be`,
    ]
  ) await assertRejects(() => read(text), SyntaxError, message);
  await assertRejects(() => read("id,ans\nx,3\ny,cow\n"), SyntaxError, `line 2 ("x"): its answer must be 0 to 2`);
  await assertRejects(() => read("id,ans\nx,1\ny,cow\n"), SyntaxError, `line 3 ("y"): its answer must be 0 to 2`);
});

Deno.test("readPredictionsCsv() says which columns it misses", async () => {
  await assertRejects(
    () => read("name,cat\nx,1\n"),
    SyntaxError,
    `a column "ImageID" or "id": its columns are "name", "cat"`,
  );
  await assertRejects(() => read("id,cat,dog\nx,1,0\n"), SyntaxError, `missing are "a,b"`);
  await assertRejects(() => read("id,answer\nx,1\n"), SyntaxError, `or a column "ans" of answers`);
});
