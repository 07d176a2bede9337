/**
 * A pause in long work.
 *
 * @module
 */

/**
 * Lets other work in, such as a signal's listener, which runs only between two tasks of the event loop.
 *
 * @param signal Ends the work that is paused.
 * @throws The signal's reason, if it was aborted.
 */
export async function letIn(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  signal?.throwIfAborted();
}
