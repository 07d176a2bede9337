import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Cell, faultsIn, hasPicture, lacksLastText, shapeOf } from "../../tasks/notebook_shape.ts";
import { withDir } from "../temporary.ts";
import { start } from "./children.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
const NAMES = ["01_explore", "02_quality", "03_split", "04_train", "05_errors_and_ensemble"];

const cell = (outputs: Cell["outputs"], ...tags: string[]): Cell => (
  { cell_type: "code", metadata: { tags }, source: "", outputs }
);
const picture = { output_type: "display_data", data: { "text/plain": "", "image/png": "" } };
const words = { output_type: "stream", name: "stdout" };

async function textOf(name: string): Promise<string> {
  return await Deno.readTextFile(`${ROOT}/notebooks/${name}.ipynb`);
}

async function codeOf(name: string): Promise<readonly Cell[]> {
  const { cells } = JSON.parse(await textOf(name)) as { cells: readonly Cell[] };
  return cells.filter(({ cell_type }) => cell_type === "code");
}

Deno.test("shapeOf() tells kinds in order, and counts a stream in pieces once", () => {
  assertEquals(shapeOf(cell([words, words, picture, words])), [
    "stream stdout",
    "display_data image/png text/plain",
    "stream stdout",
  ]);
});

Deno.test("faultsIn() tells errors, lost pictures and lost outputs", () => {
  const before = [cell([picture]), cell([picture, words]), cell([words])];
  assertEquals(faultsIn(before, before), []);
  const error = { output_type: "error", ename: "RangeError", evalue: "too far" };
  const after = [cell([words], "picture"), cell([picture]), cell([error])];
  assertEquals(faultsIn(after), ["cell 1: it has no picture", "cell 3: RangeError: too far"]);
  const [first, second, third] = faultsIn(after, before).slice(1);
  assertMatch(first!, /^cell 1: .*\[stream stdout\], where \[display_data image\/png text\/plain\]/);
  assertMatch(second!, /^cell 2: .*text\/plain; stream stdout\] are stored$/);
  assertEquals(third, "cell 3: RangeError: too far");
});

Deno.test("faultsIn() passes over the outputs of cells that show how work goes on", () => {
  assertEquals(faultsIn([cell([words], "live")], [cell([words, picture])]), []);
});

Deno.test("lacksLastText() is true where text at a cell's end is all that is missing", () => {
  const before = [cell([picture, words]), cell([words])];
  assert(lacksLastText([cell([picture]), cell([words])], before));
  assert(lacksLastText([cell([picture]), cell([])], before));
  assert(!lacksLastText(before, before));
  assert(!lacksLastText([cell([words]), cell([words])], before)); // a picture
  assert(!lacksLastText([cell([picture]), cell([picture])], before));
  assert(!lacksLastText([cell([]), cell([words])], before)); // text and a picture
});

Deno.test("the notebooks are those that are told of, each of less than 300 kB", async () => {
  const found = (await Array.fromAsync(Deno.readDir(`${ROOT}/notebooks`))).map(({ name }) => name)
    .filter((name) => name.endsWith(".ipynb"));
  assertEquals(found.toSorted(), NAMES.map((name) => `${name}.ipynb`));
  for (const name of NAMES) {
    const { size } = await Deno.stat(`${ROOT}/notebooks/${name}.ipynb`);
    assert(size < 300_000, `${name} has ${size} bytes`);
  }
});

Deno.test("the notebooks are stored with what they gave, pictures tagged, and no path of the machine", async () => {
  for (const name of NAMES) {
    const cells = await codeOf(name);
    assertEquals(faultsIn(cells), [], name);
    assert(cells.every(({ outputs = [] }) => outputs.length > 0), `${name} has a cell without outputs`);
    for (const [i, own] of cells.entries()) {
      assertEquals(hasPicture(own), own.metadata.tags?.includes("picture") ?? false, `${name}, code cell ${i + 1}`);
    }
    const plain = JSON.stringify(cells.map(({ outputs = [] }) =>
      outputs.map(({ data, ...rest }) => ({
        ...rest,
        text: data?.["text/plain"],
      }))
    ));
    assert(!/\/(work|home|root|tmp|Users)\//.test(plain), `${name} tells a path`);
  }
});

Deno.test("the notebooks run on other data once a single line is changed", async () => {
  for (const name of NAMES) {
    const lines = (await codeOf(name)).flatMap(({ source }) => [source].flat().join("").split("\n"));
    assertEquals(lines.filter((line) => line.startsWith("const data =")).length, 1, name);
    assert(lines.filter((line) => line.includes("data/f")).every((line) => line.startsWith("const data =")), name);
  }
});

Deno.test("the notebooks' code is sound TypeScript", async () => {
  await withDir(async (dir) => {
    const files = await Promise.all(NAMES.map(async (name) => {
      const text = (await codeOf(name)).map(({ source }) => [source].flat().join("")).join("\n");
      await Deno.writeTextFile(`${dir}/${name}.ts`, text);
      return `${dir}/${name}.ts`;
    }));
    const { code, stderr } = await start(["check", "-q", "--config", `${ROOT}/deno.json`, ...files], ROOT).done;
    assertEquals(code, 0, stderr);
  });
});
