import { assertEquals, assertRejects } from "@std/assert";
import type { Rng } from "../../src/core/rng.ts";
import { makeFrame, readCsvFrame, writeCsvFrame } from "../../src/frame/mod.ts";
import { readCsv } from "../../src/io/csv.ts";
import { between, printedRng } from "../random.ts";
import { withDir } from "../temporary.ts";

/** What a reader makes of a file: its columns and rows, or that it refuses it. */
async function outcome(read: () => Promise<unknown>): Promise<unknown> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SyntaxError) return "refused";
    throw error;
  }
}

const byRow = (path: string) =>
  outcome(async () => {
    const { columns, rows } = await readCsv(path);
    return { columns, rows: rows.map(({ values }) => columns.map((name) => values[name])) };
  });
const byFrame = (path: string) =>
  outcome(async () => {
    const frame = await readCsvFrame(path);
    const cells = frame.columns.map((name) => frame.getColumn(name).toArray());
    return { columns: frame.columns, rows: Array.from({ length: frame.height }, (_, i) => cells.map((c) => c[i])) };
  });

const ATOMS = [",", ",", ",", "\n", "\n", "\r\n", "\r", '"', '"', '""', "a", "01", " ", "é", "\ufeff", "#", "\t", "\0"];
const CELLS = [
  "",
  "a",
  "000001",
  " x ",
  '""',
  '"q ""q"" q"',
  '"a,b"',
  '"two\nlines"',
  '"c\r\nd"',
  "é",
  "NA",
  '"\r"',
  "-",
];

/** Any text at all. */
function anyText(rng: Rng): string {
  return Array.from({ length: between(rng, 0, 24) }, () => ATOMS[between(rng, 0, ATOMS.length - 1)]).join("");
}

/** A table that keeps the rules but for a cell too many or an empty line now and then. */
function anyTable(rng: Rng, rows: number): string {
  const width = between(rng, 1, 4), end = rng() < 0.5 ? "\n" : "\r\n", plain = rng() < 0.4, faults = rng() < 0.2;
  const cell = () => plain ? `v${between(rng, 0, 99)}`.slice(between(rng, 0, 3)) : CELLS[between(rng, 0, 12)]!;
  const lines = Array.from({ length: rows }, () => {
    const cells = Array.from({ length: width + (faults && rng() < 0.1 ? 1 : 0) }, cell);
    return `${cells.join(",")}${!plain && rng() < 0.05 ? end + end : end}`;
  });
  const header = Array.from({ length: width }, (_, k) => `c${k}`).join(",") + end;
  return `${rng() < 0.3 ? "\ufeff" : ""}${header}${lines.join("")}${rng() < 0.5 ? cell() : ""}`;
}

Deno.test("readCsvFrame() reads and refuses what readCsv() does, on any text", async () => {
  const rng = printedRng();
  await withDir(async (dir) => {
    let read = 0;
    for (let k = 0; k < 1200; k++) {
      const text = k % 2 ? anyText(rng) : anyTable(rng, between(rng, 0, 12));
      await Deno.writeTextFile(`${dir}/a.csv`, text);
      const found = await byFrame(`${dir}/a.csv`);
      assertEquals(found, await byRow(`${dir}/a.csv`), JSON.stringify(text));
      if (found !== "refused") read++;
    }
    assertEquals(read > 300, true, `${read} of 1200 were tables`);
  });
});

Deno.test("readCsvFrame() reads long tables as readCsv() does, whose cells hold line ends too", async () => {
  const rng = printedRng();
  await withDir(async (dir) => {
    for (let k = 0; k < 6; k++) {
      await Deno.writeTextFile(`${dir}/a.csv`, anyTable(rng, 20_000));
      assertEquals(JSON.stringify(await byFrame(`${dir}/a.csv`)) === JSON.stringify(await byRow(`${dir}/a.csv`)), true);
    }
  });
});

Deno.test("writeCsvFrame() writes what both readers read", async () => {
  const rng = printedRng();
  const odd = ["", " ", ",", '"', 'a"b', "x\ny", "\r", "é", "000001", "#", "-1", "\ufeff"];
  await withDir(async (dir) => {
    for (const rows of [0, 1, 3, 500]) {
      const text = () => Array.from({ length: rows }, () => odd[between(rng, 0, odd.length - 1)]!);
      const columns = { id: text(), 'the "path", say': text() };
      await writeCsvFrame(await makeFrame(columns), `${dir}/a.csv`);
      const names = Object.keys(columns), values = Object.values(columns);
      const wanted = { columns: names, rows: Array.from({ length: rows }, (_, i) => values.map((v) => v[i])) };
      assertEquals(await byFrame(`${dir}/a.csv`), wanted);
      assertEquals(await byRow(`${dir}/a.csv`), wanted);
    }
    assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name), ["a.csv"]);
  });
});

Deno.test("readCsvFrame() types the columns it is told to, and only those", async () => {
  await withDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/a.csv`, "id,age,label\n0001,21.5,-1\n0002,,3\n");
    const frame = await readCsvFrame(`${dir}/a.csv`, { types: { age: "Float64", label: "Int32" } });
    assertEquals(frame.getColumns().map(({ dtype }) => dtype.variant), ["String", "Float64", "Int32"]);
    assertEquals(frame.toRecords() as unknown[], [
      { id: "0001", age: 21.5, label: -1 },
      { id: "0002", age: null, label: 3 },
    ]);
    const read = (name: string) => readCsvFrame(`${dir}/a.csv`, { types: { [name]: "Int32" } });
    await assertRejects(() => read("weight"), RangeError, `"weight"`);
    await assertRejects(() => read("age"), SyntaxError, "a.csv");
  });
});

Deno.test("readCsvFrame() names the file, the lines and what is wrong with them", async () => {
  await withDir(async (dir) => {
    const refuses = async (data: string | Uint8Array, says: string) => {
      await Deno.writeFile(`${dir}/a.csv`, typeof data === "string" ? new TextEncoder().encode(data) : data);
      for (const part of [says, `${dir}/a.csv`]) {
        await assertRejects(() => readCsvFrame(`${dir}/a.csv`), SyntaxError, part);
      }
    };
    await refuses("", "it is empty");
    await refuses("a,b,a\n1,2,3\n", `"a", "b", "a"`);
    await refuses("a,b\n1,2\n1\n\n1,2,3\n", "row 3 has 1, row 5 has 3");
    await refuses(`a,b\n1,"2\n`, "ends within quotes");
    await refuses(`a,b\n1,x"2\n`, "line 2");
    await refuses(new Uint8Array([97, 44, 98, 10, 0xff, 44, 49, 10]), "UTF-8");
    await assertRejects(() => readCsvFrame(`${dir}/none.csv`), Deno.errors.NotFound, "none.csv");
  });
});
