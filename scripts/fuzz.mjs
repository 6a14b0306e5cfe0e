// `npm run fuzz`: joins the fuzzer and runs it. Flags: test/fuzz/main.ts.

import "./build-fuzz.mjs";

await import(new URL("../dist-fuzz/main.js", import.meta.url).href);
