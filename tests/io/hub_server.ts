/** A small hub on this machine: metadata, redirects to a second origin, ranges, and faults that a test asks for. @module */

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  /** Host and path. */
  readonly at: string;
  readonly range: string | null;
  readonly authorization: string | null;
  readonly headers: Headers;
}

/** What the hub has, and how it misbehaves. */
export interface Behaviour {
  /** Files by name; those that end in .safetensors are kept elsewhere, as LFS files are. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Commit of the branch main. */
  commit: string;
  /** Bytes after which the next answers break off, one number each. */
  cuts: number[];
  /** Answers whole files whatever is asked. */
  ignoresRange?: boolean;
  /** Milliseconds before a body goes on after its first half. */
  delay?: number;
  /** The ETags that are told, by file; else those that are right. */
  etags: Record<string, string>;
  /** Contents that are sent in place of a file's. */
  lies: Record<string, Uint8Array>;
  /** What answers in place of the hub, if it gives anything. */
  answer?: (request: Request) => Response | undefined;
}

/** A hub that runs; stops when disposed of. */
export interface Hub extends AsyncDisposable {
  readonly endpoint: string;
  readonly port: number;
  readonly behaviour: Behaviour;
  readonly seen: Seen[];
  /** Bytes of bodies that were sent. */
  readonly sent: () => number;
}

export const REPO = "timm/tiny.test_in1k";
export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** Starts a hub. */
export function startHub(files: Record<string, Uint8Array>, changes: Partial<Behaviour> = {}): Hub {
  const behaviour: Behaviour = { files, commit: COMMIT, cuts: [], etags: {}, lies: {}, ...changes };
  const seen: Seen[] = [];
  let sent = 0;
  const send = (request: Request, bytes: Uint8Array, headers: Record<string, string>) => {
    if (request.method === "HEAD") {
      return new Response(null, { headers: { ...headers, "content-length": `${bytes.length}` } });
    }
    const range = behaviour.ignoresRange ? null : request.headers.get("range");
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    if (range !== null && start >= bytes.length) {
      return new Response(null, { status: 416, headers: { "content-range": `bytes */${bytes.length}` } });
    }
    const part = bytes.subarray(start);
    const cut = behaviour.cuts.shift() ?? Infinity;
    const body = pieces(part, Math.min(cut, part.length), cut < part.length, behaviour.delay, (count) => sent += count);
    return new Response(body, {
      status: range === null ? 200 : 206,
      headers: {
        ...headers,
        "content-length": `${part.length}`,
        ...range !== null && { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` },
      },
    });
  };
  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request): Promise<Response> => {
      const { host, pathname } = new URL(request.url);
      const { headers, method } = request;
      const text = (name: string) => headers.get(name);
      seen.push({
        method,
        at: `${host}${pathname}`,
        range: text("range"),
        authorization: text("authorization"),
        headers,
      });
      const answer = behaviour.answer?.(request);
      if (answer) return answer;
      const cdn = /^\/cdn\/(.+)$/.exec(pathname)?.[1];
      if (cdn) return send(request, behaviour.lies[cdn] ?? behaviour.files[cdn]!, { etag: '"of the cdn"' });
      const [, repo, revision = "", file = ""] = /^\/(.+)\/resolve\/([^/]+)\/(.+)$/.exec(decodeURI(pathname)) ?? [];
      const fail = (status: number, code: string) => new Response(null, { status, headers: { "x-error-code": code } });
      if (repo !== REPO) return fail(text("authorization") ? 404 : 401, "RepoNotFound");
      if (!["main", "refs%2Fpr%2F1", behaviour.commit].includes(revision)) return fail(404, "RevisionNotFound");
      const told = { "x-repo-commit": behaviour.commit };
      const bytes = behaviour.files[file];
      if (!bytes) return new Response(null, { status: 404, headers: { ...told, "x-error-code": "EntryNotFound" } });
      const lfs = file.endsWith(".safetensors");
      const etag = behaviour.etags[file] ?? `"${lfs ? await sha256(bytes) : await gitSha1(bytes)}"`;
      if (!lfs) return send(request, behaviour.lies[file] ?? bytes, { ...told, etag: `W/${etag}` });
      return new Response(null, {
        status: 302,
        headers: {
          ...told,
          "x-linked-etag": etag,
          "x-linked-size": `${bytes.length}`,
          etag: '"of the page"',
          location: `http://localhost:${server.addr.port}/cdn/${file}?signature=secret`,
        },
      });
    },
  );
  return {
    endpoint: `http://127.0.0.1:${server.addr.port}`,
    port: server.addr.port,
    behaviour,
    seen,
    sent: () => sent,
    [Symbol.asyncDispose]: async () => await server.shutdown(),
  };
}

/** A body of two pieces that breaks off or ends. */
function pieces(bytes: Uint8Array, count: number, breaks: boolean, delay = 0, onSent: (count: number) => void) {
  const half = count >> 1;
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      for (const piece of [bytes.subarray(0, half), bytes.subarray(half, count)]) {
        if (piece.length > 0) controller.enqueue(piece.slice());
        onSent(piece.length);
        if (delay > 0 || breaks) await new Promise((resolve) => setTimeout(resolve, delay || 30)); // lets it out
      }
      try {
        controller.close(); // short of the length that was told, the connection breaks
      } catch { /* the client has gone */ }
    },
  });
}

/** Digests by Web Crypto, of which the package makes no use for files. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice())).toHex();
}

/** Git's name for a file's contents. */
export async function gitSha1(bytes: Uint8Array): Promise<string> {
  const header = new TextEncoder().encode(`blob ${bytes.length}\0`);
  return new Uint8Array(await crypto.subtle.digest("SHA-1", new Uint8Array([...header, ...bytes]))).toHex();
}

/** Bytes that look like nothing in particular. */
export function noise(count: number): Uint8Array {
  let state = count;
  return Uint8Array.from({ length: count }, () => (state = Math.imul(state, 1664525) + 1013904223 >>> 0) >>> 24);
}
