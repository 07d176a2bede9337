/**
 * Trackers: what happens in a run as lines of JSON in its folder, and from there to TensorBoard, MLflow and others, none of
 * which can stop or slow the run.
 *
 * @module
 */
export type {
  FailedEvent,
  FigureEvent,
  FinishedEvent,
  HistogramEvent,
  Json,
  ScalarsEvent,
  StartedEvent,
  SummaryEvent,
  TableEvent,
  TrackEvent,
  TrackStamp,
} from "./events.ts";
export type { MlflowOptions } from "./mlflow.ts";
export {
  openTrack,
  type RunStart,
  type Track,
  type TrackFigure,
  type TrackOptions,
  type TrackTable,
} from "./open_track.ts";
export { type SenderOptions } from "./sender.ts";
export { type SyncOptions, type SyncRow, syncTrackers, trackedRuns, trackersOf } from "./sync.ts";
export type { TensorboardOptions } from "./tensorboard.ts";
export type { Connection, TrackedRun, Tracker, TrackerState } from "./tracker.ts";
export type { WandbOptions } from "./wandb.ts";
export { parseTrackers, TRACKERS, type TrackerSpec } from "./trackers.ts";
