"""Writes grad_cam.json: Grad-CAM by its definition (https://arxiv.org/abs/1610.02391) with PyTorch's gradients, of the small
networks of zoo_resnet.py, zoo_densenet.py and zoo_mobilenetv3.py with the weights that zoo_record.py gives them. Each entry holds
the predicted classes, and the maps [B, h, w] for class b % 5 of image b, each divided by its largest value.

Run with Debian's python3-torch and python3-torchvision: /usr/bin/python3 tests/reference/grad_cam.py
"""
import json
import pathlib
from functools import partial

import numpy as np
import torch
from torchvision.models.densenet import DenseNet
from torchvision.models.mobilenetv3 import MobileNetV3
from torchvision.models.resnet import BasicBlock

from lcg import fill, uniform
from zoo_mobilenetv3 import SETTING
from zoo_record import BATCH, CLASSES, fill_statistics
from zoo_resnet import SmallResNet

MEAN = torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)


def images(size):
    """Bytes that the test makes too, [B, H, W, 3], normalised as [B, 3, H, W]."""
    values = np.floor((uniform(BATCH * size * size * 3, 77).astype(np.float64) + 1) * 128).astype(np.uint8)
    pixels = torch.from_numpy(values).reshape(BATCH, size, size, 3).permute(0, 3, 1, 2).float() / 255
    return (pixels - MEAN) / STD


def grad_cam(model, split, size):
    fill(model)
    fill_statistics(model)
    model.eval()
    maps_of, logits_of = split(model)
    with torch.no_grad():
        maps = maps_of(images(size))
    maps.requires_grad_(True)
    logits = logits_of(maps)
    with torch.no_grad():
        torch.testing.assert_close(logits, model(images(size)))  # the split is the network
    logits[torch.arange(BATCH), torch.arange(BATCH) % CLASSES].sum().backward()
    weights = maps.grad.mean((2, 3), keepdim=True)
    heat = torch.relu((weights * maps).sum(1)).detach()
    return {
        "size": size,
        "shape": list(heat.shape),
        "predicted": logits.argmax(1).tolist(),
        "heat": [float(f"{v:.7g}") for v in (heat / heat.amax((1, 2), keepdim=True).clamp_min(1e-30)).flatten().tolist()],
    }


def of_resnet(m):
    def maps(x):
        x = m.maxpool(m.relu(m.bn1(m.conv1(x))))
        return m.layer4(m.layer3(m.layer2(m.layer1(x))))

    return maps, lambda x: m.fc(torch.flatten(m.avgpool(x), 1))


def of_densenet(m):
    return lambda x: torch.relu(m.features(x)), lambda x: m.classifier(x.mean((2, 3)))


def of_mobilenet(m):
    return m.features, lambda x: m.classifier(torch.flatten(m.avgpool(x), 1))


if __name__ == "__main__":
    norm = partial(torch.nn.BatchNorm2d, eps=1e-5, momentum=0.1)
    shape = {"growth_rate": 4, "block_config": (2, 3, 2), "num_init_features": 6, "bn_size": 3}
    mobilenet = MobileNetV3(SETTING, 40, num_classes=CLASSES, norm_layer=norm, dropout=0.0)
    found = {
        "made_with": torch.__version__,
        "resnet18": grad_cam(SmallResNet(BasicBlock, 8, [8, 12, 16, 20], [2, 2, 1, 1]), of_resnet, 101),
        "densenet121": grad_cam(DenseNet(**shape, num_classes=CLASSES), of_densenet, 67),
        "mobilenetv3_large_100": grad_cam(mobilenet, of_mobilenet, 99),
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(found) + "\n")
    print({k: v["shape"] for k, v in found.items() if k != "made_with"}, path.stat().st_size, "bytes")
