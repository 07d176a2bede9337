import { assert, assertEquals } from "@std/assert";
import { progress } from "../../src/io/progress.ts";

/** A progress display that is written into a list, with a clock of its own. */
function recorded(target: "terminal" | "log") {
  const texts: string[] = [];
  const clock = { time: 0 };
  const bar = progress("work", { target, every: 10, write: (text) => texts.push(text), now: () => clock.time });
  return { texts, clock, bar };
}

Deno.test("progress() writes a line now and then in a log", () => {
  const { texts, clock, bar } = recorded("log");
  for (let done = 1; done <= 30; done++) {
    clock.time += 1000;
    bar.update(done, 30, "busy");
  }
  bar.end("30 done");
  assertEquals(texts, [
    "work: 1/30  busy\n",
    "work: 11/30, 0:19 left  busy\n",
    "work: 21/30, 0:09 left  busy\n",
    "work: 30 done\n",
  ]);
});

Deno.test("progress() tells the time left by what was done since it began, not by what an earlier process did", () => {
  const { texts, clock, bar } = recorded("log");
  for (const done of [1000, 1010, 1020]) {
    bar.update(done, 1100);
    clock.time += 10_000;
  }
  for (const done of [1, 2]) { // a second piece of work
    bar.update(done, 10);
    clock.time += 10_000;
  }
  assertEquals(texts, [
    "work: 1000/1100\n",
    "work: 1010/1100, 1:30 left\n",
    "work: 1020/1100, 1:20 left\n",
    "work: 1/10\n",
    "work: 2/10, 1:20 left\n",
  ]);
});

Deno.test("progress() rewrites one line in a terminal, at most every 80 ms but for the last", () => {
  const { texts, clock, bar } = recorded("terminal");
  for (let done = 1; done <= 100; done++) {
    clock.time += 1;
    bar.update(done, 100);
  }
  assertEquals(texts.length, 3); // the first, one after 80 ms, the last
  assert(texts.every((text) => text.startsWith("\r\x1b[2K") && !text.includes("\n")));
  bar.line("a line that stays");
  assertEquals(texts.at(-1), "\r\x1b[2Ka line that stays\n");
});

Deno.test("progress() ends without a trace unless told otherwise", () => {
  const { texts, bar } = recorded("terminal");
  bar.update(1, 2);
  bar.end();
  assertEquals(texts.at(-1), "\r\x1b[2K");
});
