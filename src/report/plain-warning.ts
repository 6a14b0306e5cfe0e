// Warnings of metrics and gauge in words that need no knowledge of either: what happened, what it does to the number, what to do.

interface Wording {
  readonly pattern: RegExp;
  readonly words: (...groups: string[]) => string;
}

const displaced =
  "its image lies farther from the target than the bound of registration: the shift was not applied and its scores are those of a displaced image";

const wordings: readonly Wording[] = [
  {
    pattern: /^registration asked for more than (\S+) px and was not applied$/,
    words: () => displaced,
  },
  { pattern: /^shift of .* lies beyond the bound and was not applied$/, words: () => displaced },
  {
    pattern: /^MS-SSIM level (\d+) is negative \(\S+\) and counts as 0$/,
    words: (level) =>
      `at scale ${level} of MS-SSIM its structure is opposite to the target’s, which counts as 0: read MS-SSIM with care`,
  },
  {
    pattern: /^first image is constant: no FRC$/,
    words: () => "its image is constant: there is nothing to correlate, so it has no resolution",
  },
  {
    pattern: /^(both images are|second image is) constant: no FRC$/,
    words: () => "the target is constant here: there is nothing to correlate, so no arm has a resolution",
  },
];

/** The warning in plain words; as it is when it has none. */
export function plainWarning(text: string): string {
  for (const { pattern, words } of wordings) {
    const found = pattern.exec(text);
    if (found !== null) return words(...found.slice(1));
  }
  return text;
}
