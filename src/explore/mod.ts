/**
 * Looking at data, scores and training: counts, crosses, conflicts, sizes, channel statistics; copies, persons under two
 * ids and wrong labels; charts and contact sheets, shown in a notebook or saved.
 *
 * @module
 */
export { counts, crosses, type CrossOptions, personsPerStratum } from "./counts.ts";
export { type OrderOptions } from "./order.ts";
export { type ConflictOptions, findConflicts, personalColumns } from "./conflicts.ts";
export { type DuplicateOptions, findDuplicates } from "./duplicates.ts";
export { type ConfidentJoint, confidentJoint } from "./confident_joint.ts";
export { findLabelErrors, type LabelErrorOptions } from "./label_errors.ts";
export { findSamePeople, type SamePeopleOptions } from "./same_people.ts";
export { coarseFeatures, type CoarseFeaturesOptions } from "./coarse_features.ts";
export { draftPatch, type DraftPatchOptions } from "./draft_patch.ts";
export {
  type AttributeMistakes,
  findMistakes,
  mistakesByAttribute,
  mistakesByNumber,
  type NumberMistakes,
  type NumberMistakesOptions,
} from "./mistakes.ts";
export { plotMistakesByNumber, type PlotMistakesOptions } from "./plot_mistakes.ts";
export { colorModes, imageSizes } from "./sizes.ts";
export { imageStats, type ImageStatsOptions } from "./image_stats.ts";
export { plotImageStats, type PlotImageStatsOptions } from "./plot_image_stats.ts";
export { classBalance } from "./class_balance.ts";
export { nearCutCounts, type NearCutOptions, plotCuts, type PlotCutsOptions } from "./near_cuts.ts";
export { compareParts, type ComparePartsOptions } from "./compare_parts.ts";
export { plotParts } from "./plot_parts.ts";
export { compareSplits, type CompareSplitsOptions } from "./compare_splits.ts";
export { splitShares, type SplitSharesOptions } from "./split_shares.ts";
export { plotSplits } from "./plot_splits.ts";
export { meanImages, type MeanImagesOptions } from "./mean_images.ts";
export {
  type Report,
  reportHtml,
  type ReportOptions,
  type ReportPicture,
  type ReportSection,
  type ReportTable,
  writeReport,
} from "./html_report.ts";
export { findFaults, type FindFaultsOptions } from "./find_faults.ts";
export { describeFindings, type Finding, type FindingName, writeFindings } from "./finding.ts";
export { type DataReport, dataReport, type DataReportOptions } from "./data_report.ts";
export { type ChannelOptions, type ChannelStats, channelStats } from "./channels.ts";
export { type Chart, type ChartOptions, drawChart } from "./chart.ts";
export { plotCounts, type PlotCountsOptions } from "./plot_counts.ts";
export { type Confusion, plotConfusion, type PlotConfusionOptions } from "./plot_confusion.ts";
export { type Effect, plotAblation, type PlotAblationOptions } from "./plot_ablation.ts";
export { type LadderRung, plotLadder, type PlotLadderOptions } from "./plot_ladder.ts";
export { plotHistory } from "./plot_history.ts";
export { plotReliability, type ReliabilityBin } from "./plot_reliability.ts";
export { plotRuns, type PlotRunsOptions, type ScoreMark } from "./plot_runs.ts";
export { plotRates, type RateCurve } from "./plot_rates.ts";
export { contactSheet, type ContactSheetOptions } from "./contact_sheet.ts";
export {
  pairSheet,
  type PairSheetOptions,
  personSheet,
  type PersonSheetOptions,
  type SuspectSheetOptions,
} from "./suspect_sheets.ts";
export { pixelSheet, type PixelSheetOptions } from "./pixel_sheet.ts";
export type { Picture } from "./sheet.ts";
export { savePicture } from "./save_picture.ts";
export { type Rows, tableHtml, type TableOptions, tableText } from "./table.ts";
export { show } from "./show.ts";
