import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { readConfig } from "../../tasks/setup.ts";
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

Deno.test("lists of the configuration are names with commas, JSON, or both", async () => {
  const read = async (flags: Record<string, string>) => {
    const { views, augments, crop } = await readConfig({ config: "small" }, flags);
    return {
      views: views.map((view) => ({ ...view, weight: undefined })),
      augments: augments.map(({ name }) => name),
      crop,
    };
  };
  const [flip, scale] = ['{"name":"flip"}', '{"name":"scale","factor":0.9}'];
  const names = await read({ views: `flip,${scale}`, augments: "colorJitter,horizontalFlip", crop: "[48,32]" });
  assertEquals(
    names,
    await read({ views: `[${flip},${scale}]`, augments: '["colorJitter","horizontalFlip"]', crop: "[48,32]" }),
  );
  assertEquals(names.augments, ["colorJitter", "horizontalFlip"]);
  assertEquals((await read({ views: "flip" })).views.map(({ name }) => name), ["flip"]);
  await assertRejects(() => read({ views: "flip,turn" }), Error, "views.1");
});

Deno.test("a task names a data folder that is not there", async () => {
  const { code, stderr } = await startTask("split", "--data", "/no/such/folder").done;
  assertEquals(code, 1);
  assertStringIncludes(stderr, "/no/such/folder");
});
