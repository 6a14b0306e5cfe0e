// Cuts a stream of text into lines as it arrives. \n, \r\n and a lone \r (progress bars) all end a line. A line without
// end is cut at a limit, so that memory stays bounded whatever a program prints.

export interface LineSplitter {
  /** The next piece of the stream, cut anywhere. */
  push(text: string): void;
  /** The stream is over: what is left is a line. */
  end(): void;
}

export function createLineSplitter(
  onLine: (line: string) => void,
  { longest = 8192 }: { longest?: number } = {},
): LineSplitter {
  let rest = "";
  let afterReturn = false;

  return {
    push(text) {
      if (text === "") return;
      // The \n of a \r\n whose halves came in two pieces.
      const fresh = afterReturn && text.startsWith("\n") ? text.slice(1) : text;
      afterReturn = text.endsWith("\r");
      const lines = `${rest}${fresh}`.split(/\r\n|\n|\r/);
      rest = lines.pop()!;
      for (const line of lines) emit(line);
      while (rest.length > longest) {
        onLine(rest.slice(0, longest));
        rest = rest.slice(longest);
      }
    },
    end() {
      if (rest !== "") onLine(rest);
      rest = "";
    },
  };

  function emit(line: string): void {
    let from = 0;
    while (line.length - from > longest) {
      onLine(line.slice(from, from + longest));
      from += longest;
    }
    onLine(line.slice(from));
  }
}
