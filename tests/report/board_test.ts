import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { serveBoard } from "../../src/report/mod.ts";
import type { BoardRun } from "../../src/report/watch_runs.ts";
import { printedRng } from "../random.ts";
import { withDir } from "../temporary.ts";
import { epochLine, SECRET, withBoard } from "./board_fixture.ts";

async function runsOf(url: string): Promise<Record<string, BoardRun>> {
  const response = await fetch(`${url}api/runs`);
  assertEquals(response.status, 200);
  return Object.fromEntries((await response.json() as BoardRun[]).map((run) => [run.name, run]));
}

/** A request's line as it is, which fetch would tidy up; status and body of what comes back. */
async function ask(url: string, target: string, method = "GET"): Promise<{ status: number; body: string }> {
  const { hostname, port, host } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(
    new TextEncoder().encode(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
  );
  const answer = await new Response(connection.readable).text();
  return { status: Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1]), body: answer.slice(answer.indexOf("\r\n\r\n") + 4) };
}

Deno.test("serveBoard() tells each run's state, epochs and scores", async () => {
  await withBoard(printedRng(), async (url) => {
    const runs = await runsOf(url);
    const states = Object.fromEntries(Object.entries(runs).map(([name, { state }]) => [name, state]));
    assertEquals(states, {
      bad: "broken",
      "below/cv": "finished",
      busy: "training",
      done: "finished",
      left: "stopped",
      one: "finished",
    });
    assertEquals([runs.busy!.epochs, runs.busy!.ofEpochs, runs.busy!.best], [2, 15, 0.32]);
    assertEquals([runs["below/cv"]!.folds, runs["below/cv"]!.epochs], [2, 6]);
    const { score, interval } = runs["below/cv"]!.scores!.macroF1;
    assert(interval![0] <= score && score <= interval![1] && interval![0] < interval![1]);
    const { folds, ofFolds, epochs, ofEpochs, scores } = runs.one!; // a fold that was trained by itself
    assertEquals([folds, ofFolds, epochs, ofEpochs, scores!.persons], [1, 5, 3, 15, 12]);
    assertStringIncludes(runs.bad!.fault!, "config.json");
  });
});

Deno.test("serveBoard() shows a run that is being written as training, up to its last whole line", async () => {
  await withBoard(printedRng(), async (url, root) => {
    const log = `${root}/busy/metrics.jsonl`, line = epochLine(3);
    await Deno.writeTextFile(log, line.slice(0, 40), { append: true });
    const half = (await runsOf(url)).busy!;
    assertEquals([half.state, half.epochs, half.fault], ["training", 2, null]);
    await Deno.writeTextFile(log, line.slice(40), { append: true });
    const whole = (await runsOf(url)).busy!;
    assertEquals([whole.state, whole.epochs, whole.best], ["training", 3, 0.33]);
    assert(whole.version !== half.version);
    await Deno.writeTextFile(log, "nonsense\n", { append: true });
    const broken = (await runsOf(url)).busy!;
    assertEquals(broken.state, "broken");
    assertStringIncludes(broken.fault!, "line 4");
    await Deno.remove(`${root}/busy`, { recursive: true });
    assertEquals((await runsOf(url)).busy, undefined);
  });
});

Deno.test("serveBoard() tells curves as columns, and says where nothing has changed", async () => {
  await withBoard(printedRng(), async (url) => {
    const [busy, cv] = await (await fetch(`${url}api/history?run=busy&run=below%2Fcv`)).json();
    assertEquals([busy.name, cv.name], ["busy", "below/cv"]);
    assertEquals(busy.folds.map(({ fold, epoch, trainLoss }: Record<string, unknown>) => [fold, epoch, trainLoss]), [
      ["busy", [1, 2], [2, 1]],
    ]);
    assertEquals(cv.folds.map(({ fold }: { fold: string }) => fold), ["fold-0", "fold-1"]);
    assertEquals(cv.folds[0].trainLoss, [null, null, null]);
    const first = await fetch(`${url}api/runs`), tag = first.headers.get("etag")!;
    await first.body?.cancel();
    const again = await fetch(`${url}api/runs`, { headers: { "If-None-Match": tag } });
    assertEquals([again.status, await again.text()], [304, ""]);
  });
});

Deno.test("serveBoard() makes a report of a run in any state, under a policy that lets nothing out", async () => {
  await withBoard(printedRng(), async (url, root) => {
    for (const name of ["done", "below/cv", "busy", "bad"]) {
      const response = await fetch(`${url}report?run=${encodeURIComponent(name)}`), page = await response.text();
      assertEquals(response.status, 200, page.slice(0, 300));
      assertStringIncludes(page, `<h1>${name}</h1>`);
      const policy = response.headers.get("content-security-policy")!;
      assertStringIncludes(policy, "default-src 'none'");
      assert(!/https?:|script-src|\*/.test(policy), policy);
    }
    await Deno.writeTextFile(`${root}/busy/metrics.jsonl`, epochLine(3), { append: true });
    assertStringIncludes(await (await fetch(`${url}report?run=busy`)).text(), "3 epochs");
  });
});

Deno.test("serveBoard() answers with headers against scripts, framing and guessing from elsewhere", async () => {
  await withBoard(printedRng(), async (url) => {
    for (const path of ["", "board.js", "board.css"]) {
      const response = await fetch(`${url}${path}`), policy = response.headers.get("content-security-policy")!;
      await response.body?.cancel();
      assertEquals(response.status, 200);
      assertEquals(response.headers.get("x-content-type-options"), "nosniff");
      for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]) {
        assertStringIncludes(policy, part);
      }
      assert(!/https?:|unsafe|\*/.test(policy), policy);
    }
  });
});

