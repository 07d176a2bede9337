import { assert, assertEquals, assertRejects } from "@std/assert";
import { listen, request } from "../../src/io/download_http.ts";
import { withRetries } from "../../src/io/download_retry.ts";

/** Answers requests in place of the network, and notes them. */
async function withFetch(
  answer: (url: URL) => Response,
  run: (asked: { url: string; authorization: string | null }[]) => Promise<void>,
): Promise<void> {
  const { fetch } = globalThis;
  const asked: { url: string; authorization: string | null }[] = [];
  globalThis.fetch = (input, init) => {
    asked.push({ url: `${input}`, authorization: new Headers(init?.headers).get("authorization") });
    return Promise.resolve(answer(new URL(`${input}`)));
  };
  try {
    await run(asked);
  } finally {
    globalThis.fetch = fetch;
  }
}

const redirect = (location: string) => new Response(null, { status: 302, headers: { location } });

async function ask(url: string, stayHome = false): Promise<Response> {
  using silence = listen({});
  return await request(new URL(url), { token: { value: "x", origin: "https://a.example" }, stayHome, silence });
}

Deno.test("request() refuses a redirect that gives up encryption, and one to no web address", async () => {
  for (
    const target of ["http://a.example/2", "file:///etc/passwd", "data:,x", "https://me:pw@b.example/", "http://["]
  ) {
    await withFetch(() => redirect(target), async (asked) => {
      await assertRejects(() => ask("https://a.example/1"), Deno.errors.Http, "redirects to");
      assertEquals(asked.length, 1);
    });
  }
});

Deno.test("request() follows ten redirects and no more", async () => {
  const count = (last: number) => (url: URL) => {
    const step = Number(url.pathname.slice(1));
    return step < last ? redirect(`/${step + 1}`) : new Response("there");
  };
  await withFetch(count(10), async () => assertEquals(await (await ask("https://a.example/0")).text(), "there"));
  await withFetch(count(11), async (asked) => {
    await assertRejects(() => ask("https://a.example/0"), Deno.errors.Http, "more than 10");
    assertEquals(asked.length, 11);
  });
});

Deno.test("request() sends a token to its own origin alone: scheme, host and port", async () => {
  const route: Record<string, string> = {
    "https://a.example/": "https://a.example/2",
    "https://a.example/2": "https://a.example:444/",
    "https://a.example:444/": "https://b.a.example/",
    "https://b.a.example/": "https://a.example/3",
  };
  await withFetch(({ href }) => route[href] ? redirect(route[href]) : new Response(), async (asked) => {
    await ask("https://a.example/");
    assertEquals(asked.map(({ authorization }) => authorization), ["Bearer x", "Bearer x", null, null, "Bearer x"]);
  });
  await withFetch(() => new Response(), async (asked) => {
    await ask("http://a.example/");
    assertEquals(asked[0]!.authorization, null);
  });
});

Deno.test("request() stays at home when told to, and gives the answer that leads away", async () => {
  const answer = ({ pathname }: URL) => redirect(pathname === "/1" ? "/2" : "https://b.example/3");
  await withFetch(answer, async (asked) => {
    const { status, headers } = await ask("https://a.example/1", true);
    assertEquals([status, headers.get("location"), asked.length], [302, "https://b.example/3", 2]);
  });
});

Deno.test("request() says what server is out of reach, without the query, which may hold a secret", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const origin = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const { message } = await assertRejects(() => ask(`${origin}/x?signature=secret`), Deno.errors.NotConnected, origin);
  assert(!message.includes("secret"), message);
});

Deno.test("request() leaves errors that are not the network's as they are", async () => {
  await withFetch(() => {
    throw new Deno.errors.NotCapable("no permission");
  }, async () => void await assertRejects(() => ask("https://a.example/"), Deno.errors.NotCapable));
});

/** Runs a job that fails with errors in turn; returns the number of tries. */
async function tries(errors: Error[], pauses: number[]): Promise<number> {
  let count = 0;
  await withRetries(() => count < errors.length ? Promise.reject(errors[count++]) : Promise.resolve(count++), {
    pauses,
  });
  return count;
}

Deno.test("withRetries() tries again what may pass, as often as there are pauses", async () => {
  const { Busy, NotConnected, TimedOut, ConnectionAborted, NotFound } = Deno.errors;
  assertEquals(await tries([new Busy(), new NotConnected(), new TimedOut(), new ConnectionAborted()], [0, 0, 0, 0]), 5);
  await assertRejects(() => tries([new Busy("a"), new Busy("b")], [0]), Busy, "b");
  await assertRejects(() => tries([new NotFound()], [0, 0]), NotFound);
});

Deno.test("withRetries() reads a date to wait for by the server's own clock, and does not wait for long", async () => {
  const busy = (after: string, date?: string) =>
    new Deno.errors.Busy("", { cause: new Headers({ "retry-after": after, ...date && { date } }) });
  const started = performance.now();
  const [date, later] = ["Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:01 GMT"];
  assertEquals(await tries([busy(later, date)], [0]), 2);
  assert(performance.now() - started > 990);
  assertEquals(await tries([busy(date, later), busy("soon"), busy(date)], [0, 0, 0]), 4);
  await assertRejects(() => tries([busy("301")], [0]), Deno.errors.Busy);
  assert(performance.now() - started < 2000);
});

Deno.test("withRetries() stops waiting when it is aborted", async () => {
  const signal = AbortSignal.timeout(20);
  const started = performance.now();
  const work = withRetries(() => Promise.reject(new Deno.errors.Busy()), { pauses: [60], signal });
  await assertRejects(() => work, DOMException);
  assert(performance.now() - started < 5000);
});
