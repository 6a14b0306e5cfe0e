// Scans that cannot be reconstructed are refused before work: exit 1, no file, and a message that names
// the file, the frame and the value.

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ndarray, type AnyArray } from "../../src/array/ndarray.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { cli } from "../support/cli.ts";
import { cliInside } from "../support/cli-inside.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-refused-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A scan of four frames whose counts vary, with one thing changed: in the frames, or an array in the place of its own. */
async function scan(
  name: string,
  size: number,
  change: (amplitude: Float32Array) => void,
  arrays: { readonly [key: string]: AnyArray } = {},
): Promise<string> {
  const pixels = size * size;
  const amplitude = Float32Array.from({ length: 4 * pixels }, (_, i) => Math.sqrt((i * 7) % 11));
  change(amplitude);
  const probe = new Float32Array(2 * pixels);
  for (let i = 0; i < pixels; i++) {
    const r2 = ((i % size) - size / 2) ** 2 + (Math.floor(i / size) - size / 2) ** 2;
    probe[2 * i] = 10 * Math.exp(-r2 / size);
  }
  const side = 2 * size;
  const at = Float64Array.of(size / 2, size, size + 1, side - size / 2);
  await writeNpz(join(folder, name), {
    diffraction: ndarray("float32", [4, size, size], amplitude),
    xcoords: ndarray("float64", [4], at),
    ycoords: ndarray("float64", [4], at),
    probeGuess: ndarray("complex64", [size, size], probe),
    objectGuess: ndarray("complex64", [side, side], new Float32Array(2 * side * side).fill(1)),
    ...arrays,
  });
  return name;
}

const cases: readonly [string, number, (amplitude: Float32Array) => void, readonly string[], RegExp][] = [
  [
    "constant.npz",
    32,
    (a) => a.fill(2, 1024, 2048),
    [],
    /constant\.npz : diffraction \(frame 1\): a frame is constant.*got 4/,
  ],
  [
    "empty.npz",
    32,
    (a) => a.fill(0, 2048, 3072),
    [],
    /empty\.npz : diffraction \(frame 2\): a frame is empty.*0 counts/,
  ],
  ["dark.npz", 32, (a) => a.fill(0), [], /dark\.npz.*no counts.*0 in 4 frames/],
  ["nan.npz", 32, (a) => a.fill(NaN, 40, 41), [], /nan\.npz.*first NaN at \(0, 1, 8\)/],
  [
    "huge.npz",
    32,
    (a) => a.fill(1e30, 40, 41),
    [],
    /huge\.npz : diffraction: .*float32.*first 1\.0\d*e\+30 at \(0, 1, 8\) \[DATA-001\]/,
  ],
  [
    "odd-size.npz",
    100,
    () => {},
    [],
    /odd-size\.npz : diffraction: there is no transform.*got frames of 100 × 100/,
  ],
  [
    "large.npz",
    64,
    () => {},
    ["--memory", "1"],
    /large\.npz.*memory budget is too small.*at least \d+ bytes/,
  ],
];

test.each(cases)("%s is refused by reconstruct", async (name, size, change, flags, message) => {
  const file = await scan(name, size, change);
  const run = await cliInside(["reconstruct", file, "--epochs", "2", "--out", "o.npz", ...flags], {
    cwd: folder,
  });
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(message);
  expect(existsSync(join(folder, "o.npz"))).toBe(false);
});

const darkProbe = { probeGuess: ndarray("complex64", [32, 32], new Float32Array(2048)) };
const about = (metadata: unknown): { _metadata: AnyArray } => ({
  _metadata: ndarray("string", [], [JSON.stringify(metadata)]),
});

