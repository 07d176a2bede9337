/** A temporary folder for a test. @module */

/** Calls with a new folder, which is removed afterwards with all that is in it. */
export async function withDir(run: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await run(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
