"""One noise-free problem, the same for torch and numpy: smooth random object, defocused disc probe."""
import numpy as np, scipy.fft as sf
def problem(N, M=500, S=512, seed=1):
    g = np.random.default_rng(seed); k = np.fft.fftfreq(S)
    lp = np.exp(-(k[:, None]**2 + k[None]**2)/(2*0.04**2))
    sm = lambda: sf.ifft2(sf.fft2(g.standard_normal((S, S)))*lp).real
    u, v = sm(), sm(); u /= abs(u).max(); v /= abs(v).max()
    O = (0.8 + 0.2*u)*np.exp(1j*v)
    q = np.fft.fftshift(np.fft.fftfreq(N)); r2 = q[:, None]**2 + q[None]**2
    lens = (r2 < 0.12**2)*np.exp(1j*np.pi*r2*400*N/128)
    P = sf.fftshift(sf.ifft2(sf.ifftshift(lens))); P *= np.sqrt(1e5/(abs(P)**2).sum())
    pos = g.integers(0, S-N+1, (M, 2))
    A = np.stack([abs(sf.fft2(P*O[r:r+N, c:c+N], norm="ortho")) for r, c in pos]).astype(np.float32)
    y = np.arange(N)-N/2; soft = 1/(1+np.exp((np.hypot(y[:, None], y[None])-0.3*N)/3))
    return A, [tuple(map(int, p)) for p in pos], (P*soft).astype(np.complex64), O.astype(np.complex64)
