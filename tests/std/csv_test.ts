import { parse, stringify } from "@std/csv";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { randomInt, seededRng } from "../../src/core/rng.ts";

Deno.test("parse() reads quotes, separators and newlines inside quoted fields", () => {
  assertEquals(parse('a,"b ""c"", d","e\r\nf"\r\n\r\ng,,"h"'), [["a", 'b "c", d', "e\nf"], ["g", "", "h"]]);
});

Deno.test("parse() names columns by the first row, by a list, or by a list in place of the first row", () => {
  const text = "a,b\n1,2\n";
  const named: Record<string, string | undefined>[] = parse(text, { skipFirstRow: true });
  assertEquals(named, [{ a: "1", b: "2" }]);
  const listed: Record<"x" | "y", string>[] = parse(text, { columns: ["x", "y"] });
  assertEquals(listed, [{ x: "a", y: "b" }, { x: "1", y: "2" }]);
  assertEquals(parse(text, { skipFirstRow: true, columns: ["x", "y"] }), [{ x: "1", y: "2" }]);
  assertThrows(() => parse("", { skipFirstRow: true }), Error);
  assertThrows(() => parse("a,b\n1", { skipFirstRow: true }), Error);
});

Deno.test("parse() drops a byte order mark, comments and leading space", () => {
  assertEquals(parse("\ufeff#x\n a;\t b \n", { separator: ";", comment: "#", trimLeadingSpace: true }), [["a", "b "]]);
});

Deno.test("parse() keeps a lone carriage return, but not at the end", () => {
  assertEquals(parse("a\rb,c\r\r\nd\r"), [["a\rb", "c\r"], ["d"]]);
});

Deno.test("parse() says where a quote is wrong", () => {
  const cases: [string, string][] = [
    ['a "word",b', 'parse error on line 1, column 3: bare " in non-quoted-field'],
    ['x,y\n🐱"', 'parse error on line 2, column 2: bare " in non-quoted-field'],
    ['"a "word"', 'parse error on line 1, column 4: extraneous or missing " in quoted-field'],
    ['a,"b\nc"d,e', 'record on line 1; parse error on line 2, column 2: extraneous or missing " in quoted-field'],
    ['"""', "parse error on line 1, column 4: extraneous or missing"],
  ];
  for (const [text, message] of cases) assertThrows(() => parse(text), SyntaxError, message);
  assertEquals(parse('a "word","1"2",a"', { lazyQuotes: true }), [['a "word"', '1"2', 'a"']]);
});

Deno.test("parse() checks the number of fields if asked", () => {
  assertEquals(parse("a,b\nc"), [["a", "b"], ["c"]]);
  assertThrows(
    () => parse("a,b\n\nc", { fieldsPerRecord: 0 }),
    SyntaxError,
    "record on line 3: wrong number of fields",
  );
  assertThrows(() => parse("a", { fieldsPerRecord: 2 }), SyntaxError, "record on line 1: wrong number of fields");
});

Deno.test("stringify() writes headers, nested columns and only the quotes that are needed", () => {
  const data = [{ id: 1, at: { x: 'a"b' } }, { id: null, at: { x: "c,d\n" } }];
  assertEquals(
    stringify(data, { columns: ["id", ["at", "x"], { header: "again", prop: "id" }] }),
    'id,x,again\r\n1,"a""b",1\r\n,"c,d\n",\r\n',
  );
  assertEquals(stringify([["a", "b,c"]], { headers: false, separator: "\t", bom: true }), "\ufeffa\tb,c\r\n");
  assertThrows(() => stringify([{ a: 1 }]), TypeError);
});

Deno.test("parse() reads back what stringify() wrote", () => {
  const seed = 11;
  const rng = seededRng(seed);
  for (let round = 0; round < 200; round++) {
    const width = 2 + randomInt(rng, 4);
    const text = () => Array.from({ length: randomInt(rng, 6) }, () => 'ab,"\n é🐱'[randomInt(rng, 8)] ?? "x").join("");
    const rows = Array.from({ length: 1 + randomInt(rng, 4) }, () => Array.from({ length: width }, text));
    const columns = rows[0]!.map((_, i) => i);
    assertEquals(parse(stringify(rows, { headers: false, columns })), rows, `seed ${seed}, round ${round}`);
  }
  assert(stringify([["a"]], { headers: false, columns: [0] }).endsWith("\r\n"));
});
