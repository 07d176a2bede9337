/**
 * Where a hub is, what may be sent to it and where its files are kept: what a caller says, else what the environment says in
 * the variables of Python's hub library.
 * https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 *
 * @module
 */
import { join, resolve } from "node:path";
import { show } from "../core/check.ts";
import { isWebAddress, type Token } from "./download_http.ts";

/** EnvironmentVariables by name. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** What a caller may say in place of the environment. */
export interface HubPlace {
  /**
   * Address of the hub or of a mirror of it; `HF_ENDPOINT` by default, or else the public hub. At an address of http the
   * token is sent without encryption.
   */
  readonly endpoint?: string;
  /**
   * Secret for private and gated repositories, false for none; `HF_TOKEN` by default, or what is in the file
   * `HF_TOKEN_PATH` (`$HF_HOME/token`), unless `HF_HUB_DISABLE_IMPLICIT_TOKEN` is set.
   */
  readonly token?: string | false;
  /** Folder of the cache; `HF_HUB_CACHE` by default, or `$HF_HOME/hub`, or `~/.cache/huggingface/hub`. */
  readonly cacheDir?: string;
  /** Whether only the cache is looked at; `HF_HUB_OFFLINE` by default. */
  readonly offline?: boolean;
  /** Environment variables; those of the process by default. */
  readonly env?: EnvironmentVariables;
}

const PUBLIC_HUB = "https://huggingface.co";

/** The hub's address, without a slash at its end. */
export function endpointOf({ endpoint }: HubPlace, env: EnvironmentVariables): URL {
  const text = endpoint ?? (env.HF_ENDPOINT || PUBLIC_HUB);
  const url = URL.parse(text.replace(/\/+$/, ""));
  if (url && isWebAddress(url) && url.search === "" && url.hash === "") return url;
  throw new TypeError(
    `Cannot use the hub's endpoint (HF_ENDPOINT) as it must be an http or https address without password and query: ` +
      `current value is ${show(url?.password ? `${url.origin} with a password` : text)}`,
  );
}

/** The secret and the only place it may be sent to, or nothing. */
export async function tokenFor(
  endpoint: URL,
  { token }: HubPlace,
  env: EnvironmentVariables,
): Promise<Token | undefined> {
  const value = token === false ? "" : (token ?? await implicitToken(env)).trim();
  if (value === "") return undefined;
  if (/^[\x21-\x7e]+$/.test(value)) return { value, origin: endpoint.origin };
  throw new TypeError("Cannot use the hub's token (HF_TOKEN) as it must be one word of plain characters");
}

async function implicitToken(env: EnvironmentVariables): Promise<string> {
  if (isOn(env.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return "";
  const given = env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN; // the latter is the former's old name
  if (given) return given;
  const path = env.HF_TOKEN_PATH ? expand(env.HF_TOKEN_PATH, env) : join(homeDir(env), "token");
  return await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return "";
    throw error;
  });
}

/** The folder of the hub's cache, from the root. */
export function cacheDirOf({ cacheDir }: HubPlace, env: EnvironmentVariables): string {
  const given = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE; // the latter is the former's old name
  return resolve(cacheDir ?? (given ? expand(given, env) : join(homeDir(env), "hub")));
}

/** The folder that holds token, cache and what else belongs to models: `HF_HOME`, or `~/.cache/huggingface`. */
export function homeDir(env: EnvironmentVariables): string {
  return expand(env.HF_HOME || join(env.XDG_CACHE_HOME || join("~", ".cache"), "huggingface"), env);
}

/** Whether the network is not to be touched. */
export function isOffline({ offline }: Pick<HubPlace, "offline">, env: EnvironmentVariables): boolean {
  return offline ?? (isOn(env.HF_HUB_OFFLINE) || isOn(env.TRANSFORMERS_OFFLINE));
}

/** Seconds of silence that a variable allows, if it is set. */
export function secondsOf(name: string, env: EnvironmentVariables): number | undefined {
  const text = env[name];
  if (!text) return undefined;
  if (Number(text) > 0) return Number(text);
  throw new RangeError(`Cannot use ${name} as it must be a number of seconds above 0: current value is ${show(text)}`);
}

function isOn(value: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(value ?? "");
}

/** A path with `~`, `$NAME` and `${NAME}` filled in; names that are not set stay. */
function expand(path: string, env: EnvironmentVariables): string {
  const home = () => {
    const dir = env.HOME || env.USERPROFILE;
    if (dir) return dir;
    throw new TypeError("Cannot find the cache as HF_HOME or HOME must be set");
  };
  return path.replace(/^~(?=$|[/\\])/, home).replace(/\$(?:(\w+)|\{(\w+)\})/g, (all, a, b) => env[a ?? b] ?? all);
}
