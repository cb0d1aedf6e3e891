"""The rCM sampler (stochastic, few steps) and a plain Euler sampler for comparison."""
import math

import torch

MIDDLE = {1: [], 2: [1.5], 3: [1.5, 1.4], 4: [1.5, 1.4, 1.0]}


def rcm_times(steps):
    angles = [math.atan(80.0)] + MIDDLE[steps] + [0.0]
    return [math.sin(a) / (math.cos(a) + math.sin(a)) for a in angles]


TIMES = rcm_times(4)[:4]


def as_fed(t):
    """the network is told the time in bfloat16"""
    return float(torch.tensor(1000.0 * t).bfloat16())


@torch.no_grad()
def sample_rcm(net, noise, steps=4, generator=None):
    ts = rcm_times(steps)
    x = noise * ts[0]
    for t, nxt in zip(ts[:-1], ts[1:]):
        x0 = x - t * net(x, torch.full((len(x),), as_fed(t), device=x.device))
        if nxt == 0:
            return x0
        x = (1 - nxt) * x0 + nxt * torch.randn(x.shape, generator=generator, device=x.device)


@torch.no_grad()
def sample_euler(net, noise, steps=20, shift=4.0):
    s = torch.linspace(1, 0, steps + 1)
    s = (shift * s / (1 + (shift - 1) * s)).tolist()
    x = noise
    for a, b in zip(s[:-1], s[1:]):
        x = x + (b - a) * net(x, torch.full((len(x),), 1000 * a, device=x.device))
    return x
