// doselap needs no network and tries none: the real program does a whole study with networks, its report, and inference in a
// network namespace without any interface up, and with every attempt to connect, listen or look up a name recorded.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeTinyStudy } from "../support/cli.ts";

const program = resolve(import.meta.dirname, "../../dist/cli/main.js");
const recorder = resolve(import.meta.dirname, "../support/record-network.cjs");

let folder: string;
let attempts: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-offline-"));
  attempts = join(folder, "attempts.txt");
  await writeFile(attempts, "");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node where the network is cut off: in a namespace of its own, whose only interface, lo, is down. */
function cutOff(args: readonly string[], { recorded }: { recorded: boolean }): Promise<Ended> {
  const env = recorded
    ? { ...process.env, NODE_OPTIONS: `--require ${recorder}`, RECORD_NETWORK: attempts }
    : process.env;
  return new Promise((done) => {
    execFile(
      "unshare",
      ["--map-root-user", "--net", process.execPath, ...args],
      { cwd: folder, env, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

test("the network is cut off, even this machine's own", async () => {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const connect = `require("node:net").connect(${port}, "127.0.0.1").on("connect", () => process.exit(0)).on("error", (e) => { console.log(e.code); process.exit(3); })`;
  try {
    expect(await cutOff(["-e", connect], { recorded: false })).toMatchObject({
      code: 3,
      stdout: "ENETUNREACH\n",
    });
  } finally {
    server.close();
  }
});

test.each([
  ["a fetch", `fetch("http://127.0.0.1:8080/").catch(() => {})`],
  ["a secure connection", `try { require("node:tls").connect(9, "127.0.0.1"); } catch {}`],
  ["a look-up", `try { require("node:dns").lookup("example.org", () => {}); } catch {}`],
  [
    "one in a worker thread",
    `new (require("node:worker_threads").Worker)('fetch("http://127.0.0.1:8080/").catch(() => {})', { eval: true })`,
  ],
])("an attempt would be recorded: %s", async (_what, code) => {
  await cutOff(["-e", code], { recorded: true });
  expect(await readFile(attempts, "utf8")).toMatch(/^(?:connect|dns lookup) /mu);
  await writeFile(attempts, "");
});

test("a study with networks, its report in every form, proof and inference", async () => {
  const study = await writeTinyStudy(folder, (text) =>
    text.replace("doses: [1000, 100000]", "doses: [100000]"),
  );
  const run = (...args: string[]): Promise<Ended> => cutOff([program, ...args], { recorded: true });
  const first = await run("run", study, "--out", "run");
  expect(first.stderr).not.toMatch(/failed/u);
  expect(first.code).toBe(0);
  expect(await readFile(join(folder, "run/report.html"), "utf8")).toContain("pinn");

  const model = "run/train/dose_100000/dense/gs2/pinn/seed_42/model";
  const scan = "run/data/dose_100000/dense/seed_42/test.npz";
  for (const args of [
    ["report", "run", "--format", "html,markdown,json,csv"],
    ["report", "run", "--verify"],
    ["infer", model, scan, "--out", "object.npz"],
    ["compare", "object.npz", "--truth", `${scan}:objectGuess`, "--out", "compared"],
    ["inspect", scan, "--json"],
    ["engines"],
    ["--help"],
  ]) {
    const { code, stderr } = await run(...args);
    expect([args.join(" "), code, code === 0 ? "" : stderr]).toEqual([args.join(" "), 0, ""]);
  }
  expect(await readFile(attempts, "utf8")).toBe("");
}, 300_000);
