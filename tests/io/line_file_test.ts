import { assertEquals } from "@std/assert";
import { cutTornLine, readLines } from "../../src/io/line_file.ts";
import { withDir } from "../temporary.ts";

Deno.test("readLines() reads whole lines from a place on, and goes on where it ended", () =>
  withDir(async (dir) => {
    const path = `${dir}/lines`, lines = ["one", "", "마스크", "four"];
    await Deno.writeTextFile(path, `${lines.join("\n")}\nhalf a li`);
    const all = await readLines(path);
    assertEquals(all.map(({ text }) => text), lines);
    const first = await readLines(path, { limit: 6 });
    assertEquals(first.map(({ text }) => text), ["one", "", "마스크"]);
    assertEquals((await readLines(path, { from: first.at(-1)!.end })).map(({ text }) => text), ["four"]);
    assertEquals(await readLines(path, { from: all.at(-1)!.end }), []);
    assertEquals(await readLines(`${dir}/none`), []);
  }));

Deno.test("cutTornLine() takes off a line without an end, and nothing else", () =>
  withDir(async (dir) => {
    const path = `${dir}/lines`;
    for (const [before, after] of [["a\nb\nc", "a\nb\n"], ["a\n", "a\n"], ["abc", ""], ["", ""]] as const) {
      await Deno.writeTextFile(path, before);
      await cutTornLine(path);
      assertEquals(await Deno.readTextFile(path), after);
    }
    await cutTornLine(`${dir}/none`);
  }));
