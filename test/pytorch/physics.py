"""What the example trainer's physics says of a simulated scan: python3 physics.py FOLDER_OF_TRAIN_PY SCAN.npz

Prints JSON: the mean of (n - λ)² / λ over pixels with λ > 1 at the true object (1 for Poisson counts) with its standard error;
<Ax, y> and <x, A*y> of its patches; and its gradient beside torch's own derivative of its likelihood.
"""

import json
import sys

sys.path.insert(0, sys.argv[1])
import torch

import train

torch.manual_seed(0)
scan = train.Scan(sys.argv[2])
counts = torch.as_tensor(scan.counts, dtype=torch.float32)
rate = scan.rate(scan.waves(scan.truth))
bright = rate > 1
scatter = ((counts - rate) ** 2 / rate)[bright].double()

x = torch.randn(2, scan.height, scan.width)
y = torch.randn(scan.index.shape[0], *scan.probe.shape[1:], dtype=torch.complex64)
forward = (scan.patches(x).conj() * y).sum().real
backward = (torch.complex(x[0], x[1]).conj() * scan.spread(y)).sum().real

image = (scan.truth + 0.1 * torch.randn_like(scan.truth)).requires_grad_(True)
scan.likelihood(image, counts, 1.0).backward()
# The step has ε in its denominator and is divided by the light; the derivative is of a mean, and twice a Wirtinger derivative.
train.EPSILON = 1e-6
step = scan.gradient(image.detach(), counts, 1.0) * (scan.light + 0.05 * scan.light.max())
derivative = -image.grad * counts.numel() / 2
print(
    json.dumps(
        {
            "scatter": scatter.mean().item(),
            "error": (scatter.std() / len(scatter) ** 0.5).item(),
            "forward": forward.item(),
            "backward": backward.item(),
            "gradient": ((step - derivative).norm() / derivative.norm()).item(),
        }
    )
)
