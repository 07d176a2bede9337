/** Serves a page that classifies photographs, and answers in JSON: `deno task serve --run RUN`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { backendFlags, startBackend, whole } from "./setup.ts";

await runTask(
  {
    name: "serve",
    summary: "Serves a run's page for browsers, and answers in JSON for programs (POST /predict), until it is stopped.",
    options: z.strictObject({
      ...backendFlags,
      run: z.string().optional().describe("A run's folder, or a cross-validation's, whose folds are averaged."),
      dir: z.string().optional().describe("Rather than a run, the folder that deno task export:web wrote."),
      calibration: z.string().optional().describe(
        "A calibration.json, as deno task finish writes it, to apply to a run's answers.",
      ),
      host: z.string().default("127.0.0.1").describe("Address to listen at; 0.0.0.0 lets other machines in."),
      port: whole().min(0).max(65535).default(8787).describe("Port to listen at; 0 takes a free one."),
      maxBody: whole().min(1).default(8 * 2 ** 20).describe("Bytes of a request at most."),
      maxPixels: whole().min(1).default(25_000_000).describe("Pixels of a picture at most."),
      maxPictures: whole().min(1).default(32).describe("Pictures of a request at most."),
      rate: z.coerce.number().positive().default(20).describe(
        "Pictures a second that a client may send; three times it at once.",
      ),
      totalRate: z.coerce.number().positive().default(200).describe(
        "Pictures a second that all may send; twice it at once.",
      ),
    }),
  },
  async (
    { run, dir, calibration, host, port, rate, totalRate, maxBody, maxPixels, maxPictures, ...flags },
    { signal },
  ) => {
    if ((run === undefined) === (dir === undefined)) {
      throw new TypeError("Cannot serve as either --run or --dir is needed");
    }
    if (dir !== undefined && calibration !== undefined) {
      throw new TypeError("Cannot serve as --calibration is for a run: a page has what it was exported with");
    }
    await startBackend(flags, "predict");
    const temporary = dir === undefined ? await Deno.makeTempDir() : undefined, folder = dir ?? temporary!;
    try {
      if (temporary !== undefined) {
        await mf.exportWeb(await mf.openRuns(run!), {
          ...{ dir: temporary, signal },
          calibration: calibration === undefined ? undefined : await mf.readJson(calibration) as mf.Calibration,
        });
      }
      const server = await mf.servePage(folder, {
        ...{ hostname: host, port, signal, maxBody, maxPixels, maxPictures },
        perClient: { perSecond: rate, burst: Math.max(maxPictures, 3 * rate) },
        inAll: { perSecond: totalRate, burst: Math.max(maxPictures, 2 * totalRate) },
        onError: (error) => console.error(error),
      });
      console.log(`serving until stopped: ${server.url}`);
      await server.closed;
      Deno.exitCode = 0; // to be stopped is how this ends
      console.log(`stopped: ${server.url}`);
    } finally {
      if (temporary !== undefined) await Deno.remove(temporary, { recursive: true });
    }
  },
);
