import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as mf from "maskfold";
import { crc32 } from "../../src/io/checksum32.ts";
import { loadSharp } from "../../src/io/sharp.ts";
import * as tf from "../../src/tensor/tf.ts";
import { picture } from "../io/fixtures.ts";
import { difference, type Place, withRun } from "./fixture.ts";

/** So much that no test meets the limit by chance. */
const PLENTY = { perSecond: 1e6, burst: 1e6 };

interface Served extends Place {
  readonly server: mf.PageServer;
  readonly url: string;
}

async function withServer(
  options: Partial<mf.ServePageOptions>,
  body: (served: Served) => Promise<void>,
): Promise<void> {
  await withRun(async (place) => {
    const errors: unknown[] = [];
    {
      const given = { port: 0, perClient: PLENTY, inAll: PLENTY, onError: (error: unknown) => errors.push(error) };
      await using server = await mf.servePage(place.page, { ...given, ...options });
      await body({ ...place, server, url: server.url });
    }
    assertEquals(errors, []);
  });
}

const JPEG = { "Content-Type": "image/jpeg" };

function post(url: string, body: BodyInit, headers: Record<string, string> = JPEG): Promise<Response> {
  return fetch(`${url}predict`, { method: "POST", body, headers });
}

/** The status and the error of an answer, which must be JSON. */
async function refusal(response: Response | Promise<Response>): Promise<readonly [number, string]> {
  const { status, headers } = await response, body = await (await response).json() as { error: string };
  assertEquals(headers.get("content-type"), "application/json; charset=utf-8");
  assertEquals(Object.keys(body), ["error"]);
  return [status, body.error];
}

interface Results {
  readonly results: readonly {
    readonly class: string;
    readonly probability: number;
    readonly attributes: Readonly<Record<string, { level: string; probabilities: Record<string, number> }>>;
    readonly probabilities: Readonly<Record<string, number>>;
  }[];
}

async function results(response: Promise<Response>): Promise<Results["results"]> {
  const { status } = await response;
  assertEquals(status, 200);
  return (await (await response).json() as Results).results;
}

/** A PNG of a few pixels whose header declares another size. */
async function declaredPng(width: number, height: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await picture({ seed: 5 })), view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  view.setUint32(29, crc32(bytes.subarray(12, 29)));
  return bytes;
}

Deno.test("servePage() answers as predict() does: one picture, a form's files, base64 in JSON", () =>
  withServer({}, async ({ url, paths, predicted }) => {
    const files = await Promise.all([0, 9, 20].map((row) => Deno.readFile(paths[row]!)));
    const form = new FormData();
    for (const file of files) form.append("picture", new File([file], "face.jpg", { type: "image/jpeg" }));
    const json = JSON.stringify({ images: [files[0]!.toBase64(), `data:image/jpeg;base64,${files[1]!.toBase64()}`] });
    const answers = [
      ...(await results(fetch(`${url}predict`, { method: "POST", body: form }))).map((it, i) => [it, i] as const),
      ...(await results(post(url, json, { "Content-Type": "application/json; charset=utf-8" })))
        .map((it, i) => [it, i] as const),
      [(await results(post(url, files[2]!)))[0]!, 2] as const,
    ];
    assertEquals(answers.length, 6);
    for (const [answer, i] of answers) {
      const row = [0, 9, 20][i]!, off = difference(answer.probabilities, predicted, row);
      assert(off < 1e-5, `off by ${off}`);
      assertEquals(answer.class, predicted.classes[mf.decide(predicted)[row]!]);
      assertEquals(answer.probability, answer.probabilities[answer.class]);
      for (const { level, probabilities } of Object.values(answer.attributes)) {
        assertEquals(probabilities[level], Math.max(...Object.values(probabilities)));
        assert(Math.abs(Object.values(probabilities).reduce((a, b) => a + b) - 1) < 1e-5);
      }
    }
    assertEquals(Object.keys(answers[0]![0].attributes), ["mask", "gender", "age"]);
  }));

