// The runners by name.

import { expect, test } from "vitest";
import { runnerNames, runnerOf } from "./registry.ts";

test("the runners are builtin and command", () => {
  expect(runnerNames).toEqual(["builtin", "command"]);
});

test("an unknown runner is an error with the nearest name", () => {
  expect(() => runnerOf("comand")).toThrow(
    /expected one of builtin, command, got comand.*Did you mean "command"/,
  );
  expect(() => runnerOf("toString")).toThrow(expect.objectContaining({ _tag: "Usage" }));
});

test("our own trainer takes the network arms, and skips what it cannot train instead of making numbers", () => {
  expect(runnerOf("builtin").availability("pinn-scan")).toEqual({ available: true });
  expect(runnerOf("builtin").availability("epie")).toEqual({
    available: false,
    reason: "is no network of the built-in trainer",
  });
  expect(runnerOf("builtin").create({})).toBeTypeOf("function");
});

test("the command runner takes every arm and needs a command", () => {
  expect(runnerOf("command").availability("pinn")).toEqual({ available: true });
  expect(() => runnerOf("command").create({})).toThrow(expect.objectContaining({ _tag: "Usage" }));
  expect(runnerOf("command").create({ command: "true" })).toBeTypeOf("function");
});