Deno.test("serveBoard() reads nothing outside of its folder, whatever is asked for", async () => {
  await withBoard(printedRng(), async (url, root) => {
    const outside = `${root}/../secret.json`;
    const targets = [
      "/../secret.json",
      "/%2e%2e/secret.json",
      "/..%2fsecret.json",
      "/%2e%2e%2fsecret.json",
      "/..\\secret.json",
      "//etc/passwd",
      "/etc/passwd",
      "/done/config.json",
      "/done%00.json",
      "/%zz",
      `/${encodeURIComponent(outside)}`,
      ...["..", "../secret.json", "done/../../secret.json", outside, "/etc", "done\0", "busy/", "./busy", "DONE", ""]
        .flatMap((name) => ["report", "api/history"].map((path) => `/${path}?run=${encodeURIComponent(name)}`)),
      "/report?run=%2e%2e%2f",
      "/report?run=..",
      "/report?run=%zz",
      "/report?run=%00",
    ];
    for (const target of targets) {
      const { status, body } = await ask(url, target);
      assertEquals(status, 404, `${target}: ${body}`);
      assertEquals(typeof JSON.parse(body).error, "string", target);
      assert(!body.includes(SECRET) && !body.includes("root:"), target);
    }
    for (const target of ["/report", "/api/history", "/report?run=done&run=busy"]) {
      assertEquals((await ask(url, target)).status, 400, target);
    }
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      assertEquals((await ask(url, "/api/runs", method)).status, 405, method);
    }
  });
});

Deno.test("serveBoard() follows no link that leads out, of a file or of a folder", async () => {
  await withBoard(printedRng(), async (url, root) => {
    const dir = root.replace(/\/runs$/, "");
    await Deno.symlink(dir, `${root}/up`); // whose runs would be seen twice, and the secret
    await Deno.mkdir(`${dir}/away`);
    await Deno.copyFile(`${dir}/secret.json`, `${dir}/away/config.json`);
    await Deno.symlink(`${dir}/away`, `${root}/away`);
    const names = ["config.json", "metrics.jsonl", "data.json", "env.json", "summary.json", "valid.parquet"];
    for (const name of names) {
      const own = `${root}/by-${name}`;
      await Deno.mkdir(own);
      for (const copied of ["config.json", "metrics.jsonl"]) {
        await Deno.copyFile(`${root}/busy/${copied}`, `${own}/${copied}`);
      }
      await Deno.remove(`${own}/${name}`).catch(() => {});
      await Deno.symlink(`${dir}/secret.json`, `${own}/${name}`);
    }
    await Deno.mkdir(`${root}/folded`);
    await Deno.symlink(`${dir}/away`, `${root}/folded/fold-0`);
    await Deno.mkdir(`${root}/mixed`);
    await Deno.symlink(`${root}/below/cv/fold-0`, `${root}/mixed/fold-0`);
    await Deno.symlink(`${dir}/away`, `${root}/mixed/fold-1`);
    await Deno.symlink(`${root}/busy`, `${root}/again`); // which stays inside, and is one run
    const text = await (await fetch(`${url}api/runs`)).text();
    assert(!text.includes(SECRET));
    const runs = await runsOf(url);
    assert(!Object.keys(runs).some((name) => /^(up|away|folded)/.test(name)), Object.keys(runs).join());
    assertEquals(Object.keys(runs).filter((name) => ["again", "busy"].includes(name)).length, 1);
    for (const [run, name] of [["mixed", "fold-1"], ...names.map((name) => [`by-${name}`, name])]) {
      const { state, fault } = runs[run!]!;
      assertEquals(state, "broken");
      assertStringIncludes(fault!, `Cannot read ${name}`);
      const response = await fetch(`${url}report?run=${run}`);
      assertEquals(response.status, 404);
      assert(!(await response.text()).includes(SECRET));
    }
  });
});

Deno.test("serveBoard() answers 1,000 requests at 32 at once, and holds no more memory afterwards", async () => {
  await withBoard(printedRng(), async (url, _, errors) => {
    const paths = [
      "",
      "api/runs",
      "api/history?run=busy&run=done",
      "board.js",
      "report?run=done",
      "nothing",
      "report?run=..",
    ];
    const statuses = [200, 200, 200, 200, 200, 404, 404];
    const round = async (count: number) => {
      let next = 0;
      await Promise.all(Array.from({ length: 32 }, async () => {
        for (let i: number; (i = next++) < count;) {
          const response = await fetch(`${url}${paths[i % paths.length]}`);
          await response.arrayBuffer();
          assertEquals(response.status, statuses[i % paths.length]);
        }
      }));
    };
    await round(200); // what is loaded once is not growth
    const before = Deno.memoryUsage();
    await round(1000);
    const after = Deno.memoryUsage(), grown = (after.rss - before.rss) / 1e6;
    assert(grown < 60, `${grown} MB more`); // 60 kB a request; what waits to be collected is less
    assertEquals(errors, []);
  });
});

Deno.test("serveBoard() refuses a folder that is not there, or is none", async () => {
  await withDir(async (dir) => {
    await assertRejects(() => serveBoard(`${dir}/gone`, { port: 0 }), Deno.errors.NotFound);
    await Deno.writeTextFile(`${dir}/file`, "");
    await assertRejects(() => serveBoard(`${dir}/file`, { port: 0 }), Deno.errors.NotADirectory);
  });
});
