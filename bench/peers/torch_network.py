"""The network of src/nn/architecture.ts in PyTorch; also Stable-Baselines3's."""

import torch
from torch import nn

FEATURES = 11 * 11 * 64


def trunk():
    """[batch, 4, 84, 84] to [batch, 256] float32.

    TensorFlow's "same" padding, 84 -> 21 -> 11 -> 11. Its second convolution pads 1 before and 2
    after; 2 on both sides gives the same size and arithmetic without a copy to pad, which is the
    faster way here.
    """
    return nn.Sequential(
        nn.Conv2d(4, 32, 8, 4, padding=2),
        nn.ReLU(),
        nn.Conv2d(32, 64, 4, 2, padding=2),
        nn.ReLU(),
        nn.Conv2d(64, 64, 3, 1, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(FEATURES, 256),
        nn.ReLU(),
    )


def q_network(actions):
    return nn.Sequential(*trunk(), nn.Linear(256, actions))


def built_with():
    """What a figure depends on, from PyTorch's own description of its build."""
    cuda = torch.version.cuda
    lines = [line.strip("- \t") for line in torch.__config__.show().splitlines()]
    dnnl = next((line.split(" (Git")[0] for line in lines if "MKL-DNN" in line), "no oneDNN")
    return f"package build{f' with CUDA {cuda}, on the CPU' if cuda else ' for the CPU'}, {dnnl}"
