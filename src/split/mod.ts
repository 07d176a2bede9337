/**
 * Splits into training and validation: k folds or one hold-out, by class and by person, and the report that checks them.
 *
 * @module
 */
export { refuseSyntheticValid, splitDataset, type SplitDatasetOptions } from "./dataset.ts";
export type { GroupOptions } from "./groups.ts";
export { holdOut, type HoldOutOptions } from "./hold_out.ts";
export { type GroupKFoldOptions, type KFoldOptions, stratifiedGroupKFold, stratifiedKFold } from "./k_fold.ts";
export { splitReport, type SplitReportOptions, type SplitRow } from "./report.ts";
