"""A trainer for doselap in PyTorch: what `--runner command` needs, in one file.

A learned gradient descent (Adler and Oktem, doi:10.1088/1361-6420/aa9581): a small convolutional network sees the object so
far and the Poisson gradient of all frames, and says the next step; a few steps make an object. It learns without truth. The
counts of the training half are split at random into two (binomial thinning leaves both Poisson and independent); from one part
it makes an object, and the other part says how likely that object is. Noise that it copied would therefore cost it.

Needs torch >= 1.13 and numpy. Reads config.json, params.json and the NPZ files that they name; writes reconstruction.npz and
result.json into the working directory. Conventions: docs/training.md; data: docs/data.md.
"""

import argparse
import json
import os
import sys

try:
    import numpy as np
    import torch
except ImportError as error:
    sys.exit(
        f"this trainer needs PyTorch 1.13 or newer: {error}\n"
        f"This Python is {sys.executable}. Debian's python3-torch belongs to /usr/bin/python3; PyPI has torch for any other."
    )

STEPS = 8  # of the learned descent
FEATURES = 16
EPSILON = 0.1  # counts: bounds the gradient in dark pixels


class Scan:
    """The frames of one half of the scan, and the physics between them and an object, in counts.

    An image is an object as a real array [2, H, W], real and imaginary part. Everything is cropped to what the frames see.
    """

    def __init__(self, path):
        with np.load(path) as data:
            root = np.asarray(data["diffraction"], np.float64)  # [M, N, N], square roots of counts
            x, y = data["xcoords"], data["ycoords"]  # object pixels, of the middle of the probe
            probe = np.asarray(data["probeGuess"])  # [N, N] or [modes, N, N], square roots of counts
            truth = np.asarray(data["objectGuess"])
            metadata = json.loads(str(data["_metadata"]))
        self.counts = np.rint(root**2).astype(np.int64)
        self.background = float(metadata.get("backgroundPhotonsPerPx") or 0)
        self.shape = truth.shape
        size = root.shape[-1]
        left, top = x - size / 2, y - size / 2  # a position lies at index N/2 of its patch
        column, row = np.floor(left).astype(int), np.floor(top).astype(int)
        self.column0, self.row0 = column.min(), row.min()
        self.width = column.max() - self.column0 + size + 1  # one more: bilinear patches read it
        self.height = row.max() - self.row0 + size + 1
        inside = np.arange(size + 1)
        rows = torch.as_tensor(row[:, None] - self.row0 + inside)
        columns = torch.as_tensor(column[:, None] - self.column0 + inside)
        self.index = rows[:, :, None] * self.width + columns[:, None, :]  # [M, N + 1, N + 1]
        self.right = torch.as_tensor(left - column, dtype=torch.float32)[:, None, None]
        self.down = torch.as_tensor(top - row, dtype=torch.float32)[:, None, None]
        self.probe = torch.as_tensor(probe.reshape(-1, size, size).astype(np.complex64))
        light = (self.probe.abs() ** 2).sum(0).expand(len(x), size, size)
        self.light = self.spread(light)[None]  # photons on each object pixel
        self.truth = torch.view_as_real(torch.as_tensor(self.crop(truth).astype(np.complex64))).permute(2, 0, 1)

    def crop(self, whole):
        """The part that frames see; the row and column that lie beyond the object frame are 1."""
        seen = np.ones((self.height, self.width), whole.dtype)
        (to_rows, from_rows), (to_columns, from_columns) = self.overlap()
        seen[to_rows, to_columns] = whole[from_rows, from_columns]
        return seen

    def place(self, seen):
        """The whole object frame, flat where no frame saw it."""
        whole = np.ones(self.shape, np.complex64)
        (from_rows, to_rows), (from_columns, to_columns) = self.overlap()
        whole[to_rows, to_columns] = seen[from_rows, from_columns]
        return whole

    def overlap(self):
        spans = ((self.row0, self.height, self.shape[0]), (self.column0, self.width, self.shape[1]))
        ends = [(max(0, start), min(start + length, side), start) for start, length, side in spans]
        return [(slice(first - start, last - start), slice(first, last)) for first, last, start in ends]

    def patches(self, image):
        """[M, N, N] complex: bilinear patches at the positions."""
        p = torch.complex(image[0], image[1]).reshape(-1)[self.index]
        p = (1 - self.down) * p[:, :-1] + self.down * p[:, 1:]
        return (1 - self.right) * p[:, :, :-1] + self.right * p[:, :, 1:]

    def spread(self, patches):
        """The adjoint of `patches`, [H, W]."""
        p = torch.nn.functional.pad
        wide = p(patches * (1 - self.right), (0, 1)) + p(patches * self.right, (1, 0))
        tall = p(wide * (1 - self.down), (0, 0, 0, 1)) + p(wide * self.down, (0, 0, 1, 0))
        canvas = torch.zeros(self.height * self.width, dtype=patches.dtype)
        return canvas.index_add(0, self.index.reshape(-1), tall.reshape(-1)).reshape(self.height, self.width)

    def waves(self, image):
        """[M, modes, N, N] complex: exit waves on the detector, zero frequency in the middle."""
        exit_waves = self.patches(image)[:, None] * self.probe
        return torch.fft.fftshift(torch.fft.fft2(exit_waves, norm="ortho"), dim=(-2, -1))

    def rate(self, waves):
        return (waves.abs() ** 2).sum(1) + self.background

    def gradient(self, image, counts, share):
        """The step that plain gradient descent would take, [2, H, W]: the Poisson gradient over the light of each pixel."""
        waves = self.waves(image)
        rate = self.rate(waves) * share
        weighted = waves * ((counts - rate) / (rate + EPSILON))[:, None]
        back = torch.fft.ifft2(torch.fft.ifftshift(weighted, dim=(-2, -1)), norm="ortho")
        step = self.spread((back * self.probe.conj()).sum(1))
        return torch.stack([step.real, step.imag]) / (self.light + 0.05 * self.light.max())

    def likelihood(self, image, counts, share):
        """Poisson log-likelihood a pixel, negative, without its constant."""
        rate = self.rate(self.waves(image)) * share + 1e-6
        return (rate - counts * torch.log(rate)).mean()


