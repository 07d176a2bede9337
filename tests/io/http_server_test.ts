import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { httpError } from "../../src/io/http_request.ts";
import { type HttpHandler, jsonResponse, serveHttp, type ServeHttpOptions } from "../../src/io/http_server.ts";

/** A server on this machine while something is done with it. */
async function withServer(
  handler: HttpHandler,
  options: Partial<ServeHttpOptions>,
  run: (url: string) => Promise<void>,
): Promise<void> {
  await using server = serveHttp(handler, { port: 0, ...options });
  await run(server.url);
}

/** Bytes sent as they are, and the answer, up to the end of its body: a server may wait for the rest of a request's. */
async function sendRaw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(text.replace("\r\n", "\r\nConnection: close\r\n")));
  const bytes = new Uint8Array(4096);
  let answer = "";
  for (let read: number | null; !isWhole(answer) && (read = await connection.read(bytes)) !== null;) {
    answer += new TextDecoder().decode(bytes.subarray(0, read));
  }
  return answer;
}

function isWhole(answer: string): boolean {
  const [head = "", body] = answer.split("\r\n\r\n"), length = /content-length: (\d+)/i.exec(head)?.[1];
  return body !== undefined && body.length >= Number(length ?? Infinity);
}

const hello: HttpHandler = () => new Response("hello");

Deno.test("serveHttp() listens on this machine and answers with headers against guessing and framing", async () => {
  await withServer(hello, {}, async (url) => {
    assertEquals(new URL(url).hostname, "127.0.0.1");
    const response = await fetch(url);
    assertEquals(await response.text(), "hello");
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
    assertEquals(response.headers.get("cross-origin-resource-policy"), "same-origin");
    assertEquals(response.headers.get("cache-control"), "no-store");
  });
});

Deno.test("serveHttp() gives a handler's refusal as JSON, and tells nothing of any other error", async () => {
  const seen: unknown[] = [];
  const handler: HttpHandler = (_, { url }) => {
    if (url.pathname === "/gone") throw httpError(404, "Cannot find /gone");
    throw new Error("secret");
  };
  await withServer(handler, { onError: (error) => seen.push((error as Error).message) }, async (url) => {
    const gone = await fetch(`${url}gone`);
    assertEquals([gone.status, await gone.json()], [404, { error: "Cannot find /gone" }]);
    assertEquals(gone.headers.get("content-type"), "application/json; charset=utf-8");
    const failed = await fetch(url);
    assertEquals(failed.status, 500);
    assert(!(await failed.text()).includes("secret"));
  });
  assertEquals(seen, ["secret"]);
});

Deno.test("serveHttp() answers no other method", async () => {
  await withServer(hello, {}, async (url) => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const response = await fetch(url, { method });
      assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
      assertStringIncludes((await response.json()).error, method);
    }
    assertEquals(await (await fetch(url, { method: "HEAD" })).text(), "");
  });
});

Deno.test("serveHttp() refuses a body that is too large, whether it says its length or not", async () => {
  const echo: HttpHandler = async (request) => jsonResponse((await request.arrayBuffer()).byteLength);
  await withServer(echo, { methods: ["POST"], maxBody: 1000 }, async (url) => {
    const post = (body: BodyInit) => fetch(url, { method: "POST", body });
    assertEquals(await (await post(new Uint8Array(1000))).json(), 1000);
    const large = await post(new Uint8Array(1001));
    assertEquals([large.status, typeof (await large.json()).error], [413, "string"]);
    const chunk = "190\r\n" + "x".repeat(400) + "\r\n"; // 400 bytes
    const head = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    assertStringIncludes(await sendRaw(url, head + chunk.repeat(3)), "413");
    assertStringIncludes(await sendRaw(url, head + chunk.repeat(2) + "0\r\n\r\n"), "800");
  });
});

Deno.test("serveHttp() does not wait for a slow body", async () => {
  await withServer(hello, { methods: ["POST"], maxBody: 10, bodyTimeout: 0.05 }, async (url) => {
    const answer = await sendRaw(url, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf");
    assertStringIncludes(answer, "408");
    assertStringIncludes(answer, `{"error":`);
  });
});

Deno.test("serveHttp() on this machine refuses other names for it, and pages of other origins", async () => {
  await withServer(hello, {}, async (url) => {
    assertStringIncludes(await sendRaw(url, "GET / HTTP/1.1\r\nHost: rebound.example\r\n\r\n"), "421");
    assertStringIncludes(await sendRaw(url, "GET http://rebound.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n"), "421");
    const asked = await fetch(url, { headers: { Origin: "https://elsewhere.example" } });
    assertEquals([asked.status, typeof (await asked.json()).error], [403, "string"]);
    const own = await fetch(url, { headers: { Origin: new URL(url).origin } });
    assertEquals([own.status, await own.text()], [200, "hello"]);
  });
});

Deno.test("serveHttp() refuses what is more than it works on at once", async () => {
  const release = Promise.withResolvers<void>();
  const slow: HttpHandler = async () => {
    await release.promise;
    return new Response("done");
  };
  await withServer(slow, { maxActive: 2 }, async (url) => {
    const asked = Array.from({ length: 5 }, async () => {
      const response = await fetch(url);
      const { status } = response;
      await response.text();
      if (status === 503) release.resolve();
      return status;
    });
    assertEquals((await Promise.all(asked)).sort().slice(0, 2), [200, 200]);
    assert((await Promise.all(asked)).includes(503));
  });
});

Deno.test("serveHttp() finishes what it has begun when its signal fires, and then takes no more", async () => {
  const abort = new AbortController(), begun = Promise.withResolvers<void>();
  const handler: HttpHandler = async (_, { signal }) => {
    begun.resolve();
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    return new Response("finished");
  };
  const server = serveHttp(handler, { port: 0, signal: abort.signal });
  const asked = fetch(server.url);
  await begun.promise;
  abort.abort();
  assertEquals(await (await asked).text(), "finished");
  await server.closed;
  await assertRejects(() => fetch(server.url), TypeError);
  await server[Symbol.asyncDispose](); // once more, as `await using` would
});

Deno.test("serveHttp() names the port that another program listens at", async () => {
  await withServer(hello, {}, (url) => {
    const port = Number(new URL(url).port);
    const error = assertThrows(() => serveHttp(hello, { port }), Deno.errors.AddrInUse);
    assertStringIncludes(error.message, `${port}`);
    return Promise.resolve();
  });
});
