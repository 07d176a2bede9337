"""Numbers and weights that the scripts here and tests/train/lcg.ts make alike, so that no file of weights is needed."""
import numpy as np
import torch


def uniform(count, seed):
    """count numbers in -1..1: the 32-bit linear congruential generator of Numerical Recipes, by its upper 24 bits."""
    values = np.empty(count, np.float64)
    state = seed
    for i in range(count):
        state = (1664525 * state + 1013904223) & 0xFFFFFFFF
        values[i] = (state >> 8) / (1 << 23) - 1
    return values.astype(np.float32)


def fill(model):
    """Weights of variance 1 / fan-in, so that signals keep their size; norms near 1 and 0."""
    for k, (name, tensor) in enumerate(list(model.named_parameters())):
        values = uniform(tensor.numel(), k + 1)
        if tensor.dim() > 1:
            values *= np.float32(np.sqrt(3.0 / tensor[0].numel()))
        elif name.endswith("weight"):
            values = np.float32(1) + np.float32(0.2) * values
        else:
            values *= np.float32(0.1)
        tensor.data = torch.from_numpy(values).reshape(tensor.shape)
