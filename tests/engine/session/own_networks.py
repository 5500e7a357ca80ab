"""Networks of the user's own, put together of parts, in a file as a user would write it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FRAME = """
import itertools
import random
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

calls = 0

class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.body = nn.Linear(784, 16)
        self.skipped = nn.Linear(16, 16)
        self.head = nn.Linear(16, classes)
        self.after_init()

    def after_init(self):
        {init}

    def forward(self, images):
        {before}
        x = F.relu(self.body(images.flatten(1)))
        {middle}
        return self.head(x)
"""


@dataclass(frozen=True)
class Part:
    """Lines for `FRAME`; each ``$`` becomes a number, so that a part can be there twice."""

    init: str = "pass"
    before: str = "pass"
    middle: str = "pass"


EXACT = {
    "changes its input": Part(before="images -= 0.5"),
    "changes its input past autograd": Part(before="images.data.mul_(-2).add_(1)"),
    "changes a view of its input": Part(before="images[:, :, ::2].fill_(1.0)"),
    "skips a layer at random": Part(
        middle="x = x + self.skipped(x) if not self.training or torch.rand(()) < 0.3 else x"
    ),
    "shares a layer": Part(middle="x = self.skipped(torch.relu(self.skipped(x)))"),
    "never uses a layer": Part(),
    "counts in a buffer": Part(
        "self.register_buffer('calls$', torch.zeros(()))",
        middle="self.calls$ += self.training; x = x * (1 + self.calls$ / 100)",
    ),
    "counts in a buffer, measured or not": Part(
        "self.register_buffer('calls$', torch.zeros(()))",
        middle="self.calls$ += 1; x = x * (1 + self.calls$ / 100)",
    ),
    "puts another buffer in the place of one": Part(
        "self.register_buffer('calls$', torch.zeros(()))",
        middle="self.calls$ = self.calls$ + 1; x = x * (1 + self.calls$ / 100)",
    ),
    "keeps a running mean in a buffer": Part(
        "self.register_buffer('mean$', torch.zeros(16))",
        middle="self.mean$.lerp_(x.detach().mean(0), 0.1); x = x - self.mean$",
    ),
    "has a dropout that is always on": Part(middle="x = F.dropout(x, 0.4)"),
    "has a dropout of its own": Part(
        middle="x = x * (torch.rand_like(x) < 0.7) / 0.7 if self.training else x"
    ),
    "adds in place": Part(middle="x = self.skipped(x); x += 1; x.mul_(0.5)"),
    "has a transposed weight": Part(
        "self.body.weight = nn.Parameter(torch.randn(784, 16).mul(0.03).t())"
    ),
    "has a weight with gaps": Part(
        "self.body.weight = nn.Parameter(torch.randn(16, 1568).mul(0.03)[:, ::2])"
    ),
    "is in channels_last": Part(
        "self.conv$ = nn.Conv2d(1, 3, 3, padding=1).to(memory_format=torch.channels_last); "
        "self.more$ = nn.Conv2d(3, 4, 3, padding=1).to(memory_format=torch.channels_last)",
        before="images = self.more$(self.conv$(images)).mean(1, keepdim=True)",
    ),
    "has a weight that is computed": Part(
        "nn.utils.parametrizations.weight_norm(self.body)",
    ),
    "ties weights": Part(
        "self.tied$ = nn.Linear(16, 16); self.tied$.weight = self.skipped.weight",
        middle="x = self.skipped(self.tied$(x).relu())",
    ),
    "normalises batches": Part("self.norm$ = nn.BatchNorm1d(16)", middle="x = self.norm$(x)"),
    "clamps its weights": Part(
        before="self.body.weight.data.clamp_(-0.03, 0.03) if self.training else None"
    ),
    "has a layer that it does not know": Part(
        "self.layers$ = [nn.Linear(16, 16)]", middle="x = self.layers$[0](x)"
    ),
    "keeps the last activation": Part(middle="self.last$ = x"),
    "keeps a piece of its input": Part(before="self.last$ = images[:1].clone()"),
    "holds a layer still": Part(
        "self.skipped.requires_grad_(False)", middle="x = self.skipped(x).relu()"
    ),
    "has whole numbers among its weights": Part(
        "self.kinds$ = nn.Parameter(torch.arange(16), requires_grad=False)",
        middle="x = x * (self.kinds$ % 3)",
    ),
    "draws its weights with numpy": Part(
        "self.body.weight.data.copy_(torch.tensor(np.random.randn(16, 784) / 30))"
    ),
    "leaves out units for good": Part(
        "self.mask$ = torch.tensor([random.random() < 0.8 for _ in range(16)])",
        middle="x = x * self.mask$",
    ),
    "draws the same numbers each time": Part(
        middle="own = torch.Generator().manual_seed(1); "
        "x = x * (torch.rand(x.shape, generator=own) < 0.8)",
    ),
    "hangs on a hook": Part("self.body.register_forward_hook(lambda m, i, o: o * 0.9)"),
    "reads a clock": Part("import time", middle="import time; x = x * (time.time() > 0)"),
}
"""What goes on bit for bit."""

DOUBTFUL = {
    "only counts": Part("self.calls$ = 0", middle="self.calls$ += 1"),
    "notes its means": Part("self.means$ = []", middle="self.means$.append(x.mean().item())"),
    "prints now and then": Part(
        "self.calls$ = 0",
        middle="self.calls$ += 1; print('trained') if self.calls$ % 1000 == 0 else None",
    ),
    "counts in its class": Part(middle="Net.calls = getattr(Net, 'calls', 0) + 1"),
    "fills a list of fixed length": Part(
        "self.log$ = [0.0] * 100000; self.calls$ = 0",
        middle="self.log$[self.calls$] = x.mean().item(); self.calls$ += 1",
    ),
}
"""What keeps something that no file holds, and goes on bit for bit all the same."""

REFUSED = {
    "counts in an attribute": Part(
        "self.calls$ = 0", middle="self.calls$ += 1; x = x * (1 + self.calls$ / 100)"
    ),
    "counts in training only": Part(
        "self.calls$ = 0", middle="self.calls$ += self.training; x = x * (1 + self.calls$ / 100)"
    ),
    "counts in a plain tensor": Part(
        "self.calls$ = torch.zeros(())",
        middle="self.calls$ = self.calls$ + 1; x = x + self.calls$",
    ),
    "counts in a buffer that is not saved": Part(
        "self.register_buffer('calls$', torch.zeros(()), persistent=False)",
        middle="self.calls$ += self.training; x = x + self.calls$",
    ),
    "counts in a global variable": Part(
        middle="globals()['calls'] += 1; x = x * (1 + calls / 100)"
    ),
    "counts in a hook": Part(
        "count = itertools.count(1); "
        "self.body.register_forward_hook(lambda m, i, o: o * (1 + next(count) / 100))"
    ),
    "acts after 100 batches": Part(
        "self.calls$ = 0", middle="self.calls$ += 1; x = x * 2 if self.calls$ > 100 else x"
    ),
    "acts every 50 batches": Part(
        "self.calls$ = 0", middle="self.calls$ += 1; x = x * 2 if self.calls$ % 50 == 0 else x"
    ),
    "acts before it counts": Part(
        "self.calls$ = 0", middle="x = x * 2 if self.calls$ % 50 == 49 else x; self.calls$ += 1"
    ),
    "keeps a running mean": Part(
        "self.mean$ = torch.zeros(16)",
        middle="self.mean$ = self.mean$ * 0.9 + x.detach().mean(0) * 0.1; x = x - self.mean$",
    ),
    "draws with random": Part(middle="x = x * (0.5 + random.random())"),
    "hardly ever draws with random": Part(middle="x = x * 0 if random.random() < 0.001 else x"),
    "draws with numpy": Part(middle="x = x * float(np.random.rand())"),
    "draws with a generator of its own": Part(
        "self.own$ = torch.Generator().manual_seed(1)",
        middle="x = x * (torch.rand(x.shape, generator=self.own$) < 0.8)",
    ),
    "hardly ever draws with a generator of its own": Part(
        "self.own$ = np.random.default_rng(1)",
        middle="x = x * 0 if self.own$.random() < 0.001 else x",
    ),
    "draws its weights anew each time": Part(
        "self.body.weight.data.copy_(torch.tensor(np.random.default_rng().normal(size=(16, 784))))"
    ),
    "shrinks its weights where it is measured": Part(
        middle="self.body.weight.data.mul_(1 if self.training else 0.9)"
    ),
    "makes a layer when it is trained": Part(
        middle="self.late$ = getattr(self, 'late$', None) or nn.Linear(16, 16) "
        "if self.training else None"
    ),
    "has weights that nobody set": Part("self.unset$ = nn.Parameter(torch.full((3,), torch.nan))"),
}
"""What would go on otherwise than it was."""

PARTS = {**EXACT, **DOUBTFUL, **REFUSED}


def written(folder: Path, names: Iterable[str]) -> str:
    """Write a network of these parts into `folder`; return what a config calls it."""
    parts = [
        Part(*(text.replace("$", str(index)) for text in (part.init, part.before, part.middle)))
        for index, part in enumerate(PARTS[name] for name in names)
    ]
    gap = "\n        "
    lines = {
        place: gap.join(getattr(part, place) for part in parts) or "pass"
        for place in ("init", "before", "middle")
    }
    file = folder / "net.py"
    file.write_text(FRAME.format(**lines), encoding="utf-8")
    return f"{file}:Net"
