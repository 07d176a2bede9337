import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  commandLine,
  foldsArguments,
  foldsScript,
  joinArguments,
  joinScript,
  quote,
  type Resources,
  type Work,
} from "../../tasks/cluster_scripts.ts";
import { printedRng } from "../random.ts";
import { lastLine, startTask } from "./children.ts";

const RESOURCES: Resources = { cpus: 1, options: [], setup: [] };
const dir = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));

/** Runs a script in bash, sends signals to it, and returns what came of it. */
async function bash(script: string, env: Record<string, string> = {}, signal?: Deno.Signal) {
  const child = new Deno.Command("bash", { args: ["-c", script], stdout: "piped", stderr: "piped", env }).spawn();
  if (signal) {
    while (!await Deno.stat(`${env.READY}`).catch(() => undefined)) await new Promise((done) => setTimeout(done, 10));
    child.kill(signal);
  }
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** A command whose fold is this piece of bash, and an scontrol that only notes what it was asked. */
async function workOf(payload: string, name: string): Promise<{ work: Work; env: Record<string, string> }> {
  const cwd = `${dir}/${name} it's "here" $HOME`, out = "runs of 100%";
  await Deno.mkdir(`${cwd}/${out}/fold-1`, { recursive: true });
  await Deno.mkdir(`${cwd}/bin`);
  await Deno.writeTextFile(`${cwd}/bin/scontrol`, `#!/bin/bash\necho "$@" > ${quote(`${cwd}/asked`)}\nexit 1\n`);
  await Deno.chmod(`${cwd}/bin/scontrol`, 0o755);
  const command = ["bash", "-c", payload, "payload"];
  const work = { name: "test", command, oneFold: ["--fold"], cwd, out, folds: 2, leavesSummary: true };
  const env = {
    PATH: `${cwd}/bin:${Deno.env.get("PATH")}`,
    READY: `${cwd}/ready`,
    SLURM_ARRAY_TASK_ID: "1",
    SLURM_ARRAY_JOB_ID: "77",
    SLURM_JOB_ID: "78",
  };
  return { work, env };
}

const asked = ({ cwd }: Work) => Deno.readTextFile(`${cwd}/asked`).catch(() => "nothing");
const WAITS = 'trap "exit 143" TERM; touch "$READY"; while :; do sleep 0.02; done';
const EPOCH = 'echo {} >> "runs of 100%/fold-1/metrics.jsonl"; ';

Deno.test("quote() and commandLine() come back from bash as they were, whatever stands in them", async () => {
  const rng = printedRng();
  const characters = [..."ab1 '\"\\$`!*?[]{}()<>|&;#~=%\n\t-é日"];
  const words = Array.from(
    { length: 60 },
    () =>
      Array.from({ length: Math.floor(rng() * 9) }, () => characters[Math.floor(rng() * characters.length)]).join(""),
  );
  const { stdout } = await bash(`printf '%s\\0' ${commandLine(words)}`);
  assertEquals(stdout.split("\0").slice(0, -1), words);
});

Deno.test("foldsScript() runs the command with the task's fold in the folder it was submitted from", async () => {
  const { work, env } = await workOf('printf "%s|" "$PWD" "$@"', "plain");
  const { code, stdout, stderr } = await bash(
    foldsScript({ ...work, command: [...work.command, "a 'b'"] }, RESOURCES),
    env,
  );
  assertEquals({ code, stdout, stderr }, { code: 0, stdout: `${work.cwd}|a 'b'|--fold|1|`, stderr: "" });
  assertEquals(await asked(work), "nothing");
});

Deno.test("foldsScript() out of time stops the command and sends its own task, not the array, into the queue", async () => {
  const { work, env } = await workOf(EPOCH + WAITS, "late");
  const { stdout } = await bash(foldsScript(work, RESOURCES), { ...env, SLURM_RESTART_COUNT: "5" }, "SIGUSR1");
  assertEquals(await asked(work), "requeue 77_1\n");
  assertStringIncludes(stdout, "fold 1 is out of time");
});

Deno.test("foldsScript() out of time gives up where a turn finishes no epoch, unless it is the first", async () => {
  const { work, env } = await workOf(WAITS, "stuck");
  const { code, stderr } = await bash(foldsScript(work, RESOURCES), { ...env, SLURM_RESTART_COUNT: "1" }, "SIGUSR1");
  assertEquals(code, 143);
  assertStringIncludes(stderr, "finished no epoch in its time");
  assertEquals(await asked(work), "nothing");
  await Deno.remove(env.READY!);
  await bash(foldsScript(work, RESOURCES), env, "SIGUSR1");
  assertEquals(await asked(work), "requeue 77_1\n");
});

Deno.test("foldsScript() cancelled by TERM stops the command and does not come back", async () => {
  const { work, env } = await workOf(EPOCH + WAITS, "cancelled");
  const { code } = await bash(foldsScript(work, RESOURCES), env, "SIGTERM");
  assertEquals(code, 143);
  assertEquals(await asked(work), "nothing");
});

Deno.test("foldsScript() comes back where the command was killed, three times at most", async () => {
  const { work, env } = await workOf('kill -KILL "$$"', "killed");
  assertEquals((await bash(foldsScript(work, RESOURCES), { ...env, SLURM_RESTART_COUNT: "3" })).code, 137);
  assertEquals(await asked(work), "nothing");
  await bash(foldsScript(work, RESOURCES), { ...env, SLURM_RESTART_COUNT: "2" });
  assertEquals(await asked(work), "requeue 77_1\n");
});

Deno.test("foldsScript() that ends well although it was out of time, or fails by itself, ends as the command does", async () => {
  const well = await workOf('trap "exit 0" TERM; touch "$READY"; while :; do sleep 0.02; done', "well");
  assertEquals((await bash(foldsScript(well.work, RESOURCES), well.env, "SIGUSR1")).code, 0);
  assertEquals(await asked(well.work), "nothing");
  const fails = await workOf("exit 3", "fails");
  assertEquals((await bash(foldsScript(fails.work, RESOURCES), fails.env)).code, 3);
  assertEquals(await asked(fails.work), "nothing");
});

Deno.test("joinScript() names the folds that are not finished, and runs the command once all are", async () => {
  const { work, env } = await workOf('printf "%s|" "$PWD" "$@"', "join");
  await Deno.writeTextFile(`${work.cwd}/${work.out}/fold-1/summary.json`, "{}");
  const { code, stdout, stderr } = await bash(joinScript(work, RESOURCES), env);
  assertEquals({ code, stdout }, { code: 1, stdout: "" });
  assertStringIncludes(stderr, "some are not finished: 0;");
  await Deno.mkdir(`${work.cwd}/${work.out}/fold-0`);
  await Deno.writeTextFile(`${work.cwd}/${work.out}/fold-0/summary.json`, "{}");
  const joined = await bash(joinScript(work, RESOURCES), env);
  assertEquals({ code: joined.code, stdout: joined.stdout }, { code: 0, stdout: `${work.cwd}|` });
});

Deno.test("foldsScript() and joinScript() ask for what they were given, before the first command", () => {
  const work = { name: "n", command: ["x"], oneFold: ["--fold"], cwd: "/", out: "o", folds: 3, leavesSummary: true };
  const resources = {
    partition: "gpu",
    time: "4:00:00",
    cpus: 8,
    memory: "16G",
    gpus: "a100:1",
    options: ["qos=low"],
    setup: ["module load cuda"],
  };
  for (const script of [foldsScript(work, resources), joinScript(work, resources)]) {
    const [top] = script.split("\ncd /");
    for (
      const option of ["partition=gpu", "time=4:00:00", "cpus-per-task=8", "mem=16G", "gres=gpu:a100:1", "qos=low"]
    ) {
      assertStringIncludes(top!, `\n#SBATCH --${option}`);
    }
    assertStringIncludes(script, "\nmodule load cuda\n");
  }
  assertStringIncludes(foldsScript(work, resources), "\n#SBATCH --signal=B:USR1@60\n");
  assert(!foldsScript(work, RESOURCES).includes("gres"));
});

Deno.test("foldsArguments() and joinArguments() name folds, logs and what is waited for", () => {
  const work = { cwd: "/c", out: "100% of", leavesSummary: true };
  assertEquals(foldsArguments(work, [0, 3]), [
    "--parsable",
    "--array=0,3",
    "--output=/c/100%% of/cluster/fold-%a-%A.log",
  ]);
  assertEquals(joinArguments(work, "7"), [
    "--parsable",
    "--dependency=afterany:7",
    "--output=/c/100%% of/cluster/join-%j.log",
  ]);
  assertEquals(joinArguments({ ...work, leavesSummary: false }, "7").slice(1, 3), [
    "--dependency=afterok:7",
    "--kill-on-invalid-dep=yes",
  ]);
  assert(!joinArguments(work).some((word) => word.includes("dependency")));
});

Deno.test("cluster --dry-run prints both scripts and writes nothing", async () => {
  const out = `${dir}/dry`;
  const command = ["crossval", "--data", "some where", "--config", "kfold", "--folds", "3", "--out", out];
  const { code, stdout, stderr } = await startTask("cluster", "--dry-run", "--cpus", "2", "--", ...command).done;
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /crossval\.ts --data 'some where' --config kfold .* --threads 2 --fold "\$fold" &/);
  assertMatch(lastLine(stdout.trim()), /^# sbatch --parsable --dependency=afterany:ARRAY .*join\.sh$/);
  assertStringIncludes(stdout, "--array=0,1,2 ");
  assertEquals(await Deno.stat(out).catch(() => "none"), "none");
});

Deno.test("cluster refuses wrong commands before it submits anything", async () => {
  const refused = async (...words: string[]) => {
    const { code, stderr } = await startTask("cluster", "--dry-run", ...words).done;
    assertEquals(code, 1);
    return stderr;
  };
  const [none, flags, fold, sweep] = await Promise.all([
    refused("--", "explore", "--data", "d"),
    refused("--", "crossval", "--layuot", "faces", "--epochs", "0"),
    refused("--", "crossval", "--data", "d", "--fold", "1"),
    refused("--", "sweep", "--data", "d", "--ranges", "r.json"),
  ]);
  assertStringIncludes(none, "must be one of crossval, ablate, sweep");
  for (const text of ["--layuot is not one of", "--data: it is required"]) assertStringIncludes(flags, text);
  assertStringIncludes(fold, "Cannot submit --fold");
  assertStringIncludes(sweep, "--folds all");
});

Deno.test("cluster says where there is no Slurm, and what sbatch refused", async () => {
  const bin = `${dir}/refuses`;
  await Deno.mkdir(bin);
  await Deno.writeTextFile(`${bin}/sbatch`, "#!/bin/bash\necho 'no such partition' >&2\nexit 9\n", { mode: 0o755 });
  const submit = async (PATH: string) => {
    const task = new URL("../../tasks/cluster.ts", import.meta.url).pathname;
    const args = ["run", "-A", "-q", task, "--", "crossval", "--data", "d", "--out", `${dir}/none`];
    const { code, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { PATH, NO_COLOR: "1" } }).output();
    assertEquals(code, 1);
    return new TextDecoder().decode(stderr);
  };
  assertStringIncludes(await submit(`${dir}/nowhere`), "there is no sbatch on the PATH");
  const refused = await submit(`${bin}:/bin:/usr/bin`);
  for (const text of ["no such partition", "folds.sh as sbatch ended with 9"]) assertStringIncludes(refused, text);
});
