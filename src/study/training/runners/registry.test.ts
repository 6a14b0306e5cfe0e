// The runners by name.

import { expect, test } from "vitest";
import { builtinAvailable, runnerNames, runnerOf } from "./registry.ts";

test("the runners are builtin and command", () => {
  expect(runnerNames).toEqual(["builtin", "command"]);
});

test("an unknown runner is an error with the nearest name", () => {
  expect(() => runnerOf("comand")).toThrow(
    /expected one of builtin, command, got comand.*Did you mean "command"/,
  );
  expect(() => runnerOf("toString")).toThrow(expect.objectContaining({ _tag: "Usage" }));
});

test("there is no built-in trainer, and it says so instead of making numbers", () => {
  expect(builtinAvailable("pinn")).toEqual({ available: false, reason: "no built-in trainer" });
  expect(() => runnerOf("builtin").create({})).toThrow(/no built-in trainer/);
});

test("the command runner takes every arm and needs a command", () => {
  expect(runnerOf("command").availability("pinn")).toEqual({ available: true });
  expect(() => runnerOf("command").create({})).toThrow(expect.objectContaining({ _tag: "Usage" }));
  expect(runnerOf("command").create({ command: "true" })).toBeTypeOf("function");
});
