import { assert, assertEquals } from "@std/assert";
import { deno, entryPoints, isThere } from "./child.ts";

/** What asks for what when a file is imported with no permission granted; also where the file catches the refusal. */
async function importAlone(file: string): Promise<{ stderr: string; success: boolean; asked: string[] }> {
  const dir = await Deno.makeTempDir();
  try {
    const log = `${dir}/asked.jsonl`;
    const { success, stderr } = await deno(["run", "-q", "--no-prompt", "--no-check", file], {
      DENO_AUDIT_PERMISSIONS: log,
    });
    const lines = (await Deno.readTextFile(log).catch(() => "")).trim().split("\n").filter(Boolean);
    return {
      success,
      stderr,
      asked: lines.map((line) => JSON.parse(line)).map(({ permission, value }) => `${permission} ${value}`),
    };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const entries = await entryPoints();

Deno.test("deno.json names no entry point that is missing", async () => {
  if (!await isThere("mod.ts")) return; // the house is being built
  for (const [name, file] of entries) assert(await isThere(file), `Export "${name}" is missing: ${file}`);
});

for (const [name, file] of entries) {
  Deno.test({
    name: `importing maskfold${name.slice(1)} asks for no permission, so it loads no native code`,
    ignore: !await isThere(file),
    fn: async () => {
      const { success, stderr, asked } = await importAlone(file);
      assert(success, stderr);
      assertEquals(asked, []);
    },
  });
}

Deno.test("an import that asks for a permission is seen, even if it catches the refusal", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, `try { Deno.dlopen("native.so", {}); } catch { /* goes on without */ }`);
    const { success, asked } = await importAlone(file);
    assert(success);
    assertEquals(asked.map((line) => line.split(" ")[0]), ["ffi"]);
  } finally {
    await Deno.remove(file);
  }
});

/** The npm packages that importing a file loads, or would load on the way of a function. */
async function packagesOf(file: string): Promise<string[]> {
  const { success, stdout, stderr } = await deno(["info", "--json", file]);
  assert(success, stderr);
  const { modules } = JSON.parse(stdout) as { modules: { specifier: string }[] };
  const names = modules.flatMap(({ specifier }) => /^npm:\/?((?:@[^/]+\/)?[^@/]+)/.exec(specifier)?.[1] ?? []);
  return [...new Set(names)].sort();
}

for (const room of ["core", "split", "metrics", "sampling"]) {
  Deno.test({
    name: `maskfold/${room} reaches neither TensorFlow.js nor Polars, nor any other package but zod`,
    ignore: !await isThere(`src/${room}/mod.ts`),
    fn: async () => assertEquals((await packagesOf(`src/${room}/mod.ts`)).filter((name) => name !== "zod"), []),
  });
}

Deno.test("the packages that a file reaches are seen, on first use or at once", async () => {
  assertEquals(await packagesOf("src/io/sharp.ts"), ["sharp"]);
});
