/**
 * The messages of TensorBoard's event files, as far as they are written here, under the field numbers of
 * https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto (event, summary, tensor, tensor_shape) and of
 * its hparams plugin, https://github.com/tensorflow/tensorboard/blob/master/tensorboard/plugins/hparams/plugin_data.proto.
 *
 * @module
 */

/** Declares `maskfold.Event`. */
export const EVENT_PROTO = `
syntax = "proto3";
package maskfold;

message Event {
  double wall_time = 1;
  int64 step = 2;
  oneof what {
    string file_version = 3;
    Summary summary = 5;
  }
}

message Summary {
  repeated SummaryValue value = 1;
}

message SummaryValue {
  string tag = 1;
  SummaryMetadata metadata = 9;
  oneof value {
    float simple_value = 2;
    Image image = 4;
    Histogram histo = 5;
    Tensor tensor = 8;
  }
}

message Image {
  int32 height = 1;
  int32 width = 2;
  int32 colorspace = 3;
  bytes encoded_image_string = 4;
}

message Histogram {
  double min = 1;
  double max = 2;
  double num = 3;
  double sum = 4;
  double sum_squares = 5;
  repeated double bucket_limit = 6;
  repeated double bucket = 7;
}

message Tensor {
  int32 dtype = 1;
  TensorShape tensor_shape = 2;
  repeated bytes string_val = 8;
}

message TensorShape {
  repeated Dimension dim = 2;
}

message Dimension {
  int64 size = 1;
}

message SummaryMetadata {
  PluginData plugin_data = 1;
}

message PluginData {
  string plugin_name = 1;
  bytes content = 2;
}

message HParams {
  int32 version = 1;
  oneof data {
    SessionStart session_start_info = 3;
    SessionEnd session_end_info = 4;
  }
}

message SessionStart {
  map<string, Value> hparams = 1;
  string group_name = 4;
  double start_time_secs = 5;
}

message SessionEnd {
  int32 status = 1;
  double end_time_secs = 2;
}

message Value {
  oneof kind {
    double number_value = 2;
    string string_value = 3;
    bool bool_value = 4;
  }
}
`;
