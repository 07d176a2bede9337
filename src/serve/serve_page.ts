/**
 * A server of an exported page, and of answers in JSON for programs: limits on size, number and rate, and batches of what is
 * asked together.
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import { httpError } from "../io/http_request.ts";
import { type HttpHandler, jsonResponse, serveHttp } from "../io/http_server.ts";
import { decodePicture } from "../io/picture_bytes.ts";
import * as tf from "../tensor/tf.ts";
import { makeBatcher, makeTurns } from "./batcher.ts";
import { type Classifier, openClassifier } from "./classifier.ts";
import { pageResponses } from "./page_responses.ts";
import { makeRateLimit, type Rate } from "./rate_limit.ts";
import { readPictures } from "./uploads.ts";

/** What a server allows. */
export interface ServeLimits {
  /** Bytes of a request's body at most; 8 MiB by default. */
  readonly maxBody?: number;
  /** Pixels of a picture at most; 25 million by default. */
  readonly maxPixels?: number;
  /** Pictures of a request at most; 32 by default. */
  readonly maxPictures?: number;
  /** Pictures that are decoded or wait at most; of more, requests are refused. 256 by default. */
  readonly maxWaiting?: number;
  /** Pictures that a client may send; 20 a second, 60 at once by default. */
  readonly perClient?: Rate;
  /** Pictures that all may send; 200 a second, 400 at once by default. */
  readonly inAll?: Rate;
}

/** Where and how a page is served. */
export interface ServePageOptions extends ServeLimits {
  /** Address that is listened at; `127.0.0.1` by default, which no other machine reaches. */
  readonly hostname?: string;
  /** Port 0..65535; 0 takes a free one. */
  readonly port: number;
  /** Stops the server: answers that were begun are finished, for at most `grace` seconds. */
  readonly signal?: AbortSignal;
  /** Seconds that answers may still take after the signal; 5 by default. */
  readonly grace?: number;
  /** Told of errors that are no refusals; of these the client learns nothing. */
  readonly onError?: (error: unknown) => void;
}

/** A server of a page that listens. */
export interface PageServer extends AsyncDisposable {
  /** Its address, with the port that was taken. */
  readonly url: string;
  /** Fulfilled when it has stopped, and its networks are given back. */
  readonly closed: Promise<void>;
}

/** Pictures that are decoded at a time, each with up to some hundred megabytes. */
const DECODED = 4;

/** Pictures that go through the network together at most. */
const BATCH = 32;

/** Requests that are worked on at once, each with a body in memory. */
const ACTIVE = 64;

/**
 * Serves a page's files at `/`, what model.json says at `GET /model`, the server's state at `GET /healthz`, and answers at `POST
 * /predict`: one picture as the body, or several as a form's files or as base64 in JSON. The backend must have been started.
 *
 * Errors are JSON, `{"error": "..."}`: 400 for what is broken, 413 for too much, 415 for another type, 429 for too often and
 * 503 for too many at once, both with `Retry-After`.
 *
 * @param dir The folder of an exported page.
 * @param options Address, limits, and the signal that stops it: what was begun is answered.
 * @returns The server, listening already; it stops when disposed of, too.
 * @throws {TypeError} If the folder is not a page's.
 */
export async function servePage(dir: string, options: ServePageOptions): Promise<PageServer> {
  const { maxBody = 8 * 2 ** 20, hostname, port, signal, grace, onError } = options;
  const classifier = await openClassifier(dir);
  try {
    const page = await pageResponses(dir, classifier.about), answer = predictions(classifier, options);
    const handler: HttpHandler = async (request, { url: { pathname }, client }) => {
      if (pathname === "/predict") {
        if (request.method !== "POST") return notAllowed("POST");
        return await answer.predict(request, client);
      }
      const found = pathname === "/healthz"
        ? jsonResponse(answer.state())
        : pathname === "/model"
        ? jsonResponse(classifier.about)
        : page(pathname, request);
      if (!found) throw httpError(404, "Cannot answer as there is no such page");
      return request.method === "POST" ? notAllowed("GET, HEAD") : found;
    };
    const methods = ["GET", "HEAD", "POST"];
    const server = serveHttp(handler, { hostname, port, signal, grace, onError, methods, maxBody, maxActive: ACTIVE });
    const closed = server.closed.finally(() => classifier[Symbol.dispose]());
    return {
      url: server.url,
      closed,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await closed;
      },
    };
  } catch (error) {
    classifier[Symbol.dispose]();
    throw error;
  }
}

function notAllowed(methods: string): Response {
  const error = `Cannot answer as the method must be ${methods.replace(", ", " or ")}`;
  return jsonResponse({ error }, { status: 405, headers: { Allow: methods } });
}

/** Answers for pictures, within the limits. */
function predictions(classifier: Classifier, limits: ServeLimits): {
  predict(request: Request, client: string): Promise<Response>;
  state(): Readonly<Record<string, unknown>>;
} {
  const { maxPixels = 25e6, maxPictures = 32, maxWaiting = 256 } = limits;
  const { perClient = { perSecond: 20, burst: 60 }, inAll = { perSecond: 200, burst: 400 } } = limits;
  for (const [name, value] of Object.entries({ maxPixels, maxPictures, maxWaiting })) {
    checkInteger("serve", name, value, { min: 1 });
  }
  const most = Math.min(maxPictures, maxWaiting, perClient.burst, inAll.burst); // more could never be answered
  const rates = makeRateLimit(perClient, inAll, () => performance.now()), inTurn = makeTurns(DECODED);
  const batches = makeBatcher((pictures: readonly Uint8Array[]) => classifier.classify(pictures), BATCH);
  let waiting = 0, answered = 0;
  const pay = (client: string, pictures: number) => {
    const wait = rates.take(client, pictures);
    return wait === 0 ? undefined : later(429, "pictures were sent too often", wait);
  };
  const readPicture = (bytes: Uint8Array, place: number) =>
    inTurn(async () => {
      try {
        return classifier.fit(await decodePicture(bytes, { maxPixels }));
      } catch (error) {
        const status = error instanceof SyntaxError ? 400 : error instanceof RangeError ? 413 : undefined;
        if (status === undefined) throw error;
        throw httpError(status, `${(error as Error).message} (picture ${place + 1})`);
      }
    });
  return {
    state: () => {
      const { numTensors, numBytes } = tf.memory();
      return { status: "ok", answered, waiting, clients: rates.clients, tensors: numTensors, tensorBytes: numBytes };
    },
    async predict(request, client) {
      const first = pay(client, 1); // what is broken is paid for, too
      if (first) return first;
      const pictures = await readPictures(request, Math.floor(most)), { length } = pictures;
      const rest = length > 1 ? pay(client, length - 1) : undefined;
      if (rest) return rest;
      if (waiting + length > maxWaiting) return later(503, "too many pictures wait", 1);
      waiting += length;
      try {
        const read = await Promise.allSettled(pictures.map(readPicture)); // all, as they are counted until they are done
        const fitted = read.map((result) => {
          if (result.status === "rejected") throw result.reason;
          return result.value;
        });
        const results = await Promise.all(fitted.map((picture) => batches.run(picture)));
        answered += length;
        return jsonResponse({ results });
      } finally {
        waiting -= length;
      }
    },
  };
}

function later(status: number, what: string, seconds: number): Response {
  const wait = Math.max(1, Math.ceil(seconds));
  const error = `Cannot answer now as ${what}: ask again in ${wait} s`;
  return jsonResponse({ error }, { status, headers: { "Retry-After": `${wait}` } });
}
