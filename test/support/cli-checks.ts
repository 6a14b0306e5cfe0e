// Calls of the command in one folder, built or inside the test process, with what holds for every call: no colour codes into a
// pipe, no stack trace, JSON alone.

import { expect } from "vitest";
import { cli, type CliResult } from "./cli.ts";

export interface JsonObject {
  readonly [key: string]: unknown;
}

export interface Commands {
  /** A call that must end with exit code 0. */
  ok(...args: string[]): Promise<CliResult>;
  /** A call with --json whose stdout must be one JSON document and nothing else. */
  json(...args: string[]): Promise<JsonObject>;
  /** A call that must fail with this exit code, with nothing on stdout and a reason on stderr, which is returned. */
  fails(code: number, ...args: string[]): Promise<string>;
}

/** Commands run in the folder, each in a process of its own when nothing else is given. */
export function commandsIn(
  cwd: () => string,
  run: (args: readonly string[], options: { cwd: string }) => Promise<CliResult> = cli,
): Commands {
  async function call(args: readonly string[]): Promise<CliResult> {
    const result = await run(args, { cwd: cwd() });
    const all = result.stdout + result.stderr;
    expect(all).not.toContain("\u001B");
    expect(all).not.toMatch(/unexpected error|^ {4}at /mu);
    return result;
  }
  return {
    async ok(...args) {
      const result = await call(args);
      expect({ args, stderr: result.stderr, code: result.code }).toMatchObject({ code: 0 });
      return result;
    },
    async json(...args) {
      const { code, stdout, stderr } = await call([...args, "--json"]);
      expect({ args, stderr, code }).toMatchObject({ code: 0 });
      return object(stdout);
    },
    async fails(code, ...args) {
      const { stdout, stderr, code: got } = await call(args);
      expect({ args, stderr, code: got }).toMatchObject({ code });
      expect(stdout).toBe("");
      expect(stderr).toMatch(/^doselap: /mu);
      return stderr;
    },
  };
}

/** One JSON object with a newline at its end. */
export function object(text: string): JsonObject {
  expect(text.endsWith("}\n")).toBe(true);
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new TypeError(`no object: ${text}`);
  return { ...value };
}
