/** Packs a folder of images and writes a line for each: `deno run pack_child.ts DIR CACHE`. @module */
import { loadFolders } from "../../src/io/folders.ts";
import { packImages } from "../../src/io/pack.ts";

const [dir, cacheDir] = Deno.args as [string, string];
const line = new TextEncoder().encode("image\n");
const images = await packImages(await loadFolders(dir), {
  resize: [150, 140],
  cacheDir,
  onProgress: () => Deno.stdout.writeSync(line),
});
images.close();
Deno.stdout.writeSync(new TextEncoder().encode("packed\n"));
