/**
 * The messages of a Weights & Biases run file, as far as they are written here, under the field numbers of
 * https://github.com/wandb/wandb/blob/main/wandb/proto/wandb_internal.proto.
 *
 * @module
 */

/** Declares `maskfold.Record`. */
export const WANDB_PROTO = `
syntax = "proto3";
package maskfold;

message Record {
  int64 num = 1;
  oneof what {
    History history = 2;
    Summary summary = 3;
    Files files = 6;
    Metric metric = 12;
    Run run = 17;
    Exit exit = 18;
    Header header = 21;
  }
}

message Item {
  string key = 1;
  repeated string nested_key = 2;
  string value_json = 16;
}

message History {
  repeated Item item = 1;
  Step step = 2;
}

message Step {
  int64 num = 1;
}

message Summary {
  repeated Item update = 1;
}

message Config {
  repeated Item update = 1;
}

message Files {
  repeated File files = 1;
}

message File {
  string path = 1;
  int32 policy = 2;
  int32 type = 3;
}

message Metric {
  string name = 1;
  string step_metric = 4;
  MetricOptions options = 6;
}

message MetricOptions {
  bool step_sync = 1;
  bool hidden = 2;
  bool defined = 3;
}

message Run {
  string run_id = 1;
  string project = 3;
  Config config = 4;
  string run_group = 6;
  string display_name = 8;
  Timestamp start_time = 17;
}

message Timestamp {
  int64 seconds = 1;
  int32 nanos = 2;
}

message Exit {
  int32 exit_code = 1;
  int32 runtime = 2;
}

message Header {
  Version version_info = 1;
}

message Version {
  string producer = 1;
  string min_consumer = 2;
}
`;