test.each<[string, { readonly [key: string]: AnyArray }, RegExp]>([
  ["a probe without light", darkProbe, /scan\.npz : probeGuess: .*got 0 \[DATA-004\]/],
  [
    "a background below 0",
    about({ backgroundPhotonsPerPx: -1 }),
    /scan\.npz : _metadata\.backgroundPhotonsPerPx: .*at least 0, got -1 \[DATA-005\]/,
  ],
  [
    "a background in words",
    about({ backgroundPhotonsPerPx: "3" }),
    /scan\.npz : _metadata\.backgroundPhotonsPerPx: .*at least 0, got "3" \[DATA-005\]/,
  ],
])(
  "%s is named by the file's key, with one code, by reconstruct, plan and inspect",
  async (_, arrays, message) => {
    const file = await scan("scan.npz", 32, () => {}, arrays);
    const [reconstruct, plan, inspect] = await Promise.all([
      cliInside(["reconstruct", file, "--out", "o.npz"], { cwd: folder }),
      cliInside(["plan", "measured", "--input", file], { cwd: folder }),
      cliInside(["inspect", file, "--json"], { cwd: folder }),
    ]);
    expect([reconstruct.code, plan.code, inspect.code]).toEqual([1, 1, 1]);
    expect(reconstruct.stderr).toMatch(message);
    expect(plan.stderr).toMatch(message);
    const { violations } = JSON.parse(inspect.stdout) as { violations: { key: string; finding: string }[] };
    expect(violations).toHaveLength(1);
    expect(reconstruct.stderr).toContain(`: ${violations[0]!.key}: `);
    expect(reconstruct.stderr).toContain(`[${violations[0]!.finding}]`);
  },
);

test("what a flag brought is named by the flag: saturation with its value and what it masks, mask and probe with their files", async () => {
  const file = await scan("scan.npz", 32, () => {});
  await scan("dark-probe.npz", 32, () => {}, darkProbe);
  await writeNpz(join(folder, "mask.npz"), {
    mask: ndarray("uint8", [32, 32], new Uint8Array(1024).fill(1)),
  });
  await writeNpz(join(folder, "nan.npz"), {
    mask: ndarray("float32", [32, 32], new Float32Array(1024).fill(NaN)),
  });
  const cases: readonly [readonly string[], RegExp][] = [
    [["--mask", "nan.npz"], /nan\.npz : mask: a mask holds NaN.*got NaN in 1024 of 1024 pixels/],
    [
      ["--saturation", "1"],
      /scan\.npz : --saturation: no photon is left.*got 1, which masks \d+ pixels in 4 frames, with up to 10 counts.*Raise it/,
    ],
    [
      ["--mask", "mask.npz"],
      /mask\.npz : --mask: no photon is left.*got 1024 of 1024 pixels masked.*inverted/,
    ],
    [["--probe", "dark-probe.npz"], /dark-probe\.npz : --probe: the probe carries no light/],
  ];
  for (const [flags, message] of cases) {
    const run = await cliInside(["reconstruct", file, "--out", "o.npz", ...flags], { cwd: folder });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(message);
  }
});

/** What a study and inspect see of the same files; the memory of a job is no matter of a scan. */
const faulty = cases.filter(([, , , flags]) => flags.length === 0);

test.each(faulty)(
  "%s is refused by plan in the same words, and told by inspect",
  async (name, size, change, _, message) => {
    const file = await scan(name, size, change);
    const [plan, inspect] = await Promise.all([
      cliInside(["plan", "measured", "--input", file], { cwd: folder }),
      cliInside(["inspect", file, "--json"], { cwd: folder }),
    ]);
    expect([plan.code, inspect.code]).toEqual([1, 1]);
    expect(plan.stderr).toMatch(message);
    const { violations } = JSON.parse(inspect.stdout) as { violations: { key: string; got: string }[] };
    expect(violations).toHaveLength(1);
    expect(plan.stderr).toContain(`${file} : ${violations[0]!.key}: `);
    expect(plan.stderr).toContain(`got ${violations[0]!.got}`);
  },
);

test("in a process of its own each command says the same", async () => {
  const [name, size, change, , message] = cases[0]!;
  const file = await scan(name, size, change);
  for (const args of [
    ["reconstruct", file, "--out", "o.npz"],
    ["inspect", file, "--json"],
  ]) {
    const refused = await cli(args, { cwd: folder });
    expect(refused).toEqual(await cliInside(args, { cwd: folder }));
    expect(refused.code).toBe(1);
  }
  const plan = await cli(["plan", "measured", "--input", file], { cwd: folder });
  expect(plan).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(message) });
});

test.each(["run", "train"])(
  "%s refuses a study of a scan with a blocked frame before any job",
  async (command) => {
    const [name, size, change, , message] = cases[0]!;
    const file = await scan(name, size, change);
    const run = await cli([command, "measured", "--input", file, "--out", command], { cwd: folder });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(message);
    expect(run.stderr.match(/^doselap: /gmu)).toHaveLength(1);
    expect(existsSync(join(folder, command, "data"))).toBe(false);
  },
);
