/**
 * Stands in for node:process in a page, which has no process whose errors others could catch.
 *
 * @module
 */
export default { env: {}, listeners: (): unknown[] => [], removeListener(): void {} };
