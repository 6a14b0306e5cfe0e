// Text that somebody puts where a name or a question belongs: for a shell, a page, a spreadsheet, a terminal, a file system.

/** Names that a file may have on Linux. `MARK` in what a shell, a page or a spreadsheet would do with it. */
export const hostileFileNames: readonly string[] = [
  "two  words",
  "quotes ' and \"",
  "new\nline",
  "tab\tand\rreturn",
  "$(touch MARK)",
  "`touch MARK`",
  "a;touch MARK;b",
  "a|touch MARK",
  "a&touch MARK&",
  "$HOME ${HOME} ~ *?[a]",
  "-rf",
  "--out=MARK",
  "...",
  "<script>MARK<",
  "{{7*7}} ${7*7} %s%n",
  "=cmd|' MARK'!A0",
  "\u001b[31mred\u001b]0;MARK\u0007",
  "\u009b2J",
  "right\u202eot tfel",
  "é ü 漢字 😀",
  "C:\\windows",
  "x".repeat(200),
];

/** One text with all of it. A page that takes any part for markup or script sets `hostileRan`, or asks for MARK. */
export const hostileText = [
  "=1+1",
  "</style></script><script>globalThis.hostileRan = 1</script>",
  `"><img src="http://127.0.0.1:9/MARK" onerror="globalThis.hostileRan = 1">`,
  "' onmouseover='globalThis.hostileRan = 1",
  '<svg onload="globalThis.hostileRan = 1"><style>*{display:none}</style>',
  "]]><!-- --><iframe srcdoc='<script>parent.hostileRan = 1</script>'></iframe>",
  "[x](javascript:globalThis.hostileRan=1) ![x](http://127.0.0.1:9/MARK) `x` | b",
  "{{7*7}} ${7*7} &lt;b&gt; &#60;b&#62;",
  "\u001b[31mred\u001b[0m \u202eright to left\u202c 😀",
].join(" ");
