#!/usr/bin/env python3
"""As pie_torch.py in numpy + scipy.fft (complex64, workers=threads). usage: pie_numpy.py [--threads 1] [--alg epie|rpie]"""
import argparse, os, time
ap = argparse.ArgumentParser()
ap.add_argument("--threads", type=int, default=1); ap.add_argument("--alg", default="epie")
ap.add_argument("--sweeps", type=int, default=8); ap.add_argument("--N", type=int, default=128); ap.add_argument("--alpha", type=float, default=0.1)
a = ap.parse_args()
os.environ["OMP_NUM_THREADS"] = str(a.threads)
import numpy as np, scipy, scipy.fft as sf
from pie_problem import problem
N = a.N; A, pos, P, Ot = problem(N); O = np.ones((512, 512), np.complex64); eps = np.float32(1e-8); al = np.float32(a.alpha)
def weight(p2, al):
    m = p2.max()
    return np.float32(1)/m if a.alg == "epie" else np.float32(1)/((1-al)*p2 + al*m)
def step(j):
    global P
    r, c = pos[j]; o = O[r:r+N, c:c+N]
    psi = P*o; F = sf.fft2(psi, norm="ortho", workers=a.threads)
    d = sf.ifft2(F*(A[j]/(np.abs(F)+eps)), norm="ortho", workers=a.threads, overwrite_x=True); d -= psi
    p2 = P.real**2 + P.imag**2; o2 = o.real**2 + o.imag**2
    dO = P.conj()*d; dO *= weight(p2, al); dP = o.conj()*d; dP *= weight(o2, al)
    o += dO; P = P + dP
def error():
    s = n = 0.
    for j, (r, c) in enumerate(pos):
        s += np.abs(np.abs(sf.fft2(P*O[r:r+N, c:c+N], norm="ortho"))-A[j]).sum(); n += A[j].sum()
    return s/n
rng = np.random.default_rng(3); t = []; e0 = error()
for s in range(a.sweeps+1):
    order = rng.permutation(len(pos)); t0 = time.perf_counter()
    for j in order: step(j)
    t.append((time.perf_counter()-t0)*1e3)
t = np.array(t[1:]); assert O.dtype == P.dtype == np.complex64
print(f"numpy {np.__version__} scipy {scipy.__version__} {a.alg} batch 1 threads {a.threads}: {np.median(t):.1f} ms/sweep (best {t.min():.1f}); R {e0:.3f} -> {error():.4f} after {a.sweeps+1} sweeps")
