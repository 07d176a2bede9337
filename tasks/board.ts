/** Serves a page of all runs that follows them while they train: `deno task board`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { readPresets } from "./presets.ts";
import { whole } from "./setup.ts";

await runTask({
  name: "board",
  summary:
    "Serves a page of all runs below a folder: states, scores and curves, while they train, and each run's report.",
  options: z.strictObject({
    root: z.string().default("runs").describe("Folder of the runs; nothing outside of it is read."),
    port: whole().min(0).max(65535).default(8787).describe("Port that the page is served at; 0 takes a free one."),
    host: z.string().default("127.0.0.1")
      .describe(
        "Address that is listened at: others than this machine reach it only if this is changed, and all of them.",
      ),
    quiet: whole().min(1).default(600).describe("Seconds without a change after which a training counts as stopped."),
  }),
}, async ({ root, port, host, quiet }, { signal }) => {
  const board = await mf.serveBoard(root, {
    port,
    hostname: host,
    quiet,
    presets: await readPresets(),
    signal,
    onError: (error) => console.error(error instanceof Error ? error.message : error),
  });
  console.log(`The runs of ${root}; Ctrl-C ends this.\n${board.url}`);
  await board.closed;
});
