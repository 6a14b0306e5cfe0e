// Log-log charts as SVG text: axes, lines, points and labels, on white, legible at the width of a page.

const ink = "#1f2430";
const faint = "#d9dde5";
const font = `font-family="system-ui, 'DejaVu Sans', sans-serif"`;

const escaped = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const round = (value) => Math.round(value * 10) / 10;

export function words(text, x, y, { size = 12, anchor = "start", color = ink, weight = 400, turn = 0 } = {}) {
  const turned = turn === 0 ? "" : ` transform="rotate(${round(turn)} ${round(x)} ${round(y)})"`;
  return `<text x="${round(x)}" y="${round(y)}" ${font} font-size="${size}" font-weight="${weight}" fill="${color}" stroke="#ffffff" stroke-width="3" paint-order="stroke" text-anchor="${anchor}"${turned}>${escaped(text)}</text>`;
}

/** A frame with logarithmic axes; `at` gives the place of a value. */
export function logFrame({ x, y, left, top, width, height }) {
  const along = (value, [from, to]) => Math.log(value / from) / Math.log(to / from);
  const at = (vx, vy) => [left + width * along(vx, x.range), top + height * (1 - along(vy, y.range))];
  const parts = [];
  for (const value of x.ticks) {
    const [px] = at(value, y.range[0]);
    parts.push(
      `<line x1="${round(px)}" x2="${round(px)}" y1="${top}" y2="${top + height}" stroke="${faint}"/>`,
    );
    parts.push(words(value, px, top + height + 17, { anchor: "middle" }));
  }
  for (const value of y.ticks) {
    const [, py] = at(x.range[0], value);
    parts.push(
      `<line x1="${left}" x2="${left + width}" y1="${round(py)}" y2="${round(py)}" stroke="${faint}"/>`,
    );
    parts.push(words(value, left - 7, py + 4, { anchor: "end" }));
  }
  parts.push(
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" stroke="${ink}" stroke-opacity="0.55"/>`,
    words(x.label, left + width / 2, top + height + 37, { anchor: "middle" }),
  );
  if (y.label !== undefined) {
    parts.push(words(y.label, left - 42, top + height / 2, { anchor: "middle", turn: -90 }));
  }
  return { at, svg: parts.join("\n") };
}

export function line(points, { color = ink, width = 2, dash = "none" } = {}) {
  const text = points.map((point) => point.map(round).join(",")).join(" ");
  return `<polyline points="${text}" fill="none" stroke="${color}" stroke-width="${width}" stroke-dasharray="${dash}" stroke-linejoin="round"/>`;
}

/** Shapes differ, so that colour is never the only sign. */
export function mark([x, y], { color, shape, title = "" }) {
  const shapes = {
    circle: `<circle cx="${round(x)}" cy="${round(y)}" r="5"`,
    square: `<rect x="${round(x - 4.5)}" y="${round(y - 4.5)}" width="9" height="9"`,
    diamond: `<path d="M${round(x)} ${round(y - 6.5)}l6.5 6.5l-6.5 6.5l-6.5 -6.5z"`,
    triangle: `<path d="M${round(x)} ${round(y - 6)}l6 10.5h-12z"`,
  };
  return `${shapes[shape]} fill="${color}" stroke="#ffffff" stroke-width="1.2"><title>${escaped(title)}</title>${{ circle: "</circle>", square: "</rect>" }[shape] ?? "</path>"}`;
}

export function page({ width, height, title, parts }) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<rect width="${width}" height="${height}" fill="#ffffff"/>
${parts.join("\n")}
</svg>
`;
}
