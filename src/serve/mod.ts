/**
 * Taking a network out: a static page that classifies photographs in the browser, and a server of it with a JSON endpoint.
 *
 * @module
 */
export { exportWeb, type ExportWebOptions, type WebPage } from "./export_web.ts";
export { PAGE_POLICY } from "./page_files.ts";
export type { HalfDifference, PageModel, PageWeights } from "./page_model.ts";
export { type PageServer, type ServeLimits, servePage, type ServePageOptions } from "./serve_page.ts";
export type { Rate } from "./rate_limit.ts";
