import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Child, start, startTask } from "./children.ts";

const TASK = new URL("./fast_unsafe_task.ts", import.meta.url).pathname;
const dir = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));

function run(...flags: string[]): Child {
  return start(["run", "-A", "-q", "--no-check", TASK, ...flags], dir);
}

Deno.test("a load beyond the end of wasm memory traps, and with --fast-unsafe it does not", async () => {
  const safe = await run("--what", "load").done;
  assertStringIncludes(safe.stdout, "trapped", safe.stderr);
  const unsafe = await run("--what", "load", "--fast-unsafe").done;
  assertStringIncludes(unsafe.stdout, "word ");
  assert(!unsafe.stdout.includes("trapped"), unsafe.stdout);
});

Deno.test("--fast-unsafe passes the other flags on, is not passed itself, and ends with the child's exit code", async () => {
  const { code, stdout } = await run("--word", "two words", "--fast-unsafe", "--what", "end").done;
  assertStringIncludes(stdout, "word two words, fastUnsafe false");
  assertEquals(code, 7);
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test({
    name: `--fast-unsafe passes ${signal} on once, so that the child stops in good order`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      const process = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "-q", "--no-check", TASK, "--fast-unsafe", "--what", "wait"],
        stdout: "piped",
        stderr: "null",
      }).spawn();
      let stdout = "";
      for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
        if (!stdout.includes("waiting") && (stdout + text).includes("waiting")) process.kill(signal);
        stdout += text;
      }
      assertStringIncludes(stdout, "stopped in good order");
      assertEquals((await process.status).code, code);
    },
  });
}

Deno.test("tasks that compute take --fast-unsafe and say what it means; others refuse it", async () => {
  for (const name of ["train", "crossval", "predict", "demo"]) {
    const { stdout } = await startTask(name, "--help").done;
    assertStringIncludes(stdout, "--fast-unsafe", name);
    assertStringIncludes(stdout, "could then corrupt memory instead of stopping with an error", name);
  }
  const { code, stderr } = await startTask("split", "--data", "nowhere", "--fast-unsafe").done;
  assertEquals(code, 1);
  assertStringIncludes(stderr, "--fast-unsafe is not one of");
});
