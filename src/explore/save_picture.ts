/**
 * Pictures on disk.
 *
 * @module
 */
import { dirname } from "node:path";
import { ensureDir, writeAtomic } from "../io/files.ts";
import { rasterize } from "../io/raster.ts";
import type { Chart } from "./chart.ts";
import type { Picture } from "./sheet.ts";

/**
 * Writes a chart or picture as SVG and, at twice its size for a chart, as PNG. The folder is made if it is missing.
 *
 * @param picture What `plotCounts`, `plotConfusion`, `plotHistory` or `contactSheet` made.
 * @param path The files' path; an extension `.svg` or `.png` is taken off.
 * @returns The paths written: SVG, then PNG.
 */
export async function savePicture(
  picture: Chart | Picture | Promise<Chart | Picture>,
  path: string,
): Promise<[svg: string, png: string]> {
  const made = await picture;
  const base = path.replace(/\.(svg|png)$/i, "");
  await ensureDir(dirname(base));
  await writeAtomic(`${base}.svg`, made.svg);
  await writeAtomic(`${base}.png`, "png" in made ? made.png : await rasterize(made.svg, { scale: 2, colors: 256 }));
  return [`${base}.svg`, `${base}.png`];
}
