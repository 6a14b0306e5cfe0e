// The one script of a report: src/report/viewer, compiled and bundled by the build. The page's own policy allows this text,
// by its hash, and no other.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { DoselapError, messageOf } from "../errors.ts";

export interface PageScript {
  readonly text: string;
  /** Source expression for a content security policy: 'sha256-…'. */
  readonly policy: string;
}

/** Reads the built script. @throws File when the build has not made it, Format when it cannot stand in a page. */
export function viewerScript(): PageScript {
  const url = new URL("../../dist/report/viewer.js", import.meta.url);
  let text: string;
  try {
    text = readFileSync(url, "utf8");
  } catch (cause) {
    throw new DoselapError("File", "the report's script has not been built", {
      file: "dist/report/viewer.js",
      got: messageOf(cause),
      hint: "npm run build",
      cause,
    });
  }
  return pageScript(text);
}

/** @throws Format for a text that would end the script element, or begin a comment in it. */
export function pageScript(text: string): PageScript {
  if (/<\/script|<script|<!--/i.test(text)) {
    throw new DoselapError("Format", "a script that would end its own element", {
      file: "dist/report/viewer.js",
      expected: "no </script, <script or <!-- in it",
    });
  }
  return { text, policy: `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'` };
}
