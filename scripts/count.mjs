// Sums vitest JSON reports and prints "N passed, N failed" alone on the last line.
// Usage: node scripts/count.mjs REPORT.json… Exit 1 when a test failed, was left out, or nothing ran.
// A file that could not be loaded has no tests in the report: it counts as one failure.

import { readFileSync } from "node:fs";

const linesShown = 12;
const firstLines = (text) => text.split("\n").slice(0, linesShown).join("\n");
const counts = { passed: 0, failed: 0, left: 0 };
const missing = [];
const broken = [];
for (const path of process.argv.slice(2)) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    missing.push(`${path}: ${error.message}`);
    continue;
  }
  for (const file of report.testResults) {
    const states = file.assertionResults.map((result) => result.status);
    const failed = states.filter((state) => state === "failed").length;
    counts.passed += states.filter((state) => state === "passed").length;
    counts.failed += failed === 0 && file.status === "failed" ? 1 : failed;
    const left = file.assertionResults.filter((result) => !["passed", "failed"].includes(result.status));
    counts.left += left.length;
    for (const { fullName, status, failureMessages } of file.assertionResults)
      if (status === "failed")
        broken.push(`${file.name}: ${fullName}\n${firstLines(failureMessages.join("\n"))}`);
    if (failed === 0 && file.status === "failed")
      broken.push(`${file.name}\n${firstLines(file.message ?? "")}`);
    for (const { fullName, status } of left) process.stderr.write(`${file.name}: ${fullName}: ${status}\n`);
  }
}
// Once more here: whoever reads the end of a long log alone sees what broke.
for (const text of broken) process.stderr.write(`\nfailed: ${text}\n`);
for (const line of missing) process.stderr.write(`no test report: ${line}\n`);
if (counts.left > 0)
  process.stderr.write(`${counts.left} tests were left out; a missing need is a failure, never a skip\n`);

const failed = counts.failed + counts.left + missing.length;
process.stdout.write(`${counts.passed} passed, ${failed} failed\n`);
if (failed > 0 || counts.passed === 0) process.exitCode = 1;
