/**
 * The messages of ONNX files, as far as they are written here, under the field numbers of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 *
 * @module
 */

/** Declares `maskfold.ModelProto`. */
export const ONNX_PROTO = `
syntax = "proto3";
package maskfold;

message ModelProto {
  int64 ir_version = 1;
  string producer_name = 2;
  string producer_version = 3;
  string doc_string = 6;
  GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8;
  repeated StringStringEntryProto metadata_props = 14;
}

message OperatorSetIdProto {
  string domain = 1;
  int64 version = 2;
}

message StringStringEntryProto {
  string key = 1;
  string value = 2;
}

message GraphProto {
  repeated NodeProto node = 1;
  string name = 2;
  repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
}

message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  string name = 3;
  string op_type = 4;
  repeated AttributeProto attribute = 5;
}

message AttributeProto {
  string name = 1;
  float f = 2;
  int64 i = 3;
  repeated int64 ints = 8;
  int32 type = 20;
}

message TensorProto {
  repeated int64 dims = 1;
  int32 data_type = 2;
  string name = 8;
  bytes raw_data = 9;
}

message ValueInfoProto {
  string name = 1;
  TypeProto type = 2;
}

message TypeProto {
  TensorTypeProto tensor_type = 1;
}

message TensorTypeProto {
  int32 elem_type = 1;
  TensorShapeProto shape = 2;
}

message TensorShapeProto {
  repeated DimensionProto dim = 1;
}

message DimensionProto {
  oneof value {
    int64 dim_value = 1;
    string dim_param = 2;
  }
}
`;

/** Numbers of the kinds of attributes, `AttributeProto.AttributeType`. */
export const ATTRIBUTE_TYPES = { float: 1, int: 2, ints: 7 } as const;

/** Numbers of the types of tensors, `TensorProto.DataType`. */
export const DATA_TYPES = { float32: 1, uint8: 2, int64: 7, float16: 10 } as const;
