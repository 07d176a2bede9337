import { assertEquals, assertStringIncludes } from "@std/assert";
import { openTrack } from "../../src/track/mod.ts";
import { withDir } from "../temporary.ts";
import { START, tellEpochs } from "../track/runs.ts";
import { lastLine, runTask, startTask } from "./children.ts";

Deno.test("sync delivers what the folds' trackers missed, once, and says of a tracker that fails what is left", () =>
  withDir(async (dir) => {
    for (const fold of ["fold-0", "fold-1"]) {
      const run = await openTrack(`${dir}/${fold}`);
      run.started(START);
      tellEpochs(run, [1, 2]);
      await run.close();
    }
    const first = await runTask("sync", "--run", dir, "--track", "tensorboard");
    assertEquals(lastLine(first), `6 events delivered, 0 are still missing: ${dir}`);
    assertEquals(lastLine(await runTask("sync", "--run", dir)), `0 events delivered, 0 are still missing: ${dir}`);
    const gone = JSON.stringify({ name: "mlflow", uri: "http://127.0.0.1:9" });
    const { code, stdout } = await startTask("sync", "--run", `${dir}/fold-1`, "--track", gone).done;
    assertEquals([code, lastLine(stdout)], [1, `0 events delivered, 3 are still missing: ${dir}/fold-1`]);
    assertStringIncludes(stdout, "Cannot reach http://127.0.0.1:9");
  }));