class Descent(torch.nn.Module):
    """STEPS steps, each a gradient step that three convolutions correct."""

    def __init__(self):
        super().__init__()

        def step():
            conv = torch.nn.Conv2d
            layers = (conv(5, FEATURES, 3, padding=1), torch.nn.ReLU(), conv(FEATURES, FEATURES, 3, padding=1))
            last = conv(FEATURES, 2, 3, padding=1)
            # It begins as plain gradient descent, and learns what to add.
            torch.nn.init.zeros_(last.weight)
            torch.nn.init.zeros_(last.bias)
            return torch.nn.Sequential(*layers, torch.nn.ReLU(), last)

        self.steps = torch.nn.ModuleList(step() for _ in range(STEPS))
        self.lengths = torch.nn.Parameter(torch.full((STEPS,), 0.5))

    def forward(self, scan, counts, share):
        flat = torch.stack([torch.ones(scan.height, scan.width), torch.zeros(scan.height, scan.width)])
        image = flat
        light = torch.sqrt(scan.light / scan.light.max())
        for correct, length in zip(self.steps, self.lengths):
            gradient = scan.gradient(image, counts, share)
            seen = torch.cat([image - flat, gradient, light])
            # Where no light falls nothing is known, and nothing changes.
            image = image + light * (length * gradient + correct(seen[None])[0])
        return image


def main():
    parser = argparse.ArgumentParser(description="Trains a learned gradient descent on the doselap job of this folder.")
    parser.add_argument("--updates", type=int, default=60, help="steps of the optimizer, each on the whole scan")
    updates = parser.parse_args().updates
    if updates < 1:
        parser.error("--updates must be at least 1")
    with open("config.json") as file:
        config = json.load(file)
    with open("params.json") as file:
        params = json.load(file)
    seed, rate = int(params["npseed"]), float(params["learning_rate"])
    supervised = params["model_type"] == "supervised"
    torch.manual_seed(seed)
    torch.set_num_threads(int(os.environ.get("DOSELAP_THREADS", 1)))
    torch.use_deterministic_algorithms(True)
    random = np.random.default_rng(seed)

    scan = Scan(params["train_data_file_path"])
    print(f"torch {torch.__version__}, {len(scan.counts)} frames of {config['model']['N']} px", flush=True)
    print(f"dose {params['nphotons']:g}, {'with truth' if supervised else 'without truth'}, seed {seed}", flush=True)
    network = Descent()
    optimizer = torch.optim.Adam(network.parameters(), lr=rate)
    seen = scan.light / scan.light.max()
    for update in range(1, updates + 1):
        half = random.binomial(scan.counts, 0.5)
        given, held = (torch.as_tensor(part, dtype=torch.float32) for part in (half, scan.counts - half))
        image = network(scan, given, 0.5)
        if supervised:
            loss = (seen * (image - scan.truth) ** 2).sum() / seen.sum()
        else:
            loss = scan.likelihood(image, held, 0.5)
        if not torch.isfinite(loss):
            sys.exit(f"the loss of update {update} is not finite")
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        print(f"epoch {update}/{updates}: loss {loss.item():.6f}", flush=True)

    test = Scan(params["test_data_file_path"])
    with torch.no_grad():
        image = network(test, torch.as_tensor(test.counts, dtype=torch.float32), 1.0)
    whole = test.place(torch.complex(image[0], image[1]).numpy())
    np.savez("reconstruction.npz", objectGuess=whole)
    np.savez("network.npz", **{name: value.numpy() for name, value in network.state_dict().items()})
    with open("result.json", "w") as file:
        json.dump({"trainer": "example in PyTorch", "updates": updates, "loss": loss.item()}, file)


if __name__ == "__main__":
    main()
