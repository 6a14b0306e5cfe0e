// What is compared decides which correlation means resolution (METRIC-001). All criteria here mean one thing: a spectral
// signal-to-noise ratio of 1/3 in the image made of all the data (ssnr.ts). Two halves then correlate at 1/7, the
// half-data criterion of Rosenthal & Henderson 2003, doi:10.1016/j.jmb.2003.07.013; their average correlates with the
// noise-free truth at C_ref = √(2c/(1+c)) = √(S/(1+S)) = 1/2, and two full data sets at 1/4.

/** `truth`: a reconstruction against the noise-free object; `reference`: against a reconstruction of more of the same data,
 * taken for the truth; `halves`: two reconstructions of half the data each; `full`: of two full data sets. */
export type ComparisonKind = "truth" | "reference" | "halves" | "full";

export const comparisonKinds = [
  "truth",
  "reference",
  "halves",
  "full",
] as const satisfies readonly ComparisonKind[];

/** SSNR at which a detail counts as resolved. */
export const criterionSsnr = 1 / 3;

export interface FrcCriterion {
  readonly kind: ComparisonKind;
  /** The correlation of {@link criterionSsnr}. */
  readonly threshold: number;
  /** As it is printed. */
  readonly label: string;
  /** What the comparison is, in words. */
  readonly meaning: string;
}

export const frcCriteria: { readonly [Kind in ComparisonKind]: FrcCriterion } = {
  truth: {
    kind: "truth",
    threshold: 1 / 2,
    label: "FRC 0.5",
    meaning: "reconstruction against the noise-free truth",
  },
  reference: {
    kind: "reference",
    threshold: 1 / 2,
    label: "FRC 0.5",
    meaning:
      "reconstruction against a reference taken for the truth: the reference's own noise counts as signal",
  },
  halves: {
    kind: "halves",
    threshold: 1 / 7,
    label: "FRC 1/7",
    meaning: "two halves of the data against each other: errors that both share count as signal",
  },
  full: {
    kind: "full",
    threshold: 1 / 4,
    label: "FRC 1/4",
    meaning: "two full data sets against each other: errors that both share count as signal",
  },
};
