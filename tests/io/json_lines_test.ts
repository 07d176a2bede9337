import { assertEquals, assertRejects } from "@std/assert";
import { readJsonLines } from "../../src/io/json_lines.ts";
import { withDir } from "../temporary.ts";

Deno.test("readJsonLines() reads a value a line, whatever the lines end in, and none of an empty file", () =>
  withDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/a.jsonl`, '{"epoch":1}\r\n\n[2,"\\n"]\nnull');
    assertEquals(await readJsonLines(`${dir}/a.jsonl`), [{ epoch: 1 }, [2, "\n"], null]);
    await Deno.writeTextFile(`${dir}/b.jsonl`, "");
    assertEquals(await readJsonLines(`${dir}/b.jsonl`), []);
  }));

Deno.test("readJsonLines() names the file and the line that is not JSON", () =>
  withDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/a.jsonl`, "1\n\n{\n4\n");
    await assertRejects(() => readJsonLines(`${dir}/a.jsonl`), SyntaxError, `line 3 of "${dir}/a.jsonl"`);
  }));
