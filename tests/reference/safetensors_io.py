"""Reads and writes safetensors files by the format's documentation, with numpy and json alone.
https://github.com/huggingface/safetensors#format

    from safetensors_io import read, write
    write("x.safetensors", {"x": np.zeros((2, 3), np.float32)}, {"made_by": "me"})
    arrays, metadata = read("x.safetensors")
"""
import json
import math
import pathlib
import struct

import numpy as np

KINDS = {"F32": "<f4", "F16": "<f2", "I64": "<i8"}
NAMES = {np.dtype(kind): name for name, kind in KINDS.items()}


def read(path):
    """Arrays by name, in the header's order, and the metadata. BF16, which numpy lacks, comes as float32."""
    content = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length].decode("utf-8"))
    body = content[8 + length :]
    metadata = header.pop("__metadata__", {})
    arrays, places = {}, []
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        places.append((start, end))
        halves = entry["dtype"] == "BF16"
        flat = np.frombuffer(body[start:end], "<u2" if halves else KINDS[entry["dtype"]])
        if halves:
            flat = (flat.astype("<u4") << 16).view("<f4")
        if flat.size != math.prod(entry["shape"]):
            raise ValueError(f"{path}: {name} has {flat.size} values for shape {entry['shape']}")
        arrays[name] = flat.reshape(entry["shape"]).copy()
    end = 0
    for start, stop in sorted(places):
        if start != end:
            raise ValueError(f"{path}: a tensor starts at {start}, the one before ends at {end}")
        end = stop
    if end != len(body):
        raise ValueError(f"{path}: the tensors end at {end} of {len(body)} bytes")
    return arrays, metadata


def write(path, arrays, metadata={}):
    """Writes float32, float16 and int64 arrays; the widest come first, so that each starts at a multiple of its width."""
    parts = []
    for name, array in sorted(arrays.items(), key=lambda item: -np.asarray(item[1]).itemsize):
        array = np.asarray(array)
        if array.dtype not in NAMES:
            raise TypeError(f"{name} is {array.dtype}; one of {', '.join(map(str, NAMES))} can be written")
        content = array.astype(array.dtype.newbyteorder("<")).tobytes()  # in C order, whatever the strides
        parts.append((name, NAMES[array.dtype], array.shape, content))
    write_parts(path, parts, metadata)


def write_parts(path, parts, metadata={}):
    """Writes tensors given as name, the format's name of the type, shape, and bytes."""
    header, end = {}, 0
    if metadata:
        header["__metadata__"] = metadata
    for name, dtype, shape, content in parts:
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [end, end + len(content)]}
        end += len(content)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    text += b" " * (-len(text) % 8)
    pathlib.Path(path).write_bytes(b"".join([struct.pack("<Q", len(text)), text, *(part[3] for part in parts)]))
