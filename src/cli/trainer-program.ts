// The command of an external trainer runs in each job's folder, but is written where doselap was started. Files that it names
// there are therefore named in full, and their content becomes an input of the jobs: a changed trainer trains again (POLICY-003).

import { isAbsolute, resolve } from "node:path";
import { sha256File } from "../io/hash.ts";
import { isFile } from "../study/training/job.ts";
import { protocolFiles } from "../study/training/runners/protocol.ts";

export interface TrainerProgram {
  /** The shell text, its files in full. */
  readonly command: string;
  /** sha256 of those files, in their order. */
  readonly programSha256: readonly string[];
}

/** Up to here a shell takes the text as it stands: no quote, variable, redirection or second command has begun. */
const plainStart = /^[^'"`$\\;&|<>(){}*?[\]!#~\n]*/u;
const plainWord = /^[\w./+@%:=,-]+$/u;

/** Completes a command. Words that name files of the protocol mean those in the job's folder and stay; so does the rest of
 * the text from the first quote or shell sign on.
 * @param cwd where doselap was started, absolute. @throws File when a named file cannot be read. */
export async function trainerProgram(command: string, cwd: string): Promise<TrainerProgram> {
  const start = plainStart.exec(command)![0];
  const rest = command.slice(start.length);
  const words = start.split(/(\s+)/u);
  // A word that a quote goes on from is no file name yet.
  const whole =
    rest === "" || /\s$/u.test(start) || /^[;&|<>\n]/u.test(rest) ? words.length : words.length - 1;
  const programSha256: string[] = [];
  for (const [i, word] of words.entries()) {
    const path = resolve(cwd, word);
    if (i >= whole || word.trim() === "" || protocolFiles.includes(word) || !isFile(path)) continue;
    // An absolute first word is an interpreter, of the machine and not of the study.
    if (isAbsolute(word) && words.slice(0, i).every((before) => before.trim() === "")) continue;
    words[i] = isAbsolute(word) ? word : shellWord(path);
    programSha256.push(await sha256File(path));
  }
  return { command: words.join("") + rest, programSha256 };
}

function shellWord(text: string): string {
  return plainWord.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
