import { assert, assertEquals } from "@std/assert";
import { relative } from "node:path";
import { deno, entryPoints, isThere } from "./child.ts";
import { assertNone, type Breach, readTree, ROOT } from "./tree.ts";

const files = [...(await entryPoints()).values()];
/** While rooms are missing, which another guard reports, there is nothing whole to check. */
const ignore = !(await Promise.all(files.map(isThere))).every((there) => there);

/**
 * The faults that `deno doc --lint` finds in entry points, but for types that other packages show and do not document: a zod
 * schema or a tensor in a signature is a reference out of the house.
 */
async function documentationFaults(files: readonly string[], source: string): Promise<Breach[]> {
  const { success, stderr } = await deno(["doc", "--lint", ...files]);
  const blocks = stderr.split(/^(?=error\[)/m).filter((block) => block.startsWith("error["));
  assert(success || blocks.length > 0, stderr);
  return blocks.flatMap((block) => {
    const name = /references private type '([^']+)'/.exec(block)?.[1];
    const declared = `^(export )?(declare )?(abstract )?(interface|type|class|enum|const) ${
      RegExp.escape(name ?? "")
    }\\b`;
    if (name !== undefined && !new RegExp(declared, "m").test(source)) return [];
    const [, kind = "", message = ""] = /^error\[([\w-]+)\]: (.*)/.exec(block) ?? [];
    const [, path = "", line] = /--> (.*):(\d+):\d+/.exec(block) ?? [];
    return [{ path: relative(ROOT, path), line: Number(line), message: `${kind}: ${message}` }];
  });
}

Deno.test({
  name: "every name that an entry point exports is documented, and so is every type that it shows",
  ignore,
  fn: async () => {
    assertNone(await documentationFaults(files, [...(await readTree(["src"])).values()].join("\n")));
  },
});

Deno.test("documentationFaults() finds what lacks docs or a type, and types that are kept back", async () => {
  const source = [
    "/** A module. @module */\ninterface Kept {\n  x: number;\n}",
    "export const bare = Math.abs(1);",
    "/** Shows what is kept. */\nexport function shown(kept: Kept): void {\n  kept.x;\n}",
  ].join("\n\n");
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, source);
    const found = (await documentationFaults([file], source)).map(({ line, message }) =>
      `${line} ${message.split(":")[0]}`
    );
    assertEquals(found.sort(), ["6 missing-explicit-type", "6 missing-jsdoc", "9 private-type-ref"]);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test({
  name: "maskfold can be published: no slow types, no import that a registry refuses",
  ignore,
  fn: async () => {
    const { success, stderr } = await deno(["publish", "--dry-run", "--allow-dirty", "--no-check"]);
    assert(success, stderr);
  },
});
