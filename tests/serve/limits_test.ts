import { assert, assertEquals, assertRejects } from "@std/assert";
import { makeBatcher, makeTurns } from "../../src/serve/batcher.ts";
import { widenHalves } from "../../src/serve/page/old_browsers.ts";
import { makeRateLimit } from "../../src/serve/rate_limit.ts";

Deno.test("makeRateLimit() gives a burst, then a steady rate, and says how long to wait", () => {
  let time = 5000;
  const limit = makeRateLimit({ perSecond: 2, burst: 4 }, { perSecond: 100, burst: 100 }, () => time);
  assertEquals([limit.take("a", 3), limit.take("a", 1)], [0, 0]);
  assertEquals(limit.take("a", 1), 0.5);
  assertEquals(limit.take("b", 4), 0, "another client's bucket is full");
  time += 500;
  assertEquals([limit.take("a", 1), limit.take("a", 1)], [0, 0.5]);
  time += 3_600_000;
  assertEquals([limit.take("a", 4), limit.take("a", 1)], [0, 0.5], "no more than a burst is saved up");
});

Deno.test("makeRateLimit() holds all clients to the common rate, and a refusal costs nobody", () => {
  let time = 0;
  const limit = makeRateLimit({ perSecond: 1, burst: 10 }, { perSecond: 1, burst: 10 }, () => time);
  assertEquals(limit.take("a", 8), 0);
  assertEquals(limit.take("b", 4), 2);
  assertEquals(limit.take("c", 2), 0);
  time += 2000;
  assertEquals(limit.take("b", 2), 0);
});

Deno.test("makeRateLimit() remembers a bounded number of clients", () => {
  let time = 0;
  const limit = makeRateLimit({ perSecond: 1, burst: 2 }, { perSecond: 1e9, burst: 1e9 }, () => time);
  for (let i = 0; i < 25_000; i++) {
    time += 0.1;
    limit.take(`client ${i}`, 1);
    assert(limit.clients <= 10_000);
  }
  assert(limit.take("client 24999", 2) > 0, "the latest are remembered");
});

Deno.test("makeBatcher() joins what comes together and while it works, in order, and keeps errors to their batch", async () => {
  const batches: number[][] = [];
  const { run } = makeBatcher(async (items: readonly number[]) => {
    batches.push([...items]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (items.includes(13)) throw new RangeError("thirteen");
    return items.map((item) => 2 * item);
  }, 4);
  const first = Promise.all([1, 2, 3, 4, 5].map(run));
  await new Promise((resolve) => setTimeout(resolve, 2));
  assertEquals(await Promise.all([run(6), first]), [12, [2, 4, 6, 8, 10]]);
  assertEquals(batches, [[1, 2, 3, 4], [5, 6]]);
  await assertRejects(() => run(13), RangeError, "thirteen");
  assertEquals(await run(7), 14);
});

Deno.test("makeTurns() lets so many jobs be under way, in order, and goes on after errors", async () => {
  const inTurn = makeTurns(2), order: number[] = [];
  let now = 0, most = 0;
  const job = (i: number) =>
    inTurn(async () => {
      order.push(i);
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now--;
      if (i === 1) throw new Error("first");
      return i;
    });
  const settled = await Promise.allSettled([0, 1, 2, 3, 4].map(job));
  assertEquals(settled.map(({ status }) => status === "fulfilled"), [true, false, true, true, true]);
  assertEquals([order, most], [[0, 1, 2, 3, 4], 2]);
});

Deno.test("widenHalves() has the value of every half-precision number", () => {
  const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i);
  assertEquals([...widenHalves(bits)], [...new Float16Array(bits.buffer)]);
});
