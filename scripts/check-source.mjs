// Checks what the linter cannot say: head comments, casts through unknown, silenced tools, unfinished notes.
// Usage: node scripts/check-source.mjs [--root DIR]. Exit 1 with one line per violation.

import { conclude, filesIn, headComment, rootFrom, textOf } from "./lib/tree.mjs";

const maxHeadLines = 12;

// Patterns are built from parts so that this file does not match itself.
const banned = [
  { pattern: /\bas unknown as\b/, why: "casts through unknown; narrow the value instead" },
  { pattern: new RegExp("(?:ox|es)lint-" + "(?:disable|enable)"), why: "silences the linter" },
  { pattern: new RegExp("@ts-" + "(?:ignore|expect-error|nocheck)"), why: "silences the compiler" },
  { pattern: new RegExp("\\b(?:TO" + "DO|FIX" + "ME|X" + "XX)\\b"), why: "is an unfinished note" },
  { pattern: /\b(?:test|it|describe)\.(?:only|skip|todo|fails|skipIf|runIf)\b/, why: "leaves a test out" },
];

const root = rootFrom(process.argv);
const files = filesIn(root, ["src", "test", "scripts", "examples", "bench"], [".ts", ".mjs"]);
const problems = [];
for (const path of files) {
  const text = textOf(root, path);
  const head = headComment(text);
  // The test index asks the same of tests.
  if (head.length === 0 && !path.endsWith(".test.ts"))
    problems.push(`${path}:1: has no head comment saying what it is`);
  if (head.length > maxHeadLines) {
    problems.push(`${path}:1: head comment of ${head.length} lines, at most ${maxHeadLines}`);
  }
  text.split("\n").forEach((line, i) => {
    for (const { pattern, why } of banned)
      if (pattern.test(line)) problems.push(`${path}:${i + 1}: ${why}: ${line.trim()}`);
  });
}
conclude("source", problems, `${files.length} files keep the house rules`);
