/** Preprocesses a folder of images and writes a line for each: `deno run preprocess_child.ts DIR CACHE`. @module */
import { loadFolders } from "../../src/io/folders.ts";
import { preprocessImages } from "../../src/preprocess/mod.ts";

const [root, dir] = Deno.args as [string, string];
const line = new TextEncoder().encode("image\n");
await preprocessImages(await loadFolders(root), [{ name: "clahe" }], {
  dir,
  workers: 1,
  onProgress: ({ done }) => done > 0 && Deno.stdout.writeSync(line),
});
