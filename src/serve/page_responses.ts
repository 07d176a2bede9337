/**
 * The files of an exported page as a server answers them: read once, known by name, so that no address reaches any other file.
 *
 * @module
 */
import { readBytes, sha256Bytes } from "../io/files.ts";
import { PAGE_FILES, PAGE_POLICY } from "./page_files.ts";
import type { PageModel } from "./page_model.ts";

/** Types by the end of a name. */
const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  wasm: "application/wasm",
  safetensors: "application/octet-stream",
};

/**
 * Reads a page.
 *
 * @param dir Its folder.
 * @param model What its model.json says.
 * @returns An answer to a request for a path, or nothing where there is no such file.
 * @throws {Deno.errors.NotFound} If a file is missing.
 */
export async function pageResponses(
  dir: string,
  { members }: PageModel,
): Promise<(path: string, request: Request) => Response | undefined> {
  const names = [...PAGE_FILES, "model.json", ...members.map(({ file }) => file)];
  const pages = new Map<string, Page>(
    await Promise.all(names.map(async (name) => {
      const bytes = await readBytes(`${dir}/${name}`);
      const headers = {
        "Content-Type": TYPES[name.slice(name.lastIndexOf(".") + 1)]!,
        "Content-Security-Policy": `${PAGE_POLICY}; frame-ancestors 'none'`,
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
        "Cache-Control": "no-cache", // asks each time whether it is still the same
        "Vary": "Accept-Encoding",
        "ETag": `W/"${await sha256Bytes(bytes)}"`,
      };
      return [`/${name === "index.html" ? "" : name}`, { bytes, gzipped: await gzip(bytes), headers }] as const;
    })),
  );
  return (path, request) => {
    const page = pages.get(path === "/index.html" ? "/" : path);
    if (!page) return undefined;
    const asked = request.headers, headers = { ...page.headers };
    if (asked.get("if-none-match") === headers["ETag"]) return new Response(null, { status: 304, headers });
    const packed = /\bgzip\b/.test(asked.get("accept-encoding") ?? "");
    if (packed) headers["Content-Encoding"] = "gzip";
    return new Response(request.method === "HEAD" ? null : packed ? page.gzipped : page.bytes, { headers });
  };
}

interface Page {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
}
