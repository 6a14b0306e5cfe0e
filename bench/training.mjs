// Training steps and inference of networks against the same in PyTorch: the published architecture (training/race.mjs) and the
// recipe's model (training/recipe.mjs), from the same weights and data. Gradients are compared first. Sides take turns, each in
// a process of its own, so that all meet the same moods of the machine; medians of rounds. PyTorch runs with both ways of its
// threads to wait, and its better one counts. Usage: npm run build && node bench/training.mjs [--threads 2] [--rounds 9]
// [--network race|recipe]. Written into docs/benchmarks.md between its markers; the race of one network is only printed. Debian: python3-torch.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { openNodeRuntime } from "../dist/nn/runtime/node.js";
import { machine, median, publish, table, tryRun } from "./lib.mjs";
import { writeCase } from "./training/case.mjs";
import { problems } from "./training/problems.mjs";

const here = new URL(".", import.meta.url).pathname;
const python = "/usr/bin/python3";
const { values: flags } = parseArgs({
  options: {
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "9" },
    network: { type: "string" },
  },
});
const rounds = Number(flags.rounds);

/** A program that answers commands, one line each. Stopped between them: PyTorch's waiting threads would keep a core busy
 * in the others' turns. */
function side(name, command, args, environment = {}) {
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...environment },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    name,
    async ask(text) {
      child.kill("SIGCONT");
      child.stdin.write(`${text}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name} stopped at ${text}`);
      child.kill("SIGSTOP");
      return value;
    },
    end: () => {
      child.stdin.end();
      child.kill("SIGCONT");
    },
  };
}

function sidesOf(folder, { torch, blocks }) {
  const ours = (layout) =>
    side(layout, process.execPath, [join(here, "training/ours.mjs"), folder, flags.threads, layout]);
  const peer = (policy) =>
    side(`torch ${policy}`, python, [join(here, "peers/training_torch.py"), folder, flags.threads], {
      OMP_WAIT_POLICY: policy,
    });
  return [
    ours("plain"),
    ...(blocks ? [ours("blocks")] : []),
    ...(torch ? [peer("active"), peer("passive")] : []),
  ];
}

/** Median milliseconds, wall and processor, by side. */
async function timed(sides, what) {
  for (const each of sides) await each.ask(`${what} 2`);
  const found = new Map(sides.map(({ name }) => [name, { wall: [], processor: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (const each of sides) {
      const [wall, processor] = (await each.ask(`${what} 2`)).split(" ").map(Number);
      found.get(each.name).wall.push(wall);
      found.get(each.name).processor.push(processor);
    }
  }
  const medians = ({ wall, processor }) => ({ wall: median(wall), processor: median(processor) });
  return new Map([...found].map(([name, times]) => [name, medians(times)]));
}

/** ‖ours − theirs‖ / ‖theirs‖ of all gradients together. */
async function gradientDistance(folder, ours, theirs) {
  const [a, b] = await Promise.all(
    [ours, theirs].map(async (each, i) => {
      const file = join(folder, `gradients${i}`);
      await each.ask(`gradients ${file}`);
      const bytes = readFileSync(file);
      return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    }),
  );
  let [error, power] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    error += (a[i] - b[i]) ** 2;
    power += b[i] ** 2;
  }
  return Math.sqrt(error / power);
}

/** Compares with processes of their own: a training step changes the weights. */
async function comparedGradients(name, folder, present) {
  const sides = sidesOf(folder, present);
  const peer = sides.find((each) => each.name.startsWith("torch"));
  const notes = [];
  for (const each of sides.filter((one) => !one.name.startsWith("torch"))) {
    const distance = await gradientDistance(folder, each, peer);
    notes.push(`Gradients, ${each.name} against torch: ${distance.toExponential(1)} relative.`);
    if (!(distance < 1e-4)) throw new Error(`${name}: gradients differ by ${distance}`);
  }
  for (const each of sides) each.end();
  return notes.join(" ");
}

async function raced(name, present) {
  const folder = mkdtempSync(join(tmpdir(), "training-"));
  writeCase(folder, problems[name]());
  const sides = sidesOf(folder, present);
  const peers = sides.filter((each) => each.name.startsWith("torch"));
  const rows = [];
  const notes = [];
  try {
    if (peers.length > 0) notes.push(await comparedGradients(name, folder, present));
    for (const what of ["step", "infer"]) {
      const times = await timed(sides, what);
      const best = peers
        .map((each) => times.get(each.name))
        .toSorted((a, b) => a.wall - b.wall)
        .at(0);
      for (const layout of present.blocks ? ["plain", "blocks"] : ["plain"]) {
        const own = times.get(layout);
        rows.push([
          name,
          what === "step" ? "training step" : "inference",
          layout,
          own.wall.toFixed(0),
          best?.wall.toFixed(0) ?? "–",
          best === undefined ? "not installed" : `${(best.wall / own.wall).toFixed(2)}×`,
          best === undefined ? "–" : `${(best.processor / own.processor).toFixed(2)}×`,
        ]);
      }
    }
    const memory = [];
    for (const each of sides) {
      memory.push(`${each.name} ${Number(await each.ask("memory")).toFixed(0)} MB`);
    }
    notes.unshift(`${name}: peak memory ${memory.join(", ")}.`);
    return { rows, notes: notes.join(" ") };
  } finally {
    for (const each of sides) each.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

const version = tryRun(python, ["-c", "import torch; print(torch.__version__)"])?.trim();
const { blockChannels } = await openNodeRuntime({ blocks: true });
const present = { torch: version !== undefined, blocks: blockChannels !== undefined };
const parts = [];
const names = flags.network === undefined ? Object.keys(problems) : [flags.network];
for (const name of names) parts.push(await raced(name, present));
const peer = version === undefined ? "PyTorch is not installed" : `PyTorch ${version}`;
const blocks = blockChannels === undefined ? "no blocked layout here" : `blocks of ${blockChannels} channels`;
const results = [
  `Measured on ${machine()}, by \`node bench/training.mjs\`; ${flags.threads} threads, ${peer}, ${blocks}.`,
  table(
    ["network", "what", "layout", "ms", "torch, ms", "ratio", "ratio of processor time"],
    parts.flatMap(({ rows }) => rows),
  ),
  ...parts.map(({ notes }) => notes),
].join("\n\n");
if (flags.network === undefined) publish("training", results);
else console.log(results);
