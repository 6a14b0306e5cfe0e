// A cell of the study: one dose, one view, one replicate. Paths and labels are made here and nowhere else.

/** One sampling condition at one dose and one replicate seed. Every number is resolved. */
export interface Cell {
  /** Photons per frame: mean over the scan, summed over the detector. */
  readonly dose: number;
  readonly doseIndex: number;
  readonly view: string;
  readonly gridsize: 1 | 2;
  /** Overlap asked for; null = as measured. The measured one is in the data's metadata. */
  readonly overlap: number | null;
  /** Scan step that gives the overlap, pixels; null when the scan is measured. */
  readonly stepPx: number | null;
  /** Photons per object pixel over the scan, predicted. */
  readonly fluence: number;
  /** Replicate number, 0-based. */
  readonly replicate: number;
  /** Simulation (or thinning) seed of this replicate. */
  readonly seed: number;
}

/** dose_1000, dose_461213, dose_0.5: whole photons unless the dose is below 10. */
export function doseFolder(dose: number): string {
  return `dose_${dose >= 10 ? Math.round(dose) : Number(dose.toPrecision(3))}`;
}

/** What a cell's folders are named after. */
type CellKey = Pick<Cell, "dose" | "view" | "seed">;

/** dose_1000/dense/seed_42 */
export function cellPath(cell: CellKey): string {
  return `${doseFolder(cell.dose)}/${cell.view}/seed_${cell.seed}`;
}

/** dose_1000/dense/gs2/pinn/seed_42 */
export function armPath(cell: CellKey & { readonly gridsize: number }, arm: string): string {
  return `${doseFolder(cell.dose)}/${cell.view}/gs${cell.gridsize}/${arm}/seed_${cell.seed}`;
}

/** Finds a cell's key in messages: "dose 1000, view dense, seed 42". */
export function cellText(cell: Cell): string {
  return `dose ${Number(cell.dose.toPrecision(6))}, view ${cell.view}, seed ${cell.seed}`;
}

/** What rows of manifests and job lists say of a cell; nothing for a job of no cell. */
export function cellFields(cell: Cell | null): { readonly [key: string]: unknown } {
  if (cell === null) return {};
  const { dose, view, gridsize, seed, overlap } = cell;
  return { dose, view, gridsize, seed, overlap };
}
