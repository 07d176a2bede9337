/**
 * Stands in for node:worker_threads in a page, which computes on one thread: memory can only be shared on pages whose server
 * sends headers that a plain one does not.
 *
 * @module
 */

/** Never made. */
export const Worker: undefined = undefined;

export default { Worker };
