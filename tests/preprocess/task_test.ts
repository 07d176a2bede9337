import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { paintFaces } from "../../src/paint/mod.ts";
import { lastLine, runTask, startTask } from "../tasks/children.ts";

const dir = await Deno.makeTempDir(), data = `${dir}/data`;
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
await paintFaces(data, { people: 2, seed: 3, size: [48, 36] });

Deno.test("preprocess writes the images, goes on with what is there, and draws them before and after", async () => {
  const flags = ["--data", data, "--steps", "clahe,sharpenEdges", "--out", `${dir}/out`, "--workers", "1"];
  const preview = `${dir}/preview.png`;
  const stdout = await runTask("preprocess", ...flags, "--preview", preview, "--count", "3");
  const [, folder] = /^14 images, 0 faults, 0 notes, \d+\.\d s: (.+)$/.exec(lastLine(stdout)) ?? [];
  assert(folder, stdout);
  assertEquals([...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".jpg")).length, 14);
  assert((await Deno.stat(preview)).size > 0);
});

Deno.test("preprocess takes steps with options as JSON, and names the steps where there is none of a name", async () => {
  const flags = ["--data", data, "--out", `${dir}/out`, "--workers", "0"];
  const stdout = await runTask(
    "preprocess",
    ...flags,
    "--steps",
    '[{"name":"cropFace","share":0.5}]',
    "--format",
    "png",
  );
  assertMatch(lastLine(stdout), /^14 images, 0 faults, .*cropFace-[0-9a-f]{16}$/);
  const { code, stderr } = await startTask("preprocess", ...flags, "--steps", "blur").done;
  assertEquals(code, 1);
  assertStringIncludes(stderr, `must be one of "sharpenEdges"`);
});
