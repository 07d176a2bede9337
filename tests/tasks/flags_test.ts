import { assertEquals, assertStringIncludes } from "@std/assert";
import { startTask } from "./children.ts";

const TASKS = [
  "demo",
  "paint",
  "explore",
  "split",
  "preview",
  "find_rate",
  "train",
  "crossval",
  "predict",
  "ensemble",
  "notebooks",
  "ok",
];

for (const name of [...TASKS, "build_kernels", "gpu_install"]) {
  Deno.test(`${name} --help says what it does and lists its flags`, async () => {
    const { code, stdout, stderr } = await startTask(name, "--help").done;
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "Usage: deno task");
    assertStringIncludes(stdout, "--help");
  });
}

Deno.test("a task reports all faults of its flags at once, by name and with the choices", async () => {
  const { code, stderr } = await startTask("crossval", "--layuot", "faces", "--fold", "first", "--threads", "0").done;
  assertEquals(code, 1);
  for (const text of ["--layuot is not one of", "--fold: ", "--threads: ", "--data: it is required"]) {
    assertStringIncludes(stderr, text);
  }
});

Deno.test("a task reports faults of the configuration by option", async () => {
  const flags = ["--data", "nowhere", "--backend", "cpu", "--epochs", "0", "--model", "vgg", "--lr", "fast"];
  const { code, stderr } = await startTask("train", ...flags).done;
  assertEquals(code, 1);
  for (const text of ["epochs", "model", "lr"]) assertStringIncludes(stderr, text);
});

Deno.test("a task names a data folder that is not there", async () => {
  const { code, stderr } = await startTask("split", "--data", "/no/such/folder").done;
  assertEquals(code, 1);
  assertStringIncludes(stderr, "/no/such/folder");
});
