#!/usr/bin/env python3
"""ePIE / rPIE sweep times in PyTorch. N=128, 500 random integer positions, 512x512 object, object+probe update, complex64.
usage: pie_torch.py [--threads 1] [--batch 1|32] [--alg epie|rpie] [--sweeps 8]"""
import argparse, os, time
ap = argparse.ArgumentParser()
ap.add_argument("--threads", type=int, default=1); ap.add_argument("--batch", type=int, default=1)
ap.add_argument("--alg", default="epie"); ap.add_argument("--sweeps", type=int, default=8)
ap.add_argument("--N", type=int, default=128); ap.add_argument("--alpha", type=float, default=0.1)
a = ap.parse_args()
os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(a.threads)
import numpy as np, torch
torch.set_num_threads(a.threads); torch.set_grad_enabled(False)
from pie_problem import problem
N = a.N; A, pos, P0, Otrue = problem(N)
A = torch.tensor(A); P = torch.tensor(P0); O = torch.ones(512, 512, dtype=torch.complex64)
fft2, ifft2 = (lambda x: torch.fft.fft2(x, norm="ortho")), (lambda x: torch.fft.ifft2(x, norm="ortho"))
eps = 1e-8
def weight(p2, al):
    m = p2.max()
    return 1/m if a.alg == "epie" else 1/((1-al)*p2 + al*m)
def step(j):
    r, c = pos[j]; o = O[r:r+N, c:c+N]
    psi = P*o; F = fft2(psi); ab = F.abs()
    d = ifft2(F*(A[j]/(ab+eps))) - psi; err = None
    p2 = P.real**2 + P.imag**2; o2 = o.real**2 + o.imag**2
    dO = P.conj()*d*weight(p2, a.alpha); dP = o.conj()*d*weight(o2, 1.0 if a.alg == "epie" else a.alpha)
    O[r:r+N, c:c+N] += dO; P.add_(dP)
offs = (torch.arange(N)[:, None]*512 + torch.arange(N)[None]).reshape(-1)
def step_batch(J):
    base = torch.tensor([pos[j][0]*512 + pos[j][1] for j in J]); idx = (base[:, None] + offs[None])
    o = O.view(-1)[idx].view(len(J), N, N)
    psi = P*o; F = fft2(psi); d = ifft2(F*(A[J]/(F.abs()+eps))) - psi
    p2 = P.real**2 + P.imag**2
    num = torch.zeros(512*512, dtype=torch.complex64); num.index_add_(0, idx.reshape(-1), (P.conj()*d).reshape(-1))
    den = torch.zeros(512*512); den.index_add_(0, idx.reshape(-1), p2.reshape(-1).repeat(len(J)))
    s = den.max(); al = 1.0 if a.alg == "epie" else a.alpha
    O.view(-1).add_(num / ((1-al)*den + al*s))
    o2 = (o.real**2 + o.imag**2).sum(0)
    P.add_((o.conj()*d).sum(0) / ((1-al)*o2 + al*o2.max()))
def error():
    s = n = 0.
    for j in range(0, len(pos), 50):
        o = torch.stack([O[r:r+N, c:c+N] for r, c in pos[j:j+50]]); f = fft2(P*o).abs()
        s += float((f-A[j:j+50]).abs().sum()); n += float(A[j:j+50].sum())
    return s/n
rng = np.random.default_rng(3); t = []; e0 = error()
for s in range(a.sweeps+1):
    order = rng.permutation(len(pos)); t0 = time.perf_counter()
    if a.batch == 1:
        for j in order: step(j)
    else:
        for k in range(0, len(order), a.batch): step_batch(order[k:k+a.batch])
    t.append((time.perf_counter()-t0)*1e3)
t = np.array(t[1:])
print(f"torch {torch.__version__} {a.alg} batch {a.batch} threads {torch.get_num_threads()}: {np.median(t):.1f} ms/sweep (best {t.min():.1f}); R {e0:.3f} -> {error():.4f} after {a.sweeps+1} sweeps")
