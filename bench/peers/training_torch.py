#!/usr/bin/env python3
"""The training races in PyTorch, the same networks from the same numbers (bench/training). Commands on standard input, one
answer a line: step N, infer N (milliseconds: wall, processor), memory (peak, MB), gradients FILE.
usage: training_torch.py FOLDER THREADS"""
import json, os, resource, sys, time
folder, threads = sys.argv[1], int(sys.argv[2])
os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(threads)
import numpy as np, torch, torch.nn.functional as F
torch.set_num_threads(threads)
case = json.load(open(folder + "/case.json"))
numbers = np.fromfile(folder + "/data.bin", np.float32)
arrays = {a["name"]: torch.tensor(numbers[a["first"]:a["first"] + a["count"]].reshape(a["shape"])) for a in case["arrays"]}
w = {a["name"]: arrays[a["name"]].requires_grad_() for a in case["arrays"] if a["kind"] == "weight"}
def conv(name, x): return F.conv2d(x, w[name + ".weight"], w[name + ".bias"], padding=1)
def fft2(x): return torch.fft.fftshift(torch.fft.fft2(x, norm="ortho"), dim=(-2, -1))
def up(x): return F.interpolate(x, scale_factor=2, mode="nearest")
probe = torch.complex(arrays["probe.re"], arrays["probe.im"])
# Our spectra are transposed.
counts = arrays["counts"].transpose(-1, -2).contiguous()

class Race:
    def outputs(self):
        x = arrays["frames"]
        for i in range(3):
            for j in (0, 1): x = F.relu(conv(f"encoder.{2 * i + j}", x))
            x = F.max_pool2d(x, 2)
        def decoded(name):
            y = x
            for i in range(3):
                y = F.relu(conv(f"{name}.{2 * i}", up(y)))
                y = conv(f"{name}.{2 * i + 1}", y)
                if i < 2: y = F.relu(y)
            return y
        return torch.sigmoid(decoded("modulus")), torch.pi * torch.tanh(decoded("phase"))
    def loss(self):
        modulus, phase = self.outputs()
        f = fft2(torch.polar(modulus[:, 0], phase[:, 0]) * probe)
        expected = 5 * (f.real ** 2 + f.imag ** 2) + 0.05
        return (expected - counts * torch.log(expected)).mean()
    def optimiser(self): return torch.optim.Adam(w.values(), lr=case["rate"])
    clip = None

class Recipe:
    N, Z, S = 64, 88, 64
    def __init__(self):
        top, left = arrays["top"].long(), arrays["left"].long()
        self.B, self.C = top.shape
        at = torch.arange(self.N)
        base = (torch.arange(self.B)[:, None] * self.Z + top) * self.Z + left
        self.index = (base[..., None, None] + at[:, None] * self.Z + at).reshape(-1)
        self.s = arrays["amplitudes"].transpose(-1, -2).contiguous()
        self.edge = (self.Z - self.S) // 2
    def patches(self, o): return o.reshape(-1)[self.index].view(-1, self.N, self.N)
    def scatter(self, p):
        zero = torch.zeros(self.B * self.Z * self.Z, dtype=p.dtype)
        return zero.index_add(0, self.index, p.reshape(-1)).view(self.B, self.Z, self.Z)
    def spectra(self, o): return fft2(probe * self.patches(o))
    def pull(self, f):
        size = torch.sqrt(f.real ** 2 + f.imag ** 2 + 1e-10)
        g = torch.fft.ifft2(torch.fft.ifftshift(f * (self.s / size - 1), dim=(-2, -1)), norm="ortho")
        return self.scatter(probe.conj() * g) / self.divisor
    def crop(self, o): return o[:, self.edge:-self.edge, self.edge:-self.edge]
    def pad(self, o): return F.pad(o, (self.edge,) * 4)
    def unet(self, net, x):
        kept = []
        for i in range(3):
            for j in (0, 1): x = F.relu(conv(f"{net}.encoder{i}.{j}", x))
            kept.append(x); x = F.max_pool2d(x, 2)
        for j in (0, 1): x = F.relu(conv(f"{net}.middle.{j}", x))
        for i in (2, 1, 0): x = F.relu(conv(f"{net}.decoder{i}", torch.cat([up(x), kept[i]], 1)))
        return conv(f"{net}.head", x)
    def objects(self, compared=True):
        with torch.no_grad():
            power = (probe.abs() ** 2).expand(self.B * self.C, -1, -1)
            cov = self.scatter(power)
            largest = cov.amax((1, 2), keepdim=True)
            self.divisor = 0.7 * cov + 0.3 * largest + 1e-12
            share = self.crop(torch.sqrt(cov / largest + 1e-12))
            o = torch.ones(self.B, self.Z, self.Z, dtype=torch.complex64)
            for _ in range(6): o = o + self.pad(self.crop(self.pull(self.spectra(o))))
            inner = self.crop(o)
            amplitude, phase = torch.sqrt(inner.abs() ** 2 + 1e-12) - 1, inner.angle()
            f = self.spectra(o)
        made = []
        for k in (0, 1):
            inner = self.crop(o)
            g = self.crop(self.pull(f)) * inner.conj()
            length = torch.sqrt(inner.real ** 2 + inner.imag ** 2 + 0.01)
            x = torch.stack([amplitude, phase, g.real / length, g.imag / length, share], 1)
            d = self.unet(f"stage{k}", x)
            amplitude, phase = amplitude + d[:, 0], phase + d[:, 1]
            o = self.pad(torch.polar(torch.ones_like(phase), phase) * (1 + amplitude) - 1) + 1
            # The loss of a stage and the pull of the next share these.
            f = self.spectra(o) if k == 0 or compared else None
            made.append((o, f))
        return made
    def outputs(self): return self.objects(compared=False)[-1][0]
    def loss_of(self, f):
        expected = 1e4 * (f.real ** 2 + f.imag ** 2)
        return ((torch.sqrt(expected + 0.375) - torch.sqrt(counts + 0.375)) ** 2).mean()
    def loss(self):
        first, last = self.objects()
        return self.loss_of(last[1]) + 0.3 * self.loss_of(first[1])
    def optimiser(self): return torch.optim.AdamW(w.values(), lr=case["rate"], weight_decay=1e-4)
    clip = 1.0

problem = {"race": Race, "recipe": Recipe}[case["name"]]()
optimiser = problem.optimiser()
def step():
    optimiser.zero_grad()
    problem.loss().backward()
    if problem.clip is not None: torch.nn.utils.clip_grad_norm_(w.values(), problem.clip)
    optimiser.step()
@torch.no_grad()
def infer(): problem.outputs()
for line in sys.stdin:
    command, _, argument = line.strip().partition(" ")
    if command == "memory": answer = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    elif command == "gradients":
        optimiser.zero_grad(); loss = problem.loss(); loss.backward()
        parts = [p.grad.reshape(-1) for p in w.values()] + [loss.detach().reshape(-1)]
        torch.cat(parts).numpy().tofile(argument); answer = "written"
    else:
        run = {"step": step, "infer": infer}[command]; count = int(argument)
        start, processor = time.perf_counter(), time.process_time()
        for _ in range(count): run()
        answer = f"{(time.perf_counter() - start) * 1e3 / count} {(time.process_time() - processor) * 1e3 / count}"
    print(answer, flush=True)
