// `doselap report --verify`: recomputes a run folder's numbers and says what differs.

import { verifyRun, type Verification } from "../pipeline/verify/verify.ts";
import { countText } from "../report/format.ts";
import { exitCodes, printJson, printLine, printNote, type CliContext } from "./context.ts";

/** Differences that are printed; all of them stand in the JSON. */
const mostShown = 40;

/** Verifies, prints, and sets the exit code: 1 for any difference. */
export async function verifyInTerminal(
  context: CliContext,
  runDir: string,
  { json }: { readonly json: boolean },
): Promise<void> {
  const verification = await verifyRun(runDir, {
    signal: context.stopSignal("nothing was changed"),
    onCell: (path, done, cells) => printNote(context, `recomputing ${path} (${done + 1} of ${cells})`),
  });
  const { differences, notes } = verification;
  if (differences.length > 0) context.process.exitCode = exitCodes.failed;
  for (const note of notes) printNote(context, `note: ${note}`);
  if (json) {
    printJson(context, { verified: differences.length === 0, ...verification });
    return;
  }
  for (const { file, key, stored, recomputed } of differences.slice(0, mostShown)) {
    const place = key === "" ? file : `${file} : ${key}`;
    printLine(context, `${place}: stored ${stored}, recomputed ${recomputed}`);
  }
  if (differences.length > mostShown)
    printLine(context, `and ${differences.length - mostShown} more; --json lists them all`);
  printLine(context, summaryOf(verification));
}

function summaryOf({ differences, files, cells, numbers }: Verification): string {
  const checked = `${countText(numbers, "number")} of ${countText(cells, "cell")} recomputed from the stored reconstructions, ${countText(files, "file")} hashed`;
  return differences.length === 0
    ? `verified: ${checked}, nothing differs`
    : `not verified: ${countText(differences.length, "difference")}; ${checked}`;
}
