import { parseArgs } from "@std/cli/parse-args";
import { assertEquals } from "@std/assert";

Deno.test("parseArgs() gives words after a flag as its value, numbers as numbers and declared strings as text", () => {
  assertEquals(parseArgs(["--host", "local", "--port", "0x10", "--id", "0012", "7", "x"], { string: ["id"] }), {
    host: "local",
    port: 16,
    id: "0012",
    _: [7, "x"],
  });
  assertEquals(parseArgs(["007"], { string: "_" })._, ["007"]);
});

Deno.test("parseArgs() gives a boolean flag no value but true or false", () => {
  const options = { boolean: ["dry", "wet"], default: { wet: true } } as const;
  assertEquals(parseArgs(["--dry", "word"], options), { dry: true, wet: true, _: ["word"] });
  assertEquals(parseArgs(["--wet", "false", "--dry=false"], options), { dry: false, wet: false, _: [] });
  assertEquals(parseArgs([], { boolean: ["dry"] }), { dry: false, _: [] });
});

Deno.test("parseArgs() negates only what is negatable", () => {
  const args = ["--no-flip", "--no-way"];
  assertEquals(parseArgs(args, { boolean: ["flip"], negatable: ["flip"] }), { flip: false, "no-way": true, _: [] });
});

Deno.test("parseArgs() takes no word that looks like a flag as a value", () => {
  assertEquals(parseArgs(["--lr", "-1"], { string: ["lr"] }), { lr: "", 1: true, _: [] });
  assertEquals(parseArgs(["--lr=-1"], { string: ["lr"] }), { lr: "-1", _: [] });
  assertEquals(parseArgs(["--in", "-"], { string: ["in"] }), { in: "-", _: [] });
});

Deno.test("parseArgs() keeps the last value, or all where they are collected", () => {
  const args = ["--run", "a", "-r", "b"];
  assertEquals(parseArgs(args, { string: ["run"], alias: { run: "r" } }), { run: "b", r: "b", _: [] });
  assertEquals(parseArgs(args, { string: ["run"], alias: { run: "r" }, collect: ["run"] }).run, ["a", "b"]);
  assertEquals(parseArgs([], { collect: ["run"], string: ["run"] }).run, []);
});

Deno.test("parseArgs() reads short flags that stand together", () => {
  assertEquals(parseArgs(["-cats", "woo", "-n123", "-f=a=b", "-xy/z", "-q-"]), {
    c: true,
    a: true,
    t: true,
    s: "woo",
    n: 123,
    f: "a=b",
    x: true,
    y: "/z",
    q: "-",
    _: [],
  });
  assertEquals(parseArgs(["-123", "456"]), { 1: true, 2: true, 3: 456, _: [] });
});

Deno.test("parseArgs() ends at -- and, if asked, at the first word", () => {
  assertEquals(parseArgs(["--a", "--", "--b"]), { a: true, _: ["--b"] });
  assertEquals(parseArgs(["--a", "x", "y", "--", "z"], { "--": true }), { a: "x", _: ["y"], "--": ["z"] });
  assertEquals(parseArgs(["--a", "x", "y", "--b"], { stopEarly: true }), { a: "x", _: ["y", "--b"] });
});

Deno.test("parseArgs() hands undeclared flags and words to unknown, and drops what it refuses", () => {
  const seen: unknown[] = [];
  const unknown = (arg: string, key?: string, value?: unknown) => {
    seen.push([arg, key, value]);
    return false;
  };
  const options = { string: ["known"], alias: { known: "k" }, unknown };
  assertEquals(parseArgs(["--odd", "1", "-k", "v", "word", "--odder=x"], options), { known: "v", k: "v", _: [] });
  assertEquals(seen, [["--odd", "odd", "1"], ["word", undefined, undefined], ["--odder=x", "odder", "x"]]);
});

Deno.test("parseArgs() reads dots as nesting", () => {
  assertEquals(parseArgs(["--loss.name", "focal", "--loss.gamma=2"]), { loss: { name: "focal", gamma: 2 }, _: [] });
});
