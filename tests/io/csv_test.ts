import { assertEquals, assertRejects } from "@std/assert";
import { readCsv, writeCsv } from "../../src/io/csv.ts";
import { withDir, write } from "./fixtures.ts";

Deno.test("readCsv() keeps text, and counts lines past blank and quoted ones", async () => {
  await withDir(async (dir) => {
    const text = `id,name\n000001,"a ""quoted"", name"\n\n000002,"two\nlines"\n000003,\n`;
    for (const whole of [text, `\ufeff${text.replaceAll("\n", "\r\n")}`, text.trimEnd()]) {
      await write(`${dir}/a.csv`, whole);
      const { columns, rows } = await readCsv(`${dir}/a.csv`);
      assertEquals(columns, ["id", "name"]);
      assertEquals(rows, [
        { row: 2, values: { id: "000001", name: `a "quoted", name` } },
        { row: 4, values: { id: "000002", name: "two\nlines" } },
        { row: 6, values: { id: "000003", name: "" } },
      ]);
    }
  });
});

Deno.test("readCsv() names the file and what is wrong with it", async () => {
  await withDir(async (dir) => {
    const path = `${dir}/a.csv`;
    const refuses = async (data: string | Uint8Array, says: string) => {
      await write(path, data);
      await assertRejects(() => readCsv(path), SyntaxError, says);
      await assertRejects(() => readCsv(path), SyntaxError, path);
    };
    await refuses("", "it is empty");
    await refuses("a,b,a\n1,2,3\n", `"a", "b", "a"`);
    await refuses("a,b\n1,2\n1\n\n1,2,3\n", "row 3 has 1, row 5 has 3");
    await refuses(`a,b\n1,"2\n`, "line");
    await refuses(`a,b\n1,x"2\n`, "line 2");
    await refuses(new Uint8Array([97, 44, 98, 10, 0xff, 44, 49, 10]), "UTF-8");
    await assertRejects(() => readCsv(`${dir}/none.csv`), Deno.errors.NotFound, "none.csv");
  });
});

Deno.test("writeCsv() writes what readCsv() reads", async () => {
  await withDir(async (dir) => {
    const rows = [{ id: "001", note: `a,"b"\nc`, share: 0.5 }, { id: "é", note: "", share: -1e-9 }];
    await writeCsv(`${dir}/a.csv`, ["share", "id", "note"], rows);
    const read = await readCsv(`${dir}/a.csv`);
    assertEquals(read.columns, ["share", "id", "note"]);
    assertEquals(read.rows.map(({ values }) => ({ ...values, share: Number(values["share"]) })), rows);
  });
});

Deno.test("writeCsv() refuses a row that lacks a column", async () => {
  await withDir(async (dir) => {
    const rows = [{ a: 1, b: 2 }, { a: 1 }] as Record<string, number>[];
    await assertRejects(() => writeCsv(`${dir}/a.csv`, ["a", "b"], rows), TypeError, `row 2 lacks "b"`);
  });
});