Deno.test("servePage() serves the page's files and no others, however a path is written", () =>
  withServer({}, async ({ url, page }) => {
    await Deno.writeTextFile(`${page}/secret.txt`, "secret");
    await Deno.writeTextFile(`${page}/../above.txt`, "secret");
    const { hostname, port } = new URL(url);
    const raw = async (path: string) => {
      using connection = await Deno.connect({ hostname, port: Number(port) });
      await connection.write(new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`));
      const bytes = new Uint8Array(4096);
      return new TextDecoder().decode(bytes.subarray(0, await connection.read(bytes) ?? 0));
    };
    const paths = [
      ..."/../above.txt /%2e%2e/above.txt /..%2fabove.txt /%2e%2e%2fabove.txt /build/../../above.txt".split(" "),
      ..."//above.txt /..\\above.txt /%5c..%5cabove.txt /secret.txt /build /build/ /model.json%00.txt".split(" "),
      ..."/index.html/../secret.txt /.%00./above.txt /%252e%252e/above.txt /....//above.txt".split(" "),
    ];
    for (const path of paths) {
      const answer = await raw(path);
      assert(/^HTTP\/1\.1 40[04] /.test(answer) && !answer.includes("secret"), `${path}: ${answer}`);
    }
    const index = await fetch(url);
    assertStringIncludes(await index.text(), "no picture is uploaded");
    const policy = index.headers.get("content-security-policy")!;
    for (const rule of ["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"]) {
      assertStringIncludes(policy, rule);
    }
    assertEquals(index.headers.get("x-content-type-options"), "nosniff");
    const tag = index.headers.get("etag")!;
    const same = await fetch(url, { headers: { "If-None-Match": tag } });
    assertEquals([same.status, await same.text()], [304, ""]);
    for (const name of ["worker.js", "weights.safetensors", "build/kernels.wasm"]) {
      const response = await fetch(`${url}${name}`), head = await fetch(`${url}${name}`, { method: "HEAD" });
      assertEquals(await response.bytes(), await Deno.readFile(`${page}/${name}`)); // compressed on the way
      assertEquals([head.status, (await head.bytes()).length], [200, 0]);
    }
    const model = await (await fetch(`${url}model`)).json();
    assertEquals(model, JSON.parse(await Deno.readTextFile(`${page}/model.json`)));
  }));

Deno.test("servePage() refuses what is malformed, of another type or method, each with its status", () =>
  withServer({}, async ({ url, paths }) => {
    const jpeg = await Deno.readFile(paths[0]!), png = await picture({ seed: 1, height: 60, width: 40 });
    const svg = new TextEncoder().encode(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>`);
    const gif = await (await loadSharp())(png).gif().toBuffer();
    const form = new FormData();
    form.append("note", "no file");
    const cases: (readonly [status: number, text: string, response: Promise<Response>])[] = [
      [400, "broken", post(url, jpeg.slice(0, jpeg.length >> 1))],
      [400, "broken", post(url, png.slice(0, png.length >> 1), { "Content-Type": "image/png" })],
      [400, "broken", post(url, png.slice(0, 20), { "Content-Type": "image/png" })],
      [400, "broken", post(url, await declaredPng(4000, 3000), { "Content-Type": "image/png" })],
      [400, "must be JPEG, PNG, WebP", post(url, "just text")],
      [400, "must be JPEG, PNG, WebP", post(url, svg)],
      [400, "must be JPEG, PNG, WebP", post(url, new Uint8Array(gif))],
      [400, "there must be a picture", post(url, "")],
      [400, "form is broken", post(url, "nonsense", { "Content-Type": "multipart/form-data; boundary=x" })],
      [400, "there must be a picture", fetch(`${url}predict`, { method: "POST", body: form })],
      ...['{"images": ["@@"]}', '{"images": 3}', "{", "[]", '{"images": [{}]}'].map((text) =>
        [400, "the JSON must be", post(url, text, { "Content-Type": "application/json" })] as const
      ),
      [415, "must come as image/jpeg", post(url, jpeg, { "Content-Type": "text/plain" })],
      [415, "must come as image/jpeg", post(url, jpeg, { "Content-Type": "image/svg+xml" })],
      [405, "must be POST", fetch(`${url}predict`)],
      [405, "must be GET or HEAD", fetch(`${url}model`, { method: "POST" })],
      [405, "must be GET or HEAD", fetch(url, { method: "DELETE" })],
      [404, "no such page", fetch(`${url}elsewhere`)],
    ];
    for (const [status, text, response] of cases) {
      const [found, error] = await refusal(response);
      assertEquals(found, status, error);
      assertStringIncludes(error, text);
    }
    assertEquals((await results(post(url, jpeg))).length, 1);
  }));

Deno.test("servePage() refuses what is too large: bodies, streams of unknown length, pictures, and too many of them", () =>
  withServer({ maxBody: 50_000, maxPixels: 10_000, maxPictures: 2 }, async ({ url, paths }) => {
    const stream = () => {
      let sent = 0;
      return new ReadableStream({
        pull(controller) {
          if ((sent += 10_000) > 1e6) controller.close();
          else controller.enqueue(new Uint8Array(10_000));
        },
      });
    };
    const jpeg = (await Deno.readFile(paths[0]!)).toBase64(), json = { "Content-Type": "application/json" };
    const wide = await picture({ seed: 2, height: 100, width: 101, format: "jpeg" });
    const cases = [
      ["at most 50000 bytes", post(url, new Uint8Array(50_001))],
      ["at most 50000 bytes", post(url, stream())],
      ["at most 10000 pixels: current size is 60000 x 60000", post(url, await declaredPng(60_000, 60_000))],
      ["at most 10000 pixels", post(url, new Uint8Array(wide))],
      ["2 pictures at once: current number is 3", post(url, JSON.stringify({ images: [jpeg, jpeg, jpeg] }), json)],
    ] as const;
    for (const [text, response] of cases) {
      const [status, error] = await refusal(response);
      assertEquals(status, 413, error);
      assertStringIncludes(error, text);
    }
    const [status, error] = await refusal(
      post(url, JSON.stringify({ images: [jpeg, (await declaredPng(200, 200)).toBase64()] }), json),
    );
    assertEquals(status, 413);
    assertStringIncludes(error, "(picture 2)");
  }));

Deno.test("servePage() answers 1,000 requests at 32 at once, good and broken, and does not grow", async () => {
  let before = 0;
  await withServer({}, async ({ url, paths, predicted }) => {
    const good = await Promise.all(paths.slice(0, 8).map((path) => Deno.readFile(path)));
    const answers = mf.decide(predicted), counts: Record<number, number> = {};
    const one = async (i: number) => {
      const broken = i % 10 === 9, file = good[i % 8]!;
      const response = await post(url, broken ? file.slice(0, 300) : file);
      counts[response.status] = (counts[response.status] ?? 0) + 1;
      const body = await response.json();
      if (!broken) assertEquals(body.results[0].class, predicted.classes[answers[i % 8]!]);
    };
    const many = async (requests: number) => {
      let next = 0;
      const client = async () => {
        while (next < requests) await one(next++);
      };
      await Promise.all(Array.from({ length: 32 }, client));
    };
    const state = async () => await (await fetch(`${url}healthz`)).json();
    await many(100);
    const first = await state(), { rss } = Deno.memoryUsage();
    before = tf.memory().numTensors;
    const started = performance.now();
    await many(1000);
    console.log(
      `${Math.round(1000 / (performance.now() - started) * 1000)} requests a second, clients in this process`,
    );
    const last = await state(), grown = (Deno.memoryUsage().rss - rss) / 2 ** 20;
    assertEquals(counts, { 200: 990, 400: 110 });
    assertEquals([last.tensors, last.tensorBytes, last.waiting], [first.tensors, first.tensorBytes, 0]);
    assertEquals([last.status, last.answered - first.answered, last.clients], ["ok", 900, 1]);
    assert(grown < 150, `resident memory grew by ${grown} MiB`);
  });
  assert(tf.memory().numTensors < before, "the networks are given back");
});

Deno.test("servePage() takes no more pictures from a client than its rate, and no more from all; others may go on", () =>
  withServer({ perClient: { perSecond: 0.01, burst: 4 } }, async ({ url, paths }) => {
    const jpeg = await Deno.readFile(paths[0]!);
    const several = (count: number) => {
      const body = JSON.stringify({ images: Array.from({ length: count }, () => jpeg.toBase64()) });
      return post(url, body, { "Content-Type": "application/json" });
    };
    assertEquals((await refusal(several(5)))[0], 413); // which could never be taken
    assertEquals((await results(several(2))).length, 2);
    assertEquals((await refusal(post(url, "what is broken is counted, too")))[0], 400);
    const response = await post(url, jpeg), after = Number(response.headers.get("retry-after"));
    assertEquals((await refusal(response))[0], 429);
    assert(after >= 90 && after <= 100, `retry after ${after} s`);
    assertEquals((await fetch(url).then((page) => page.text())).length > 0, true); // pages are free
  }));

Deno.test("servePage() refuses more than may wait, and answers what was begun when it is stopped", async () => {
  const stop = new AbortController();
  await withServer({ maxWaiting: 12, signal: stop.signal }, async ({ url, paths, server }) => {
    const jpeg = await Deno.readFile(paths[0]!);
    const large = new Uint8Array(await (await loadSharp())(jpeg).resize(2000, 2400).jpeg().toBuffer());
    const statuses = await Promise.all(Array.from({ length: 40 }, async () => {
      const response = await post(url, large);
      if (response.status === 503) assertEquals(response.headers.get("retry-after"), "1");
      await response.body?.cancel();
      return response.status;
    }));
    const count = (status: number) => statuses.filter((found) => found === status).length;
    assertEquals(count(200) + count(503), 40);
    assert(count(200) >= 12 && count(503) > 0, `${count(200)} answered, ${count(503)} refused`);
    const begun = Array.from({ length: 4 }, () => post(url, large).then((response) => response.json()));
    while ((await (await fetch(`${url}healthz`)).json()).waiting < 4) await new Promise((done) => setTimeout(done, 1));
    stop.abort();
    for (const body of await Promise.all(begun)) assertEquals(body.results.length, 1);
    await server.closed;
    await assertRejects(() => fetch(url), TypeError);
  });
});

Deno.test("servePage() and exportWeb() refuse what is no page, other weights, and runs that a page cannot do", () =>
  withRun(async ({ dir, run }) => {
    await Deno.writeTextFile(`${dir}/model.json`, JSON.stringify({ version: 1, schema: {}, members: [] }));
    await assertRejects(() => mf.servePage(dir, { port: 0 }), TypeError, "must be what export:web writes");
    await mf.exportWeb([run], { dir });
    await Deno.writeTextFile(`${dir}/weights.safetensors`, "other", { append: true });
    const { numTensors } = tf.memory();
    await assertRejects(() => mf.servePage(dir, { port: 0 }), TypeError, "must be the file that model.json names");
    assertEquals(tf.memory().numTensors, numTensors);
    const other = { ...run, config: { ...run.config, preprocess: [{ name: "clahe" }] as never } };
    await assertRejects(() => mf.exportWeb([other], { dir }), TypeError, `steps are "clahe"`);
    const smaller = { ...run, config: { ...run.config, resize: 36 } };
    await assertRejects(() => mf.exportWeb([run, smaller], { dir }), TypeError, "must be of one config");
    await assertRejects(() => mf.exportWeb([], { dir }), RangeError, "at least one run");
    const calibration = { method: "temperature", classes: ["cat", "dog"], temperature: 2 } as const;
    await assertRejects(() => mf.exportWeb([run], { dir, calibration }), TypeError, "same classes");
  }));

Deno.test("deno task serve listens on this machine alone, answers, and ends well when it is stopped", () =>
  withRun(async ({ run, paths, predicted }) => {
    const args = ["run", "-A", "-q", "tasks/serve.ts", "--run", run.dir, "--port", "0", "--backend", "wasm"];
    const cwd = new URL("../../", import.meta.url);
    await using server = new Deno.Command(Deno.execPath(), { args, cwd, stdout: "piped", stderr: "piped" }).spawn();
    const errors = server.stderr.text();
    let text = "", url: string | undefined;
    for await (const piece of server.stdout.pipeThrough(new TextDecoderStream()).values({ preventCancel: true })) {
      url = /serving until stopped: (\S+)/.exec(text += piece)?.[1];
      if (url) break;
    }
    assert(url, `${text}${await (url ? "" : errors)}`);
    assertEquals(new URL(url).hostname, "127.0.0.1");
    const [answer] = await results(post(url, await Deno.readFile(paths[0]!)));
    assert(difference(answer!.probabilities, predicted, 0) < 1e-5);
    server.kill("SIGTERM");
    assertEquals((await server.status).code, 0, await errors);
  }));
