import { assert, assertEquals, assertRejects } from "@std/assert";
import { askService } from "../../src/io/http_json.ts";

/** A server on this machine that answers as it is told. */
async function withServer(
  answer: (request: Request) => Response | Promise<Response>,
  run: (url: URL) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  try {
    await run(new URL(`http://127.0.0.1:${server.addr.port}/api`));
  } finally {
    await server.shutdown();
  }
}

Deno.test("askService() sends JSON or bytes and reads JSON or text", async () => {
  const seen: unknown[] = [];
  await withServer(async (request) => {
    const body = new Uint8Array(await request.arrayBuffer());
    seen.push([request.method, request.headers.get("content-type"), new TextDecoder().decode(body)]);
    return seen.length === 1 ? Response.json({ a: 1 }, { status: 201 }) : new Response("<p>", { status: 503 });
  }, async (url) => {
    assertEquals(await askService(url, { method: "POST", body: { b: [2] } }), { status: 201, body: { a: 1 } });
    assertEquals(await askService(url, { method: "PUT", body: Uint8Array.of(104, 105) }), { status: 503, body: "<p>" });
    await askService(url);
  });
  assertEquals(seen, [
    ["POST", "application/json", '{"b":[2]}'],
    ["PUT", "application/octet-stream", "hi"],
    ["GET", null, ""],
  ]);
});

Deno.test("askService() follows no redirect, and sends a token to its own origin alone", async () => {
  const seen: (string | null)[] = [];
  await withServer((request) => {
    seen.push(request.headers.get("authorization"));
    return new Response(null, { status: 302, headers: { location: "/elsewhere" } });
  }, async (url) => {
    assertEquals((await askService(url, { token: { value: "x", origin: url.origin } })).status, 302);
    await askService(url, { token: { value: "x", origin: "http://127.0.0.1:1" } });
  });
  assertEquals(seen, ["Bearer x", null]);
});

Deno.test("askService() gives up a server that hangs, also in the middle of its answer", async () => {
  const release = Promise.withResolvers<void>();
  await withServer(async (request) => {
    if (request.method === "POST") await release.promise;
    return new Response(
      new ReadableStream({
        async start(controller) {
          controller.enqueue(new Uint8Array(3));
          await release.promise;
          controller.close();
        },
      }),
    );
  }, async (url) => {
    for (const method of ["GET", "POST"] as const) {
      const error = await assertRejects(() => askService(url, { method, timeout: 0.05 }), Deno.errors.TimedOut);
      assert(error.message.includes(url.origin));
    }
    const abort = new AbortController();
    const asked = askService(url, { method: "POST", signal: abort.signal });
    abort.abort(new Error("enough"));
    await assertRejects(() => asked, Error, "enough");
    release.resolve();
  });
});

Deno.test("askService() does not count the time in which the event loop stands still", async () => {
  await withServer(() => Response.json({ there: true }), async (url) => {
    const asked = askService(url, { timeout: 0.4 });
    await new Promise((resolve) => setTimeout(resolve, 0)); // the request is on its way
    for (const end = performance.now() + 900; performance.now() < end;); // as a step of training holds the loop
    assertEquals((await asked).body, { there: true });
  });
});

Deno.test("askService() names the server that cannot be reached, and not the path", async () => {
  let port = 0;
  await withServer(() => new Response(), (url) => (port = Number(url.port), Promise.resolve()));
  const url = new URL(`http://127.0.0.1:${port}/secret/path`);
  const error = await assertRejects(() => askService(url), Deno.errors.NotConnected, url.origin);
  assert(!error.message.includes("secret"), error.message);
});
