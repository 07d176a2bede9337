/** Delivers what a run's trackers missed: `deno task sync --run RUN [--track NAME]`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { readTrackers, table, trackFlags } from "./setup.ts";

await runTask({
  name: "sync",
  summary:
    "Delivers a run's events to its trackers, as far as they are missing there: what was delivered is not again.",
  options: z.strictObject({
    run: z.string().describe("A run's folder, or one with fold-0, fold-1, ... in it."),
    track: trackFlags.track.describe(
      "Trackers to deliver to, new ones too, with commas; or JSON with their options (default: those that the run had).",
    ),
  }),
}, async ({ run, ...flags }, { signal, progress }) => {
  const { trackers } = readTrackers(flags), dirs = await mf.trackedRuns(run);
  const rows: { run: string; tracker: string; delivered: number; left: number; fault: string }[] = [];
  for (const dir of dirs) {
    const bar = progress(dir);
    const found = await mf.syncTrackers(dir, {
      trackers,
      signal,
      onProgress: ({ tracker, delivered, total }) => bar.update(delivered, total, tracker),
    });
    bar.end();
    rows.push(
      ...found.map(({ tracker, delivered, left, fault = "" }) => ({ run: dir, tracker, delivered, left, fault })),
    );
  }
  if (rows.length > 0) console.log(table(rows));
  const sum = (key: "delivered" | "left") => rows.reduce((all, row) => all + row[key], 0);
  if (rows.some(({ fault }) => fault !== "")) Deno.exitCode = 1;
  console.log(
    rows.length > 0
      ? `${sum("delivered")} events delivered, ${sum("left")} are still missing: ${run}`
      : `no trackers but events.jsonl; name one with --track: ${run}`,
  );
});
