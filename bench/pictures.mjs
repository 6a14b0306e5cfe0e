// Draws the pictures of docs/benchmarks.md from the numbers that stand in it: the roofline, and what a visit costs.
// Usage: node bench/pictures.mjs [--page FILE] [--out FOLDER]. Measures nothing; npm run bench calls it when it has.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { line, logFrame, mark, page, words } from "./draw.mjs";
import { sweep, transformWork, visitWork } from "./limits.mjs";
import { readPage } from "./read-page.mjs";

// Okabe and Ito (2008), dark enough on white.
const colors = { transform: "#0072b2", lsqml: "#b24400", epie: "#00755a", rpie: "#8f4a80", limit: "#1f2430" };

/** What the page says where the pictures belong. */
export const pictureLinks = `Limits are two transforms of each mode at the rate of a transform in the first-level cache, or the bytes that must move
(counts, probe, patch, object; waves where they are kept) at the rate of a large copy, whichever is slower. The first is our own best, with vectors of 128 bits: FFTW, which has wider ones, goes beyond it.
As pictures, drawn from these tables by \`node bench/pictures.mjs\`:

![Cost of a visit against N, positions, modes and threads, with the limits of its transforms and of its bytes](images/costs.svg)

![Roofline: transforms and visits by arithmetic intensity, below the lines of measured bandwidth and peak](images/roofline.svg)`;

const intensity = ({ flops, bytes }) => flops / bytes;

/** Everything that is drawn below the roof. */
export function rooflinePoints({ transforms, sweeps, visits }) {
  const points = transforms.map(({ size, kernels, rate }) => ({
    kind: "transform",
    label: String(size),
    title: `transform, N = ${size}, ${kernels}: ${rate} GFLOP/s`,
    x: intensity(transformWork(size)),
    y: rate,
  }));
  for (const { engine, kernels, batch, threads, milliseconds } of sweeps) {
    const work = visitWork({ size: sweep.size, modes: 1, waves: batch > 1 });
    const rate = (work.flops * sweep.positions) / milliseconds / 1e6;
    const many = threads > 1 ? ` ×${threads}` : "";
    const title = `${engine}, N = ${sweep.size}, ${kernels}, batch ${batch}, threads ${threads}: ${rate.toFixed(1)} GFLOP/s`;
    points.push({ kind: engine, label: `${batch}${many}`, title, x: intensity(work), y: rate, threads });
  }
  const seen = new Set();
  for (const { size, positions, modes, threads, microseconds } of visits) {
    const [key, work] = [`${size} ${modes} ${threads}`, visitWork({ size, modes, waves: true })];
    // The number of positions does not move a point.
    if (seen.has(key)) continue;
    seen.add(key);
    const rate = work.flops / microseconds / 1e3;
    const title = `LSQ-ML, N = ${size}, ${positions} positions, ${modes} modes, threads ${threads}: ${rate.toFixed(1)} GFLOP/s`;
    const label = `${modes === 1 ? size : `K ${modes}`}${threads > 1 ? ` ×${threads}` : ""}`;
    points.push({ kind: "lsqml", label, title, x: intensity(work), y: rate, threads });
  }
  return points;
}

const shapes = { transform: "circle", lsqml: "square", epie: "diamond", rpie: "triangle" };
const meanings = {
  transform: "2-D transform in place: N",
  lsqml: "LSQ-ML visit: N, or K modes at N = 128",
  epie: "ePIE visit, N = 128: frames in a batch",
  rpie: "rPIE visit, N = 128: frames in a batch",
};

