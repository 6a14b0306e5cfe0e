// Process groups: output, endings, and that nothing outlives its job. The oracle is the system itself.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { rejection, temporaryFolder } from "../../../../test/support/training-job.ts";
import { guardedShell, runInGroup, type ProcessEnd, type ProcessOptions } from "./process.ts";

async function run(
  command: string,
  options: Partial<ProcessOptions> = {},
): Promise<{ end: ProcessEnd; lines: string[]; cwd: string }> {
  const cwd = options.cwd ?? (await temporaryFolder());
  const lines: string[] = [];
  const end = await runInGroup(command, {
    cwd,
    env: process.env,
    killGraceMs: 2000,
    onLine: (stream, line) => lines.push(`${stream} ${line}`),
    ...options,
  });
  return { end, lines, cwd };
}

/** Polls until a condition holds; the limit only keeps a broken test from hanging. */
async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await delay(20);
  expect(condition()).toBe(true);
}

/** A zombie that nobody has collected is dead all the same. */
function isAlive(pid: number): boolean {
  const status = `/proc/${pid}/status`;
  return existsSync(status) && !/^State:\s+[ZX]/m.test(readFileSync(status, "utf8"));
}

test("output arrives line by line, each stream by its name", async () => {
  const { end, lines } = await run("echo one; echo two >&2; printf three");
  expect(end).toEqual({ code: 0, signal: null, stopped: undefined });
  expect(lines.filter((line) => line.startsWith("out"))).toEqual(["out one", "out three"]);
  expect(lines.filter((line) => line.startsWith("err"))).toEqual(["err two"]);
});

test("a line is seen while the command still runs", async () => {
  const cwd = await temporaryFolder();
  let seen = "";
  // The command waits for a file that is made only when its first line has come through.
  const { end } = await run("echo go; while ! [ -e answer ]; do sleep 0.02; done; echo done", {
    cwd,
    onLine: (_stream, line) => {
      seen += `${line};`;
      if (line === "go") spawn("touch", [join(cwd, "answer")]);
    },
  });
  expect(end.code).toBe(0);
  expect(seen).toBe("go;done;");
});

test("working directory and environment are those that were given", async () => {
  const cwd = await temporaryFolder();
  const { lines } = await run('pwd -P; echo "$FLAVOUR"', {
    cwd,
    env: { ...process.env, FLAVOUR: "strange" },
  });
  expect(lines).toEqual([expect.stringContaining(cwd), "out strange"]);
});

test.each([
  ["exit 3", { code: 3, signal: null }],
  ["kill -TERM $$", { code: null, signal: "SIGTERM" }],
  ["kill -KILL $$", { code: null, signal: "SIGKILL" }],
])("%s is reported as it was", async (command, expected) => {
  expect((await run(command)).end).toEqual({ ...expected, stopped: undefined });
});

test("the command does not see the pipe that guards it", async () => {
  const { lines } = await run("ls /proc/self/fd; cat <&3");
  expect(lines.join("\n")).toMatch(/err .*3/);
});

test("an abort reaches everything that the command has started", async () => {
  const cwd = await temporaryFolder();
  const abort = new AbortController();
  const running = run("sleep 600 & echo $! > child.pid; wait", { cwd, signal: abort.signal });
  const pidFile = join(cwd, "child.pid");
  await until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8").endsWith("\n"));
  abort.abort();
  expect((await running).end.stopped).toBe("aborted");
  const pid = Number(readFileSync(pidFile, "utf8"));
  await until(() => !isAlive(pid));
});

test("an abort gives time to tidy up", async () => {
  const cwd = await temporaryFolder();
  const abort = new AbortController();
  const { end } = await run(
    'trap "sleep 0.1; echo tidy > tidied; exit 0" TERM; echo ready; while :; do sleep 0.02; done',
    {
      cwd,
      signal: abort.signal,
      onLine: () => abort.abort(),
    },
  );
  expect(end.stopped).toBe("aborted");
  expect(readFileSync(join(cwd, "tidied"), "utf8")).toBe("tidy\n");
});

test("a child has its time to tidy up also when the shell above it is gone", async () => {
  const cwd = await temporaryFolder();
  const abort = new AbortController();
  const child = '(trap "sleep 0.1; echo tidy > tidied; exit" TERM; echo ready; while :; do sleep 0.02; done)';
  const { end } = await run(`${child} & wait`, { cwd, signal: abort.signal, onLine: () => abort.abort() });
  expect(end).toEqual({ code: null, signal: "SIGTERM", stopped: "aborted" });
  expect(readFileSync(join(cwd, "tidied"), "utf8")).toBe("tidy\n");
});

test("a command that ignores SIGTERM is killed when its grace is over", async () => {
  const abort = new AbortController();
  const { end } = await run('trap "" TERM; echo ready; while :; do sleep 0.02; done', {
    signal: abort.signal,
    killGraceMs: 100,
    onLine: () => abort.abort(),
  });
  expect(end).toEqual({ code: null, signal: "SIGKILL", stopped: "aborted" });
});

test("a signal that was aborted before stops the command at once", async () => {
  expect((await run("sleep 600", { signal: AbortSignal.abort() })).end.stopped).toBe("aborted");
});

test("a time limit stops the command", async () => {
  expect((await run("sleep 600", { timeoutMs: 50 })).end.stopped).toBe("timed out");
});

test("what the command leaves in the background ends with it", async () => {
  const { lines, end } = await run("sleep 600 & echo $!");
  expect(end.code).toBe(0);
  const pid = Number(lines[0]!.replace("out ", ""));
  await until(() => !isAlive(pid));
});

test("the command dies when the process that started it is killed", async () => {
  const cwd = await temporaryFolder();
  const script =
    'const {spawn} = require("node:child_process");' +
    `spawn("/bin/sh", ${JSON.stringify(guardedShell("echo $$ > group.pid; sleep 600"))}, ` +
    `{cwd: ${JSON.stringify(cwd)}, detached: true, stdio: ["ignore", "pipe", "pipe", "pipe"]}); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["-e", script], { stdio: "ignore" });
  const pidFile = join(cwd, "group.pid");
  await until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8").endsWith("\n"));
  const pid = Number(readFileSync(pidFile, "utf8"));
  expect(isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
  await until(() => !isAlive(pid));
});

test("a working directory that is not there is an error, not a hang", async () => {
  const error = await rejection(run("true", { cwd: "/nowhere/at/all" }));
  expect(error).toMatchObject({ _tag: "Runner", context: { file: "/nowhere/at/all" } });
});

test("megabytes of output pass through whole", async () => {
  let lines = 0;
  let characters = 0;
  await run("yes 0123456789012345678901234567890123456789012345678 | head -n 200000", {
    onLine: (_stream, line) => {
      lines++;
      characters += line.length;
    },
  });
  expect({ lines, characters }).toEqual({ lines: 200_000, characters: 200_000 * 49 });
});
