/** A task to try `--fast-unsafe` on: loads beyond the end of a wasm memory, ends with an exit code, or waits to be stopped. */
import { fastUnsafeFlag } from "../../tasks/fast_unsafe.ts";
import { runTask, z } from "../../tasks/flags.ts";

/** `(memory 1) (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))` */
const MODULE = Uint8Array.fromHex(
  "0061736d01000000" + "01060160017f017f" + "03020100" + "0503010001" + "070801046c6f61640000" +
    "0a0901070020002802000b",
);

await runTask({
  name: "fast_unsafe_task",
  summary: "Tries --fast-unsafe.",
  options: z.strictObject({
    ...fastUnsafeFlag,
    what: z.enum(["load", "end", "wait"]).describe("What it does."),
    word: z.string().optional().describe("Printed."),
  }),
}, async ({ what, word, fastUnsafe }, { signal }) => {
  console.log(`word ${word}, fastUnsafe ${fastUnsafe}`);
  if (what === "end") Deno.exitCode = 7;
  if (what === "wait") {
    console.log("waiting");
    const alive = setInterval(() => {}, 1000);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    clearInterval(alive);
    console.log("stopped in good order");
    signal.throwIfAborted();
  }
  if (what === "load") {
    const { load } = new WebAssembly.Instance(new WebAssembly.Module(MODULE)).exports as Record<
      string,
      (address: number) => number
    >;
    try {
      load!(65536);
    } catch {
      console.log("trapped");
    }
  }
});
