import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { paintFaces } from "maskfold";
import { lastLine, runTask, startTask } from "../tasks/children.ts";
import { withDir } from "../temporary.ts";

Deno.test("report writes one page of a cross-validation with Grad-CAM, and says what it leaves out without the data", async () => {
  await withDir(async (dir) => {
    await paintFaces(`${dir}/data`, { people: 8, evalPeople: 1, seed: 3, size: [48, 36] });
    const config = ["--config", "demo", "--size", "32", "--folds", "2", "--batch-size", "8", "--epochs", "1"];
    await runTask("crossval", "--data", `${dir}/data`, ...config, "--out", `${dir}/cv`, "--limit-batches", "1");
    const report = ["--run", `${dir}/cv`, "--resamples", "50", "--count", "4"];
    const line = lastLine(await runTask("report", ...report, "--data", `${dir}/data`, "--out", `${dir}/report.html`));
    assertMatch(line, /^11 sections, \d+\.\d\d MB, in \d+\.\d seconds: .*report\.html$/);
    const page = await Deno.readTextFile(`${dir}/report.html`);
    assertEquals(page.match(/<img [^>]*Grad-CAM/g)?.length, 1);
    assertStringIncludes(page, "is &#34;demo&#34;");
    await runTask("report", ...report);
    const without = await Deno.readTextFile(`${dir}/cv/report.html`);
    assertStringIncludes(without, "left out, as they need the data set (--data)");
    assert(!without.includes("<img"));
  });
});

Deno.test("board serves the page until it is stopped", async () => {
  await withDir(async (dir) => {
    const port = freePort(), url = `http://127.0.0.1:${port}/`;
    const { process, done } = startTask("board", "--root", dir, "--port", `${port}`);
    const deadline = performance.now() + 20_000;
    let runs: unknown;
    while (runs === undefined && performance.now() < deadline) {
      runs = await fetch(`${url}api/runs`).then((response) => response.json(), () => undefined);
      if (runs === undefined) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    process.kill("SIGTERM");
    const { code, stdout } = await done;
    assertEquals([runs, code, lastLine(stdout)], [[], 143, url]);
  });
});

/** A port that nobody listens at now. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
