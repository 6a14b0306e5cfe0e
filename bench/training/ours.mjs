// Our side of the race, a process of its own so that its memory and processor time are its own. Commands on standard input,
// one answer a line: `step N`, `infer N` (milliseconds: wall, processor), `memory` (peak, MB), `gradients FILE`.
// Usage: node ours.mjs FOLDER THREADS plain|blocks; FOLDER as `writeCase` makes it.

import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { gradients } from "../../dist/nn/graph/differentiate.js";
import { toOnnx } from "../../dist/nn/onnx/to-onnx.js";
import { scalarValues, startValues, trainingStep } from "../../dist/nn/optim/step.js";
import { openNodeRuntime } from "../../dist/nn/runtime/node.js";
import { readCase } from "./case.mjs";
import { problems } from "./problems.mjs";

const [folder, threadText, layout] = process.argv.slice(2);
const threads = Number(threadText);
const { name, arrays } = readCase(folder);
const problem = problems[name]();
const weights = Object.fromEntries(problem.specs.map((spec) => [spec.name, arrays[spec.name].data]));
const runtime = await openNodeRuntime({ blocks: layout === "blocks" });
const { blockChannels } = runtime;
const pick = (session, feeds) => Object.fromEntries(session.inputNames.map((key) => [key, feeds[key]]));

async function stepper() {
  const step = trainingStep({
    loss: problem.loss,
    parameters: problem.parameters,
    optimiser: problem.optimiser,
  });
  const session = await runtime.load(toOnnx({ outputs: step.outputs, blockChannels }), { threads });
  let now = startValues(step, weights);
  let next = Object.fromEntries(
    Object.entries(now).map(([key, data]) => [key, new Float32Array(data.length)]),
  );
  let done = 0;
  return async () => {
    const scalars = scalarValues(step, { step: ++done, rate: problem.rate });
    const carried = step.carried.map(({ input, shape }) => [input, { shape, data: now[input] }]);
    const fed = Object.entries(scalars).map(([key, data]) => [key, { shape: [], data }]);
    const feeds = { ...problem.data, ...Object.fromEntries(carried), ...Object.fromEntries(fed) };
    const into = Object.fromEntries(step.carried.map(({ input, output }) => [output, next[input]]));
    await session.run(pick(session, feeds), { into });
    [now, next] = [next, now];
  };
}

async function inferrer() {
  const session = await runtime.load(toOnnx({ outputs: problem.outputs, values: weights, blockChannels }), {
    threads,
  });
  return () => session.run(pick(session, problem.data));
}

async function writeGradients(file) {
  const slopes = gradients(problem.loss, Object.values(problem.parameters));
  const outputs = Object.fromEntries(problem.specs.map((spec, i) => [`d.${spec.name}`, slopes[i]]));
  const session = await runtime.load(toOnnx({ outputs: { ...outputs, loss: problem.loss }, blockChannels }), {
    threads,
  });
  const fed = problem.specs.map((spec) => [spec.name, { shape: spec.shape, data: weights[spec.name] }]);
  const results = await session.run(pick(session, { ...problem.data, ...Object.fromEntries(fed) }));
  await session.release();
  const order = [...problem.specs.map((spec) => results[`d.${spec.name}`]), results.loss];
  writeFileSync(
    file,
    Buffer.concat(order.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))),
  );
}

const runs = {};
async function timed(what, count) {
  runs[what] ??= await (what === "step" ? stepper() : inferrer());
  const [start, processor] = [performance.now(), process.cpuUsage()];
  for (let i = 0; i < count; i++) await runs[what]();
  const { user, system } = process.cpuUsage(processor);
  return `${(performance.now() - start) / count} ${(user + system) / 1e3 / count}`;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [command, argument] = line.split(" ");
  if (command === "memory")
    console.log(Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024);
  else if (command === "gradients") console.log("written", (await writeGradients(argument)) ?? "");
  else console.log(await timed(command, Number(argument)));
}
