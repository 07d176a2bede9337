/** A folder of runs in all states, and a board of it. */
import type { Rng } from "../../src/core/rng.ts";
import { serveBoard } from "../../src/report/mod.ts";
import { withDir } from "../temporary.ts";
import { writeFolds, writeRun } from "../train/made_runs.ts";

const PERSONS = Array.from({ length: 12 }, (_, i) => i);

/** Text that stands in files outside of the runs' folder, and may be seen nowhere. */
export const SECRET = "outside-of-the-runs";

/** A line of a run's log. */
export function epochLine(epoch: number): string {
  const row = { epoch, seconds: 2, lr: 1e-3, trainLoss: 2 / epoch, validLoss: 2.5 / epoch, trainAccuracy: 0.5 };
  return `${JSON.stringify({ ...row, validAccuracy: (40 + epoch) / 100, validMacroF1: (30 + epoch) / 100 })}\n`;
}

/** Makes files look as old as so many seconds. */
async function age(dir: string, seconds: number): Promise<void> {
  const time = new Date(Date.now() - 1000 * seconds);
  for await (const { name } of Deno.readDir(dir)) await Deno.utime(`${dir}/${name}`, time, time);
}

/** Calls with the address of a board of runs called done, below/cv, one, busy, left and bad, and the folder's path. */
export async function withBoard(
  rng: Rng,
  run: (url: string, root: string, errors: readonly unknown[]) => Promise<void>,
): Promise<void> {
  await withDir(async (dir) => {
    const root = `${dir}/runs`, errors: unknown[] = [];
    await Deno.mkdir(root);
    await Deno.writeTextFile(`${dir}/secret.json`, `{"model": {"name": "${SECRET}"}}`);
    await writeRun(`${root}/done`, rng, { persons: PERSONS });
    await writeFolds(`${root}/below/cv`, rng, { folds: 2, persons: PERSONS });
    for (const name of ["busy", "left"]) {
      await writeRun(`${root}/${name}`, rng, { persons: PERSONS, finished: false });
      await Deno.writeTextFile(`${root}/${name}/metrics.jsonl`, epochLine(1) + epochLine(2));
    }
    await age(`${root}/left`, 3600);
    await writeRun(`${root}/one/fold-2`, rng, { persons: PERSONS, config: { folds: 5 } });
    await age(`${root}/one/fold-2`, 100);
    await Deno.mkdir(`${root}/bad`);
    await Deno.writeTextFile(`${root}/bad/config.json`, "{");
    await using board = await serveBoard(root, { port: 0, every: 0, onError: (error) => errors.push(error) });
    await run(board.url, root, errors);
  });
}