export function roofline(numbers) {
  const { peak, bandwidth } = numbers.machine;
  const points = rooflinePoints(numbers);
  const [most, x1] = [Math.max(2 * peak, ...points.map(({ y }) => y)), 6.4];
  const ridge = peak / bandwidth;
  const x0 = Math.min(1.4, 0.7 * ridge);
  const y0 = Math.min(8, 0.85 * Math.min(...points.map(({ y }) => y)));
  const frame = logFrame({
    x: {
      range: [x0, x1],
      ticks: [1, 1.5, 2, 3, 4, 5, 6].filter((v) => v >= x0),
      label: "arithmetic intensity, flop per byte",
    },
    y: {
      range: [y0, 1.25 * most],
      ticks: [10, 15, 20, 30, 40, 60, 80].filter((v) => v < 1.25 * most),
      label: "GFLOP/s",
    },
    left: 66,
    top: 84,
    width: 710,
    height: 450,
  });
  const { at } = frame;
  const start = at(x0, x0 * bandwidth);
  const slope = -Math.atan2(at(1, bandwidth)[1] - at(2, 2 * bandwidth)[1], at(2, 1)[0] - at(1, 1)[0]);
  const [middle, flat] = [Math.sqrt(x0 * ridge), at(x1, peak)];
  const both = at(x1, 2 * peak);
  const [sx, sy] = at(middle, middle * bandwidth);
  const parts = [
    words("Roofline: kernels against what the machine allows", 66, 26, { size: 16, weight: 600 }),
    frame.svg,
    line([start, at(2 * ridge, 2 * peak), both], { color: colors.limit, width: 1.3, dash: "6 4" }),
    line([start, at(ridge, peak), flat], { color: colors.limit, width: 2.4 }),
    words(`large copy: ${bandwidth} GB/s`, sx - 8, sy - 9, {
      anchor: "middle",
      turn: (slope * 180) / Math.PI,
    }),
    words(`transform in the first-level cache, one thread: ${peak} GFLOP/s`, flat[0] - 8, flat[1] - 8, {
      anchor: "end",
    }),
    words(`two threads: ${(2 * peak).toFixed(1)} GFLOP/s`, both[0] - 8, both[1] - 8, { anchor: "end" }),
  ];
  Object.entries(meanings).forEach(([kind, text], i) => {
    const [x, y] = [74 + 370 * (i % 2), 48 + 20 * Math.floor(i / 2)];
    parts.push(mark([x, y - 4], { color: colors[kind], shape: shapes[kind] }), words(text, x + 12, y));
  });
  parts.push(words("×2: two threads", 776, 26, { anchor: "end" }));
  const placed = [];
  const marks = [];
  for (const { kind, label, title, x, y } of points.toSorted((a, b) => a.x - b.x || b.y - a.y)) {
    const place = at(x, y);
    marks.push(mark(place, { color: colors[kind], shape: shapes[kind], title }));
    placed.push({ place, kind, label });
  }
  const roof = [at(ridge, peak)[0], flat[1] - 22, flat[0], flat[1] + 1];
  parts.push(...labels(placed, [roof]), ...marks);
  return page({ width: 800, height: 586, title: "Roofline of the kernels", parts });
}

/** Labels beside their points, where they cover least of what is there; the first place of those that are alike. */
function labels(placed, others) {
  const taken = [...others, ...placed.map(({ place: [x, y] }) => [x - 7, y - 7, x + 7, y + 7])];
  /** Area of a box that something else covers. */
  const covered = (box) =>
    taken.reduce((sum, [x0, y0, x1, y1]) => {
      const wide = Math.min(box[2], x1) - Math.max(box[0], x0);
      const high = Math.min(box[3], y1) - Math.max(box[1], y0);
      return sum + Math.max(0, wide) * Math.max(0, high);
    }, 0);
  return placed.map(({ place: [x, y], kind, label }) => {
    const width = 6.6 * label.length;
    const spots = [
      [x + 9, y + 4],
      [x - width / 2, y - 7.5],
      [x - width / 2, y + 18],
      [x - width - 9, y + 4],
      [x + 7, y - 7],
      [x + 7, y + 15],
      [x - width - 6, y - 7],
      [x - width - 6, y + 15],
    ];
    const boxOf = ([left, base]) => [left, base - 8, left + width, base];
    const spot = spots.toSorted((a, b) => covered(boxOf(a)) - covered(boxOf(b)))[0];
    const [left, top, right, bottom] = boxOf(spot);
    taken.push([left - 3, top, right + 3, bottom]);
    return words(label, spot[0], spot[1], { size: 11, color: colors[kind] });
  });
}

