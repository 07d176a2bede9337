import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { paintFaces } from "maskfold";
import { lastLine, runTask } from "../tasks/children.ts";
import { startSlurm, whyNoSlurm } from "./slurm.ts";

const FOLDS = [0, 1, 2, 3, 4];
const missing = await whyNoSlurm();
if (missing) console.log(`The test on a cluster is left out as there is no Slurm here: ${missing}`);

/** What must not depend on where folds were trained, nor in how many turns: byte for byte. */
async function results(out: string): Promise<Readonly<Record<string, Uint8Array>>> {
  const names = [
    ...["oof.parquet", "scores.json", "test.parquet", "submission.csv"],
    ...FOLDS.flatMap((k) => [`fold-${k}/best.safetensors`, `fold-${k}/valid.parquet`]),
  ];
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await Deno.readFile(`${out}/${name}`)] as const)),
  );
}

/** Submits as a user does, and returns what that printed. */
async function submit(env: Readonly<Record<string, string>>, ...words: string[]): Promise<string> {
  const args = ["run", "-A", "-q", new URL("../../tasks/cluster.ts", import.meta.url).pathname, ...words];
  const command = new Deno.Command(Deno.execPath(), { args, env: { ...env, NO_COLOR: "1" }, stderr: "inherit" });
  const { code, stdout } = await command.output();
  assertEquals(code, 0, "exit code of cluster");
  return new TextDecoder().decode(stdout);
}

/** Waits until something is so; five minutes at most, as other tests may run beside. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 300_000;
  while (!await isSo()) {
    if (performance.now() > end) throw new Error("Cannot wait longer than five minutes");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const isThere = (path: string) => Deno.stat(path).then(() => true, () => false);

/** Kills the process that trains a fold of a folder. */
async function killFold(out: string, fold: number): Promise<void> {
  for (const { name } of Deno.readDirSync("/proc")) {
    const words = (await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "")).split("\0");
    const [flag, number] = words.slice(-3);
    if (words.includes(out) && flag === "--fold" && number === `${fold}`) Deno.kill(Number(name), "SIGKILL");
  }
}

Deno.test({
  name:
    "cluster trains five folds as a job array, one killed, one sent back and one out of time, and ends as one process does",
  ignore: missing !== undefined,
  async fn() {
    const dir = await Deno.makeTempDir({ prefix: "it's a cluster " });
    try {
      const data = `${dir}/data`, out = `${dir}/runs of 100%`;
      await paintFaces(data, { people: 20, evalPeople: 2, seed: 3, size: [48, 36] });
      const network = ["--config", "demo", "--model", "efficientnet_nano", "--size", "32", "--batch-size", "16"];
      const crossval = ["--data", data, ...network, "--folds", "5", "--epochs", "2"];
      await using slurm = await startSlurm({ cpus: 2 });
      const again = ["--", "crossval", ...crossval, "--out", out];
      const [, array, join] = /job array (\d+): folds 0, 1, 2, 3, 4 of 5.*\njob (\d+): joins/.exec(
        await submit(slurm.env, "--cpus", "1", ...again),
      ) ?? [];

      await until(() => isThere(`${out}/fold-0/config.json`));
      await killFold(out, 0);
      await until(() => isThere(`${out}/fold-1/config.json`));
      await slurm.run("scontrol", "requeue", `${array}_1`);
      await until(() => isThere(`${out}/fold-2/config.json`));
      await slurm.run("scancel", "--signal=USR1", "--batch", `${array}_2`); // as Slurm does before the time is over
      await until(async () => await slurm.run("squeue", "-h") === "");

      const read = (name: string) => Deno.readTextFile(`${out}/cluster/${name}.log`).catch((error) => `${error}`);
      const logs = await Promise.all(FOLDS.map((k) => read(`fold-${k}-${array}`)));
      const joined = await read(`join-${join}`);
      assertMatch(lastLine(joined), /^macro F1 .*, 140 images, 5 folds, out-of-fold$/, logs.join("\n"));
      assertStringIncludes(logs[0]!, "fold 0 was killed, and goes into the queue again");
      assertStringIncludes(logs[2]!, "fold 2 is out of time, and goes into the queue again");
      assertEquals(logs.map((log) => log.split("140 images of 20 persons").length - 1), [2, 2, 2, 1, 1]); // their turns

      await runTask("crossval", ...crossval, "--out", `${dir}/one`);
      assertEquals(await results(out), await results(`${dir}/one`));

      const waited = await submit(slurm.env, "--cpus", "1", "--wait", ...again); // nothing is left but to join
      assertMatch(waited, /^job \d+: joins the folds\n/);
      assertEquals(lastLine(waited), lastLine(joined));
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
