// Entry of a thread in a browser: a module worker that is told once what to serve. Started by browser.ts.

import { serveThread, type ThreadStart } from "./worker-loop.ts";

addEventListener("message", ({ data }: MessageEvent<ThreadStart>) => serveThread(data), { once: true });
