"""What the scripts zoo_*.py have in common: a network is filled with numbers that the tests make too, run in evaluation and
for one training step, and what comes out is written to zoo/NAME.safetensors.

Nothing of the weights is stored: the file's header tells the tensors' names and shapes in the network's own order, and
the k-th parameter is made by lcg.fill from seed k + 1, the k-th running statistic from seed 5000 + k.
"""
import copy
import json
import pathlib

import torch

from lcg import fill, uniform
from safetensors_io import write

CLASSES = 5
BATCH = 4
ADAM = {"lr": 1e-3, "eps": 1e-2}  # a large eps, so that gradients that are zero but for rounding have no say
DECAY = 0.05
SGD = {"lr": 0.1, "momentum": 0.9, "nesterov": True}


def fill_statistics(model):
    """Running means near 0 and variances near 1."""
    k = 0
    for name, tensor in model.named_buffers():
        if name.endswith("num_batches_tracked"):
            continue
        values = torch.from_numpy(uniform(tensor.numel(), 5000 + k))
        tensor.copy_((1 + 0.2 * values) if name.endswith("running_var") else 0.1 * values)
        k += 1


def statistics(model):
    return {name: b for name, b in model.named_buffers() if not name.endswith("num_batches_tracked")}


def projections(before, after):
    """Of each parameter's change: its norm, and its products with four vectors that the tests make too."""
    rows = []
    for (_, old), (_, new) in zip(before, after):
        change = (new - old).detach().double().flatten()
        directions = [torch.from_numpy(uniform(change.numel(), 100 + i)).double() for i in range(4)]
        rows.append([change.norm().item()] + [(change @ d).item() for d in directions])
    return torch.tensor(rows, dtype=torch.float32)


def step(model, make):
    """One step of an optimizer on a copy that has the gradients."""
    trained = copy.deepcopy(model)
    for p, q in zip(model.parameters(), trained.parameters()):
        q.grad = p.grad.clone()
    groups = [
        {"params": [p for p in trained.parameters() if p.numel() > p.shape[0]]},  # not vectors stored as [D, 1, 1]
        {"params": [p for p in trained.parameters() if p.numel() == p.shape[0]], "weight_decay": 0.0},
    ]
    make(groups).step()
    return projections(list(model.named_parameters()), list(trained.named_parameters()))


def record(name, model, size, fills=True, folder=pathlib.Path(__file__).parent / "zoo"):
    """Runs a network of CLASSES classes whose dropout is off, and writes what comes out."""
    if fills:
        fill(model)
        fill_statistics(model)
    names = {k: list(v.shape) for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}
    pixels = torch.from_numpy(uniform(BATCH * 3 * size * size, 999)).reshape(BATCH, 3, size, size)
    pixels = pixels.to(next(model.parameters()).dtype)
    labels = torch.arange(BATCH) % CLASSES
    model.eval()
    with torch.no_grad():
        tensors = {"eval_logits": model(pixels)}
    model.train()
    logits = model(pixels)
    loss = torch.nn.functional.cross_entropy(logits, labels)
    loss.backward()
    tensors |= {"train_logits": logits, "loss": loss.reshape(1)}
    tensors |= {f"gradient.{key}": p.grad for key, p in model.named_parameters()}
    tensors |= {f"running.{key}": b for key, b in statistics(model).items()}
    tensors["adam"] = step(model, lambda groups: torch.optim.Adam(groups, **ADAM))
    tensors["adamw"] = step(model, lambda groups: torch.optim.AdamW(groups, weight_decay=DECAY, **ADAM))
    tensors["sgd"] = step(model, lambda groups: torch.optim.SGD(groups, weight_decay=DECAY, **SGD))
    import torchvision

    metadata = {
        "tensors": json.dumps(names),
        "parameters": json.dumps([key for key, _ in model.named_parameters()]),
        "size": str(size),
        "made_with": json.dumps({"torch": torch.__version__, "torchvision": torchvision.__version__}),
    }
    path = pathlib.Path(folder) / f"{name}.safetensors"
    write(path, {k: v.detach().float().numpy() for k, v in tensors.items()}, metadata)
    print(name, path.stat().st_size, "bytes", sum(p.numel() for p in model.parameters()), "parameters")
