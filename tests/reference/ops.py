"""Writes ops.json: results and gradients of PyTorch's operations, for inputs made by a small generator that the tests have
too. Inputs, filters and results lie as in our tensors: images [B, H, W, D], filters [K, K, D / groups, E].

Run with Debian's python3-torch: /usr/bin/python3 tests/reference/ops.py
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F

from lcg import uniform


def image(x):
    return x.permute(0, 3, 1, 2)


def back(y):
    return y.permute(0, 2, 3, 1)


def same(x, kernel, stride):
    """TensorFlow's padding, as timm writes it for PyTorch: the smaller half before."""
    sides = []
    for size in (x.shape[3], x.shape[2]):  # F.pad begins with the last axis
        total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
        sides += [total // 2, total - total // 2]
    return F.pad(x, sides)


def conv(stride, padding, groups=1, depthwise=False):
    def run(x, w):
        x, kernel = image(x), w.shape[0]
        w = w.permute(2, 3, 0, 1) if depthwise else w.permute(3, 2, 0, 1)
        pad = 0 if padding == "same" else padding
        x = same(x, kernel, stride) if padding == "same" else x
        return back(F.conv2d(x, w, stride=stride, padding=pad, groups=x.shape[1] if depthwise else groups))

    return run


def convolution(shape, filter_shape, stride, padding, groups=1):
    options = {"stride": stride, "padding": padding, "groups": groups}
    return {"op": "conv2d", "options": options, "shapes": [shape, filter_shape]}, conv(stride, padding, groups)


def depthwise(shape, kernel, stride, padding):
    case = {"op": "depthwiseConv2d", "options": {"stride": stride, "padding": padding}}
    case["shapes"] = [shape, [kernel, kernel, shape[3], 1]]
    return case, conv(stride, padding, depthwise=True)


def transposed(shape, channels, kernel, stride, padding, output_padding):
    options = {"stride": stride, "padding": padding, "outputPadding": output_padding}
    case = {"op": "convTranspose2d", "options": options, "shapes": [shape, [kernel, kernel, channels, shape[3]]]}
    return case, lambda x, w: back(
        F.conv_transpose2d(image(x), w.permute(3, 2, 0, 1), None, stride, padding, output_padding)
    )


def pooling(op, shape, size, stride, padding=0):
    if op == "maxPool":
        options = {"size": size, "stride": stride, "padding": padding}
        return {"op": op, "options": options, "shapes": [shape]}, lambda x: back(F.max_pool2d(image(x), size, stride, padding))
    options = {"size": size, "stride": stride}
    return {"op": op, "options": options, "shapes": [shape]}, lambda x: back(F.avg_pool2d(image(x), size, stride))


def layer_norm(shape, epsilon):
    case = {"op": "layerNorm", "options": {"epsilon": epsilon}, "shapes": [shape, shape[-1:], shape[-1:]]}
    return case, lambda x, gamma, beta: F.layer_norm(x, shape[-1:], gamma, beta, epsilon)


def elements(op, function):
    return {"op": op, "options": {}, "shapes": [[97]], "scale": 6}, function


CASES = [
    convolution([2, 7, 6, 12], [3, 3, 4, 6], 1, 1, 3),
    convolution([1, 9, 8, 8], [3, 3, 4, 8], 2, 1, 2),
    convolution([1, 7, 5, 6], [5, 5, 1, 6], 1, 2, 6),
    convolution([1, 8, 7, 4], [1, 1, 2, 6], 2, 0, 2),
    convolution([1, 7, 10, 3], [3, 3, 3, 4], 2, "same"),
    convolution([1, 8, 5, 4], [3, 3, 2, 4], 3, "same", 2),
    convolution([1, 4, 7, 3], [5, 5, 3, 2], 1, "same"),
    depthwise([1, 7, 10, 4], 3, 2, "same"),
    depthwise([1, 8, 9, 3], 5, 2, "same"),
    transposed([2, 5, 4, 3], 4, 4, 2, 1, 0),
    transposed([1, 3, 5, 4], 5, 3, 2, 1, 1),
    transposed([1, 4, 3, 2], 3, 5, 3, 2, 2),
    transposed([1, 5, 6, 3], 2, 3, 1, 1, 0),
    transposed([3, 1, 1, 7], 5, 4, 1, 0, 0),
    transposed([2, 1, 1, 5], 3, 4, 2, 1, 1),
    pooling("maxPool", [2, 7, 6, 3], 3, 2, 1),
    pooling("maxPool", [1, 6, 5, 4], 2, 2),
    pooling("averagePool", [1, 7, 6, 3], 2, 2),
    pooling("averagePool", [1, 7, 7, 4], 3, 2),
    layer_norm([2, 3, 10], 1e-6),
    layer_norm([1, 2, 3, 8], 1e-5),
    elements("relu", F.relu),
    elements("leakyRelu", lambda x: F.leaky_relu(x, 0.2)),
    elements("silu", F.silu),
    elements("hardSwish", F.hardswish),
    elements("gelu", F.gelu),
    elements("hardSigmoid", F.hardsigmoid),
]


def rounded(tensor):
    return [float(f"{value:.7g}") for value in tensor.flatten().tolist()]


results = []
for case, function in CASES:
    scale = case.get("scale", 1)
    inputs = []
    for k, shape in enumerate(case["shapes"]):
        values = torch.from_numpy(uniform(math.prod(shape), k + 1)).reshape(shape) * scale
        inputs.append(values.requires_grad_())
    y = function(*inputs)
    y.backward(torch.from_numpy(uniform(y.numel(), 99)).reshape(y.shape))
    results.append({**case, "y": rounded(y.detach()), "gradients": [rounded(x.grad) for x in inputs]})

path = pathlib.Path(__file__).with_suffix(".json")
lines = ",\n".join(json.dumps(result, separators=(",", ":")) for result in results)
path.write_text(f'{{"made_with":{{"torch":"{torch.__version__}"}},"cases":[\n{lines}\n]}}\n')
print(path, path.stat().st_size)
