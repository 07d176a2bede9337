"""Holds whole networks, not small ones, against torchvision's: random weights of torchvision's own initialisers go through a file
to maskfold (logits in evaluation, all gradients and running statistics of a training step, a step of three optimizers),
and weights that maskfold has trained go through a file to torchvision (logits in evaluation). PyTorch computes in double
precision here, as some gradients of deep networks with random weights are sums that cancel: "pytorch" tells how far its
own single precision is from that, and what is no further than four times that is not held against maskfold. An
optimizer's step has its gradient's error and, with Adam, more, so it has four times the room.

Run with Debian's python3-torch and python3-torchvision, and Deno on the PATH, from the project's folder:
/usr/bin/python3 tests/reference/zoo_full.py [NAME ...]
"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
import torchvision

import zoo_counts
import zoo_record
from lcg import uniform
from safetensors_io import read, write

NETWORKS = {  # ours: torchvision's, and the side of the images
    "efficientnet_b0": ("efficientnet_b0", 96),
    "efficientnet_b1": ("efficientnet_b1", 96),
    "efficientnet_b2": ("efficientnet_b2", 96),
    "efficientnet_b3": ("efficientnet_b3", 96),
    "efficientnet_b4": ("efficientnet_b4", 96),
    "resnet18": ("resnet18", 96),
    "resnet34": ("resnet34", 96),
    "resnet50": ("resnet50", 96),
    "resnet152": ("resnet152", 64),
    "resnext50_32x4d": ("resnext50_32x4d", 96),
    "regnety_008": ("regnety_008", 96),
    "densenet121": ("densenet121", 96),
    "mobilenetv3_large_100": ("mobilenet_v3_large", 96),
    "convnext_tiny": ("convnext_tiny", 96),
}
HERE = pathlib.Path(__file__).parent


def network(theirs):
    torch.manual_seed(1)
    if theirs == "regnety_008":  # torchvision has other widths
        model = zoo_counts.regnety_008()
        model.fc = torch.nn.Linear(model.fc.in_features, zoo_record.CLASSES)
    else:
        model = getattr(torchvision.models, theirs)(weights=None, num_classes=zoo_record.CLASSES)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if isinstance(module, torchvision.ops.StochasticDepth):
            module.p = 0.0
        if isinstance(module, torch.nn.BatchNorm2d):  # as timm has them; mobilenet_v3_large differs in torchvision
            module.eps, module.momentum = 1e-5, 0.1
    return model


def gradients_of(model, size):
    """The gradients of zoo_record's training step in single precision."""
    pixels = torch.from_numpy(uniform(zoo_record.BATCH * 3 * size * size, 999)).reshape(zoo_record.BATCH, 3, size, size)
    labels = torch.arange(zoo_record.BATCH) % zoo_record.CLASSES
    model.train()
    torch.nn.functional.cross_entropy(model(pixels), labels).backward()
    return {name: p.grad.numpy() for name, p in model.named_parameters()}


def distance(gradients, expected):
    """The worst relative error of a gradient, as tests/models/zoo.ts reckons it."""
    references = {name: expected[f"gradient.{name}"] for name in gradients}
    usual = np.median([np.sqrt((g.astype(np.float64) ** 2).mean()) for g in references.values()])
    return max(
        float(np.abs(gradients[name] - g).max() / max(np.abs(g).max(), 0.1 * usual)) for name, g in references.items()
    )


def deno(*arguments):
    command = ["deno", "run", "-A", "-q", str(HERE / "zoo_full.ts"), *arguments]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def check(ours, theirs, size):
    model = network(theirs)
    zoo_record.fill_statistics(model)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        state = {k: v.numpy().copy() for k, v in model.state_dict().items()}
        write(folder / "weights.safetensors", {k: v for k, v in state.items() if v.dtype == "float32"})
        gradients = gradients_of(copy.deepcopy(model), size)
        model.double()
        zoo_record.record("full", model, size, fills=False, folder=folder)
        expected, _ = read(folder / "full.safetensors")
        model.float()
        found = deno("compare", ours, str(folder / "full.safetensors"), str(folder / "weights.safetensors"))

        names = [k for k in model.state_dict() if not k.endswith("num_batches_tracked")]
        (folder / "names.json").write_text(json.dumps(names))
        translation = deno("train", ours, str(folder / "names.json"), str(folder / "trained.safetensors"), str(size))
        tensors, _ = read(folder / "trained.safetensors")
        logits = torch.from_numpy(tensors.pop("test.logits"))
        back = {k: torch.from_numpy(tensors.pop(translation[k])).reshape(model.state_dict()[k].shape) for k in names}
        missing, extra = model.load_state_dict(back, strict=False)
        assert not extra and all(k.endswith("num_batches_tracked") for k in missing) and not tensors, (missing, extra, tensors)
        model.eval()
        pixels = torch.from_numpy(uniform(2 * 3 * size * size, 998)).reshape(2, 3, size, size)
        with torch.no_grad():
            theirs_logits = model(pixels)
        found["pytorch"] = distance(gradients, expected)
        found["roundTrip"] = ((theirs_logits - logits).abs().max() / theirs_logits.abs().max()).item()
    return found


if __name__ == "__main__":
    failed = False
    for name in sys.argv[1:] or NETWORKS:
        found = check(name, *NETWORKS[name])
        allowed = max(1e-3, 4 * found["pytorch"])
        bad = found["evalLogits"] > 1e-4 or not found["sameClasses"] or found["roundTrip"] > 1e-4
        bad = bad or found["gradients"]["worst"] > allowed or found["running"]["worst"] > 1e-3
        bad = bad or any(step["worst"] > 4 * allowed for step in found["steps"].values())
        failed = failed or bad
        print("FAIL" if bad else "ok  ", name, json.dumps(found), flush=True)
    sys.exit(failed)
