import { assert, assertEquals, assertMatch } from "@std/assert";
import { lastLine, start } from "./children.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
const readme = await Deno.readTextFile(`${ROOT}/README.md`);

Deno.test("the README's script does the whole job from outside the checkout, in about 20 lines", async () => {
  const [, script] = /^## In a script\n\n```ts\n(.*?)^```$/ms.exec(readme) ?? [];
  assert(script, "the README has no script");
  assert(script.split("\n").filter((line) => line.trim()).length <= 22);
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/script.ts`, script.replace("../maskfold/mod.ts", `${ROOT}/mod.ts`));
    const { code, stdout, stderr } = await start(["run", "-A", "-q", "--config", `${ROOT}/deno.json`, "script.ts"], dir)
      .done;
    assertEquals(code, 0, stderr);
    assertMatch(lastLine(stdout), /^macro F1 \d\.\d{4}, accuracy \d\.\d{4}, 210 images, 2 folds, out-of-fold$/);
    for (const file of ["classes.svg", "classes.png", "runs/submission.csv", "runs/fold-1/best.safetensors"]) {
      assert((await Deno.stat(`${dir}/first/${file}`)).size > 0, file);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("the README names every preset and every task", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`)) as { tasks: Record<string, string> };
  for (const name of Object.keys(tasks)) assert(readme.includes(`task ${name}`), `task ${name}`);
  for (const { name } of Deno.readDirSync(`${ROOT}/tasks/configs`)) {
    const preset = name.replace(".json", "");
    if (preset !== "schema") assert(readme.includes(`\`${preset}\``), `preset ${preset}`);
  }
});
