/**
 * Letters for pictures: points fontconfig, through which librsvg finds fonts, to the DejaVu fonts that come with the package,
 * so that text looks alike everywhere and is not boxes on a machine without fonts
 * (https://fontconfig.pages.freedesktop.org/fontconfig/fontconfig-user.html).
 *
 * @module
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureDir, statIfThere, writeAtomic } from "./files.ts";

/** Fonts that letters missing from DejaVu are taken from, where such folders exist. */
const SYSTEM_FONTS = ["/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts"];

const GENERIC = [["sans-serif", "DejaVu Sans"], ["serif", "DejaVu Serif"], ["monospace", "DejaVu Sans Mono"]] as const;

let prepared: Promise<string> | undefined;

/**
 * Sets FONTCONFIG_FILE to a generated configuration, once. Must be called before the process draws its first letter: fontconfig
 * reads its configuration then and never again. A configuration that the variable names already stays included.
 *
 * @returns The generated file.
 */
export function prepareFonts(): Promise<string> {
  prepared ??= writeConfiguration().then((path) => {
    Deno.env.set("FONTCONFIG_FILE", path);
    return path;
  });
  return prepared;
}

async function writeConfiguration(): Promise<string> {
  await import("dejavu-fonts-ttf/package.json", { with: { type: "json" } }); // has Deno fetch the package where it is missing
  const fonts = dirname(fileURLToPath(import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf")));
  const own = Deno.env.get("FONTCONFIG_FILE");
  return await inCache((dir) => configuration(fonts, own, `${dir}/cache`));
}

/** The configuration's text; `cache` is where fontconfig may keep what it learnt about the fonts. */
function configuration(fonts: string, included: string | undefined, cache: string): string {
  const aliases = GENERIC.map(([generic, family]) =>
    `<alias binding="same"><family>${generic}</family><prefer><family>${family}</family></prefer></alias>`
  );
  const others = included
    ? [`<include ignore_missing="yes">${escapeXml(included)}</include>`]
    : SYSTEM_FONTS.map((dir) => `<dir>${dir}</dir>`);
  return [
    `<?xml version="1.0"?>`,
    `<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">`,
    `<fontconfig>`,
    `<dir>${escapeXml(fonts)}</dir>`,
    ...aliases,
    ...others,
    `<cachedir>${escapeXml(cache)}</cachedir>`,
    `</fontconfig>`,
    ``,
  ].join("\n");
}

/** Writes a file named by its content into the user's cache folder, or a temporary one where that cannot be written. */
async function inCache(content: (dir: string) => string): Promise<string> {
  const home = Deno.env.get("XDG_CACHE_HOME") || Deno.env.get("LOCALAPPDATA") ||
    (Deno.env.get("HOME") && `${Deno.env.get("HOME")}/.cache`);
  if (home) {
    const dir = `${home}/maskfold/fonts`;
    try {
      await ensureDir(dir);
      return await writeNamed(dir, content(dir));
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
    }
  }
  const dir = await Deno.makeTempDir({ prefix: "maskfold-fonts-" });
  return await writeNamed(dir, content(dir));
}

async function writeNamed(dir: string, content: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(content));
  const path = `${dir}/fonts-${new Uint8Array(digest).toHex().slice(0, 16)}.conf`;
  if (!await statIfThere(path)) await writeAtomic(path, content);
  return path;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[mark]!);
}
