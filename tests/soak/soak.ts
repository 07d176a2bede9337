/**
 * Trains for long and prints what stays behind: `deno run -A tests/soak/soak.ts --steps 1000`.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { describeBackend, initBackend } from "../../src/tensor/mod.ts";
import { soak } from "./train.ts";

const flags = parseArgs(Deno.args, {
  string: ["steps", "size", "threads", "every"],
  default: { steps: "1000", size: "32", threads: "2", every: "100" },
});
const [steps, size, threads, every] = [flags.steps, flags.size, flags.threads, flags.every].map(Number) as [
  number,
  number,
  number,
  number,
];
console.log(describeBackend(await initBackend({ need: "train", prefer: "wasm", threads })));
const started = performance.now();
for await (const row of soak({ steps, size, batch: [2, 17], every })) {
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(2).padStart(7);
  console.log(
    `step ${`${row.step}`.padStart(6)}  tensors ${row.tensors}  live ${mebibytes(row.live)} MiB  ` +
      `wasm ${mebibytes(row.heap)} MiB  JavaScript ${mebibytes(row.script)} MiB  loss ${row.loss.toFixed(4)}`,
  );
}
console.log(`${((performance.now() - started) / steps).toFixed(1)} ms a step`);
