/** Everything that must hold before a change is kept: format, lint, types, docs and tests. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";

await runTask({
  name: "ok",
  summary: "Checks format, lint, types and docs, and runs the tests.",
  options: z.strictObject({
    fix: z.boolean().default(false).describe(
      "Format the files, and write the JSON Schema of the configurations, rather than check them.",
    ),
    tests: z.boolean().default(true).describe("Run the tests too."),
  }),
}, async ({ fix, tests }, { signal }) => {
  const steps: (readonly [name: string, ...args: string[]])[] = [
    fix ? ["format", "fmt", "-q"] : ["format", "fmt", "--check", "-q"],
    ["lint", "lint", "-q"],
    ["types", "check", "-q", "mod.ts", "tasks", "tests"],
    ["docs", "doc", "--lint", "mod.ts"],
    ...(tests ? [["tests", "task", "test"] as const] : []),
  ];
  if (fix) {
    const schema = JSON.stringify(mf.configJsonSchema(), null, 2);
    await mf.writeAtomic(new URL("./configs/schema.json", import.meta.url).pathname, `${schema}\n`);
  }
  const failed: string[] = [];
  for (const [name, ...args] of steps) {
    signal.throwIfAborted();
    const quiet = name === "docs"; // it prints the documentation itself
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      stdout: quiet ? "null" : "inherit",
      stderr: quiet ? "piped" : "inherit",
    }).output();
    if (!success) {
      failed.push(name);
      if (quiet) console.error(new TextDecoder().decode(stderr));
    }
    console.log(`${name}: ${success ? "ok" : "FAILED"}`);
  }
  if (failed.length > 0) throw new Error(`Not ok: ${failed.join(", ")}`);
  console.log(`ok: ${steps.map(([name]) => name).join(", ")}`);
});