/** Panels: what varies, and which rows belong. */
const panels = [
  { axis: "size", label: "N", rows: (v) => v.positions === 200 && v.modes === 1 && v.threads === 1 },
  {
    axis: "positions",
    label: "positions (N = 128)",
    rows: (v) => v.size === 128 && v.modes === 1 && v.threads === 1,
  },
  {
    axis: "modes",
    label: "probe modes (N = 128)",
    rows: (v) => v.size === 128 && v.positions === 200 && v.threads === 1,
  },
  {
    axis: "threads",
    label: "threads (N = 128, 3 modes)",
    rows: (v) => v.size === 128 && v.positions === 400 && v.modes === 3,
  },
];

export function costs({ machine, visits }) {
  const transformTime = (v) => visitWork({ ...v, waves: true }).flops / machine.peak / 1e3 / v.threads;
  const byteTime = (v) => visitWork({ ...v, waves: true }).bytes / machine.bandwidth / 1e3;
  const all = visits.flatMap((v) => [v.microseconds, transformTime(v), byteTime(v)]);
  const range = [0.8 * Math.min(...all), 1.6 * Math.max(...all)];
  const ticks = [10, 20, 50, 100, 200, 500, 1000, 2000].filter((v) => v > range[0] && v < range[1]);
  const series = [
    {
      text: "measured, LSQ-ML",
      color: colors.lsqml,
      shape: "square",
      of: (v) => v.microseconds,
      dash: "none",
    },
    { text: "limit of its transforms", color: colors.transform, of: transformTime, dash: "7 4" },
    { text: "limit of its bytes", color: colors.epie, of: byteTime, dash: "2 3" },
  ];
  const parts = [words("What a visit costs, µs, and the least it could", 60, 26, { size: 16, weight: 600 })];
  series.forEach(({ text, color, shape, dash }, i) => {
    const x = 62 + 180 * i;
    parts.push(
      line(
        [
          [x, 44],
          [x + 30, 44],
        ],
        { color, dash },
      ),
      words(text, x + 38, 48),
    );
    if (shape !== undefined) parts.push(mark([x + 15, 44], { color, shape }));
  });
  panels.forEach(({ axis, label, rows }, i) => {
    const chosen = visits.filter(rows).toSorted((a, b) => a[axis] - b[axis]);
    const values = [...new Set(chosen.map((v) => v[axis]))];
    const frame = logFrame({
      x: { range: [values[0] / 1.15, values.at(-1) * 1.15], ticks: values, label },
      y: { range, ticks, label: i % 2 === 0 ? "µs per visit" : undefined },
      left: 60 + 385 * (i % 2),
      top: 66 + 282 * Math.floor(i / 2),
      width: 335,
      height: 222,
    });
    parts.push(frame.svg);
    for (const { color, shape, of, dash } of series) {
      const places = chosen.map((v) => frame.at(v[axis], of(v)));
      parts.push(line(places, { color, dash }));
      if (shape === undefined) continue;
      for (const [k, place] of places.entries()) {
        const text = of(chosen[k]).toFixed(0);
        parts.push(mark(place, { color, shape, title: `${label} ${chosen[k][axis]}: ${text} µs` }));
        parts.push(words(text, place[0], place[1] - 10, { anchor: "middle", size: 11, color }));
      }
    }
  });
  return page({
    width: 800,
    height: 624,
    title: "Cost of a visit against N, positions, modes and threads",
    parts,
  });
}

/** Writes both pictures of a page into a folder. */
export function drawPictures(text, folder) {
  const numbers = readPage(text);
  writeFileSync(join(folder, "roofline.svg"), roofline(numbers));
  writeFileSync(join(folder, "costs.svg"), costs(numbers));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const at = (path) => new URL(path, import.meta.url).pathname;
  const { values } = parseArgs({ options: { page: { type: "string" }, out: { type: "string" } } });
  drawPictures(
    readFileSync(values.page ?? at("../docs/benchmarks.md"), "utf8"),
    values.out ?? at("../docs/images"),
  );
}
