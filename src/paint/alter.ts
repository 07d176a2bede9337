/**
 * What may become of an image file as it is passed on: encoded anew, scaled, brightened, cropped, broken.
 *
 * @module
 */
import { rasterize } from "../io/raster.ts";

/** How a copy differs from its original. */
export type Change =
  | { readonly kind: "none" }
  /** Encoded as JPEG of another quality, 1..100. */
  | { readonly kind: "quality"; readonly quality: number }
  /** Both sides scaled by a factor. */
  | { readonly kind: "size"; readonly factor: number }
  /** Every byte multiplied by a factor, up to 255. */
  | { readonly kind: "brightness"; readonly factor: number }
  /** A share of each side cut off, one pixel at least; of what is cut, so much is at the left and at the top, 0..1. */
  | { readonly kind: "crop"; readonly share: number; readonly place: readonly [left: number, top: number] };

/** How a file is broken. */
export type Damage =
  /** Cut off after a share of its bytes. */
  | { readonly kind: "truncated"; readonly share: number }
  /** No bytes at all. */
  | { readonly kind: "empty" }
  /** Words under an image's name. */
  | { readonly kind: "text" };

/** What a file is like before and after. */
export interface AlterOptions {
  /** Height and width before, in pixels. */
  readonly size: readonly [height: number, width: number];
  /** The format, before and after. */
  readonly format: "jpeg" | "png";
  /** JPEG quality after, unless the change is of quality. */
  readonly quality: number;
}

/**
 * Changes an image file.
 *
 * @param file The file's bytes.
 * @param change What is done to it.
 * @param options The file's size and format, and the quality that it is written with.
 * @returns The new file's bytes; the same ones if nothing changes.
 */
export async function alter(
  file: Uint8Array<ArrayBuffer>,
  change: Change,
  { size: [height, width], format, quality }: AlterOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  switch (change.kind) {
    case "none":
      return file;
    case "quality": {
      const page = pageOf(file, { format, width, height });
      const encoded = await rasterize(page, { format: "jpeg", quality: change.quality });
      return format === "jpeg" ? encoded : await rasterize(pageOf(encoded, { format: "jpeg", width, height }));
    }
    case "size": {
      const [w, h] = [width, height].map((side) => Math.max(1, Math.round(side * change.factor))) as [number, number];
      return await rasterize(pageOf(file, { format, width: w, height: h }), { format, quality });
    }
    case "brightness": {
      const page = pageOf(file, { format, width, height, factor: change.factor });
      return await rasterize(page, { format, quality });
    }
    case "crop": {
      const [left, top] = [width, height].map((side, k) => {
        const cut = Math.max(1, Math.round(side * change.share));
        return { cut, before: Math.round(cut * change.place[k as 0]) };
      }) as [Cut, Cut];
      const page = pageOf(file, { format, width, height, left, top });
      return await rasterize(page, { format, quality });
    }
  }
}

/** Pixels cut off along one side, and how many of them at its beginning. */
interface Cut {
  readonly cut: number;
  readonly before: number;
}

/** An SVG page that shows an image file at a size, brightened by a factor, less what is cut off. */
function pageOf(
  file: Uint8Array,
  { format, width, height, factor = 1, left = { cut: 0, before: 0 }, top = { cut: 0, before: 0 } }: {
    readonly format: "jpeg" | "png";
    readonly width: number;
    readonly height: number;
    readonly factor?: number;
    readonly left?: Cut;
    readonly top?: Cut;
  },
): string {
  const channels = ["R", "G", "B"].map((channel) => `<feFunc${channel} type="linear" slope="${factor}"/>`).join("");
  const filter = factor === 1
    ? ""
    : `<filter id="light" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">` +
      `<feComponentTransfer>${channels}</feComponentTransfer></filter>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
    `width="${width - left.cut}" height="${height - top.cut}">${filter}<image x="${-left.before}" y="${-top.before}" ` +
    `width="${width}" height="${height}" preserveAspectRatio="none"${filter && ` filter="url(#light)"`} ` +
    `xlink:href="data:image/${format};base64,${file.toBase64()}"/></svg>`;
}

/**
 * Breaks a file.
 *
 * @param file The file's bytes.
 * @param damage What is done to it.
 * @returns The bytes that are left.
 */
export function damaged(file: Uint8Array, damage: Damage): Uint8Array {
  if (damage.kind === "empty") return new Uint8Array(0);
  if (damage.kind === "truncated") return file.slice(0, Math.floor(file.length * damage.share));
  return new TextEncoder().encode("This is a letter and no picture.\n");
}
