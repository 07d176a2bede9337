/**
 * A Slurm cluster of one node on this machine, for tests: Debian's `slurm-wlm` and `munge`, started as whoever calls, with
 * no systemd, all that they write in one temporary folder (https://slurm.schedmd.com/slurm.conf.html).
 *
 * @module
 */

const DAEMONS = ["munged", "slurmctld", "slurmd"] as const;
const PATH = `/usr/sbin:${Deno.env.get("PATH")}`;

/** A cluster that runs. */
export interface Slurm extends AsyncDisposable {
  /** What commands such as sbatch need in their environment to find it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs one of Slurm's commands; its output, or an error with what it said. */
  run(command: string, ...args: string[]): Promise<string>;
}

/** Why there is no Slurm here, or nothing if there is. */
export async function whyNoSlurm(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "it needs Linux";
  const missing: string[] = [];
  for (const name of [...DAEMONS, "sbatch"]) {
    if (!(await output("which", [name], { PATH })).ok) missing.push(name);
  }
  return missing.length > 0 ? `${missing.join(", ")} are missing (Debian: slurm-wlm, munge)` : undefined;
}

/**
 * Starts a cluster, which ends when it is disposed of: jobs, daemons and folder.
 *
 * @param cpus How many processors it believes to have.
 */
export async function startSlurm({ cpus }: { readonly cpus: number }): Promise<Slurm> {
  const dir = await Deno.makeTempDir({ prefix: "slurm-" });
  const env = { PATH, SLURM_CONF: `${dir}/slurm.conf` };
  const daemons: Deno.ChildProcess[] = [];
  const run = async (command: string, ...args: string[]) => {
    const { ok, text } = await output(command, args, env);
    if (!ok) throw new Error(`${command} ${args.join(" ")}: ${text}`);
    return text.trim();
  };
  const stop = async () => {
    if (daemons.length === DAEMONS.length) await endJobs(env);
    for (const daemon of daemons.reverse()) await end(daemon);
    await Deno.remove(dir, { recursive: true });
  };
  try {
    await configure(dir, cpus);
    const start = (name: typeof DAEMONS[number], ...args: string[]) => {
      const command = new Deno.Command(name, { args, env, stdin: "null", stdout: "null", stderr: "null" });
      daemons.push(command.spawn());
    };
    const munge = `${dir}/munge`;
    start(
      "munged",
      "--foreground",
      ...[`--key-file=${munge}/key`, `--socket=${munge}/socket`, `--pid-file=${munge}/pid`],
      ...[`--log-file=${munge}/log`, `--seed-file=${munge}/seed`],
    );
    await until("munged", dir, () => Deno.stat(`${munge}/socket`).then(() => true, () => false));
    start("slurmctld", "-D", "-i");
    // One that is asked before it answers lets a node wait for ten seconds.
    await until("slurmctld", dir, async () => (await output("scontrol", ["ping"], env)).text.includes("is UP"));
    start("slurmd", "-D");
    await until("slurmd", dir, async () => (await output("sinfo", ["-h", "-o", "%T"], env)).text.trim() === "idle");
  } catch (error) {
    await stop();
    throw error;
  }
  return { env, run, [Symbol.asyncDispose]: stop };
}

/** Writes the configuration and the key, with the permissions that the daemons insist on. */
async function configure(dir: string, cpus: number): Promise<void> {
  for (const folder of ["state", "spool", "munge"]) await Deno.mkdir(`${dir}/${folder}`);
  for (const [path, mode] of [["", 0o755], ["spool", 0o755], ["munge", 0o711]] as const) {
    await Deno.chmod(`${dir}/${path}`, mode);
  }
  await Deno.writeFile(`${dir}/munge/key`, crypto.getRandomValues(new Uint8Array(1024)), { mode: 0o600 });
  const [user, host] = await Promise.all([output("id", ["-un"]), output("hostname", ["-s"])]);
  const [controllerPort, nodePort] = freePorts();
  const options = {
    ClusterName: "test",
    SlurmctldHost: `${host.text.trim()}(127.0.0.1)`,
    SlurmctldPort: controllerPort,
    SlurmdPort: nodePort,
    SlurmUser: user.text.trim(),
    SlurmdUser: user.text.trim(),
    AuthInfo: `socket=${dir}/munge/socket,cred_expire=5`, // so long a job waits that was sent back into the queue
    StateSaveLocation: `${dir}/state`,
    SlurmdSpoolDir: `${dir}/spool`,
    SlurmctldPidFile: `${dir}/slurmctld.pid`,
    SlurmdPidFile: `${dir}/slurmd.pid`,
    SlurmctldLogFile: `${dir}/slurmctld.log`,
    SlurmdLogFile: `${dir}/slurmd.log`,
    ProctrackType: "proctrack/linuxproc", // the others need cgroups
    TaskPlugin: "task/none",
    SelectType: "select/cons_tres",
    SelectTypeParameters: "CR_Core",
    SlurmdParameters: "config_overrides", // as many processors as we say
    ReturnToService: 2,
    MpiDefault: "none",
    MailProg: "/bin/true",
    KillWait: 5,
    SchedulerParameters: "batch_sched_delay=0,sched_min_interval=100000,sched_interval=1,bf_interval=1",
  };
  const node = `NodeName=${host.text.trim()} NodeAddr=127.0.0.1 CPUs=${cpus}`;
  const lines = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  const partition = "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP";
  await Deno.writeTextFile(`${dir}/slurm.conf`, `${[...lines, node, partition].join("\n")}\n`);
}

function freePorts(): number[] {
  const listeners = [0, 0].map((port) => Deno.listen({ port, hostname: "127.0.0.1" }));
  return listeners.map((listener) => {
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();
    return port;
  });
}

async function until(what: string, dir: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 100) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const log = await Deno.readTextFile(what === "munged" ? `${dir}/munge/log` : `${dir}/${what}.log`).catch(() => "");
  throw new Error(`Cannot start ${what} as it is not ready after 30 seconds; it says\n${log.slice(-2000)}`);
}

/** Kills what jobs have started, as it would outlive slurmd, and waits until nothing is left of it. */
async function endJobs(env: Readonly<Record<string, string>>): Promise<void> {
  await output("scancel", ["--me", "--state=PENDING"], env);
  await output("scancel", ["--me", "--signal=KILL", "--full"], env);
  await output("scancel", ["--me"], env);
  for (let waited = 0; waited < 15_000; waited += 100) {
    if ((await output("squeue", ["-h", "-o", "%i"], env)).text === "") return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function end(daemon: Deno.ChildProcess): Promise<void> {
  const kill = (signal: Deno.Signal) => {
    try {
      daemon.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended by itself
    }
  };
  kill("SIGTERM");
  const timer = setTimeout(() => kill("SIGKILL"), 10_000);
  await daemon.status;
  clearTimeout(timer);
}

async function output(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const process = new Deno.Command(command, { args: [...args], env: { ...env }, stdout: "piped", stderr: "piped" });
  const { success, stdout, stderr } = await process.output();
  const [out, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { ok: success, text: success ? out! : `${out}${errors}` };
}
