"""Writes safetensors_types.safetensors, a file with tensors of the types that are read, and safetensors_types.json: their
numbers as 32-bit floats, and how 32-bit floats are rounded to half precision. All floats are given by their bits.

Run with Debian's python3-torch: /usr/bin/python3 tests/reference/safetensors_types.py
"""
import json
import pathlib

import numpy as np
import torch

from safetensors_io import read, write_parts

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(5)


def bits(numbers):
    return np.ascontiguousarray(numbers, np.float32).view(np.uint32).ravel().tolist()


def from_bits(words, kind):
    return torch.from_numpy(np.asarray(words, np.uint16).view(np.int16)).view(kind)


singles = rng.integers(0, 1 << 32, 63, np.uint32)
singles[:6] = [0, 0x80000000, 1, 0x7F800000, 0xFF800000, 0x7FC00000]
# Zeros, the least and the largest subnormal, the least normal, one, the largest, the infinities, a NaN; then any.
halves = [0, 0x8000, 1, 0x8001, 0x3FF, 0x400, 0x3C00, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00, *rng.integers(0, 1 << 16, 148)]
brains = [0, 0x8000, 1, 0x8001, 0x7F, 0x80, 0x3F80, 0x7F7F, 0xFF7F, 0x7F80, 0xFF80, 0x7FC0, *rng.integers(0, 1 << 16, 93)]
whole = [0, 1, -1, 1000, (1 << 24) - 1, 1 << 24, (1 << 24) + 1, -(1 << 40), (1 << 63) - 1, -(1 << 63)]
tensors = {
    "steps": ("I64", (2, 5), torch.tensor(whole)),
    "blocks.0.bn.num_batches_tracked": ("I64", (), torch.tensor(32015)),
    "conv.weight": ("F32", (7, 3, 3), torch.from_numpy(singles.view(np.float32))),
    "nothing": ("F32", (0, 4), torch.zeros(0)),
    "Größe": ("F16", (32, 5), from_bits(halves, torch.float16)),
    "brain": ("BF16", (3, 5, 7), from_bits(brains, torch.bfloat16)),
}
parts, expected = [], {}
for name, (dtype, shape, tensor) in tensors.items():
    raw = tensor.view(torch.int16) if dtype in ("F16", "BF16") else tensor
    parts.append((name, dtype, shape, raw.numpy().tobytes()))
    expected[name] = {"dtype": dtype, "shape": shape, "bits": bits(tensor.float().numpy())}
metadata = {"format": "pt", "note": "Ä \"quoted\" \\ {colon: here}"}
path = HERE / "safetensors_types.safetensors"
write_parts(path, parts, metadata)
assert list(read(path)[0]) == list(tensors)

# Numbers next to halfway between two halves, on either side of it and on it; subnormals; the edge of the range.
known = np.arange(0, 0x7C00, 211, dtype=np.uint16)
low, high = known.view(np.float16).astype(np.float32), (known + 1).astype(np.uint16).view(np.float16).astype(np.float32)
middle = ((low.astype(np.float64) + high) / 2).astype(np.float32)
middle = middle[np.isfinite(middle)]
edges = np.array([65503.9, 65504, 65519.996, 2.0**-24, 2.0**-25, 2.0**-26, 1e-40, 0, np.inf], np.float32)
near = np.concatenate([middle, np.nextafter(middle, np.float32(0)), np.nextafter(middle, np.float32(1e9)), edges])
near = np.concatenate([near, -near, (rng.standard_normal(200) * 10.0 ** rng.integers(-8, 4, 200)).astype(np.float32)])
near = near[(np.abs(near) < 65520) | np.isinf(near)]
rounded = torch.from_numpy(near).half()
assert (near.astype(np.float16) == rounded.numpy()).all()

result = {
    "made_with": {"torch": torch.__version__, "numpy": np.__version__},
    "metadata": metadata,
    "tensors": expected,
    "rounding": {"single": bits(near), "half": rounded.view(torch.int16).numpy().view(np.uint16).tolist()},
}
path = path.with_suffix(".json")
path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
