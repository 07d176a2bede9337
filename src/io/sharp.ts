/**
 * sharp, loaded on first use: the only file that names the package. Its native code needs `--allow-ffi`, which importing
 * maskfold must not.
 *
 * @module
 */

type Sharp = typeof import("sharp").default;

let loaded: Promise<Sharp> | undefined;

/** The sharp function, with its own cache and threads off: the callers keep several files in flight themselves. */
export function loadSharp(): Promise<Sharp> {
  loaded ??= import("sharp").then(({ default: sharp }) => {
    sharp.cache(false);
    sharp.concurrency(1);
    return sharp;
  });
  return loaded;
}
