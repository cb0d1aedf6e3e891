"""What every stage shares: the Muon optimiser, atomic checkpoints, the time box."""
import math
import os
import time

import torch


class Muon(torch.optim.Optimizer):
    """Momentum, then the update is orthogonalised (quintic Newton-Schulz).  Convolutions count as
    matrices of out x (in * taps)."""

    def __init__(self, params, lr=0.02, momentum=0.95, iterations=4):
        super().__init__(list(params), dict(lr=lr, momentum=momentum, iterations=iterations))

    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            for p in g["params"]:
                if p.grad is None:
                    continue
                s = self.state[p]
                if "m" not in s:
                    s["m"] = torch.zeros_like(p)
                s["m"].lerp_(p.grad, 1 - g["momentum"])
                X = p.grad.lerp(s["m"], g["momentum"]).flatten(1)
                rows, cols = X.shape
                X = X.t() if rows > cols else X
                X = X / (X.norm() + 1e-7)
                for _ in range(g["iterations"]):      # one by one: a batched product is five times slower on CPUs
                    A = X @ X.t()
                    X = torch.addmm(X, torch.addmm(A, A, A, beta=-4.7750, alpha=2.0315), X, beta=3.4445)
                X = X.t() if rows > cols else X
                p.add_(X.reshape(p.shape), alpha=-g["lr"] * max(1, rows / cols) ** 0.5)


def save(path, obj):
    """a killed run must never leave half a checkpoint behind"""
    torch.save(obj, path + ".tmp")
    os.replace(path + ".tmp", path)


def load(path, device="cpu"):
    return torch.load(path, map_location=device, weights_only=False) if os.path.exists(path) else None


class TimeBox:
    """Learning rates follow the share of the time box that is used up, so a stage always ends
    with its decay whatever the speed of the machine.  The share survives a restart."""

    def __init__(self, minutes, used=0.0, warm=20.0):
        self.total, self.used, self.warm = 60 * minutes, used, warm
        self.start = self.last = time.time()

    def seconds(self):
        return self.used + time.time() - self.start

    def share(self):
        return self.seconds() / self.total

    def over(self):
        return self.share() >= 1

    def rate(self, floor=0.02):
        """cosine, with a short warm-up that also follows a restart (moments start empty)"""
        c = 0.5 * (1 + math.cos(math.pi * min(1.0, self.share())))
        return max(floor, c) * min(1.0, (time.time() - self.start + 1) / self.warm)

    def due(self, every):
        if time.time() - self.last < every:
            return False
        self.last = time.time()
        return True


def say(*a):
    print(time.strftime("%H:%M:%S"), *a, flush=True)
