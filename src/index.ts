// doselap as a library: every public name.
//
//   import { buildPhantom, buildProbe, makeScan, referenceBackend, scanRegion, simulateDataset } from "doselap";
//   const object = buildPhantom({ phantom: "cells", heightPx: 160, widthPx: 160, amplitudeMin: 0.6, phaseRangeRad: 1, seed: 1 });
//   const probe = buildProbe({ kind: "defocused-airy", apertureCyclesPerPx: 0.22, defocusRadiusPx: 15 }, 64);
//   const positions = makeScan({ kind: "jittered-raster", region: scanRegion(160, 160, 64), stepPx: 7, jitterFraction: 0.1, seed: 1 });
//   const scan = simulateDataset({ object, probe, positions, dosePhotons: 1e4, seed: 42, backend: referenceBackend });
//   const field = new Float32Array(2 * 64 * 64); // complex64 [64, 64]
//   openBackend().fft2(64, { normalization: "backward", order: "centred" }).forward(field); // in place

export { DoselapError, isDoselapError, type ErrorContext, type ErrorTag } from "./errors.ts";
export { doselapVersion } from "./version.ts";

// arrays and files
export {
  flatImage,
  ndarray,
  type AnyArray,
  type ComplexImage,
  type DType,
  type NdArray,
  type RealImage,
} from "./array/ndarray.ts";
export type { FrameReader } from "./array/frame-reader.ts";
export type { Positions } from "./array/scan.ts";
export { decodeNpy, encodeNpy } from "./io/npy.ts";
export { openNpz, writeNpz, type NpzFile } from "./io/npz.ts";

// datasets: the DATA-001 contract
export type { Dataset, Metadata, ProvenanceEntry, Scan } from "./data/dataset.ts";
export type { Probe } from "./array/scan.ts";
export type { AccessCost } from "./data/frame-stream.ts";
export { inspectFile, type Inspection } from "./data/inspect.ts";
export { openDataset, type OpenedDataset, type OpenOptions } from "./data/open.ts";
export { readDataset, type ReadOptions } from "./data/read.ts";
export { writeDataset } from "./data/write.ts";

// physics
export type { Backend, Fft2, Fft2Options, Transforms } from "./compute/backend.ts";
export { openBackend, type BackendOptions } from "./compute/node.ts";
export { referenceBackend } from "./compute/reference.ts";
export { createRng, type Rng } from "./math/random/rng.ts";
export { discOverlap, nearestNeighborOverlap, stepForOverlap } from "./optics/overlap.ts";
export { buildPhantom } from "./optics/phantom/build.ts";
export { nearFieldTransfer, type NearFieldGeometry } from "./optics/near-field.ts";
export { withProbeModes } from "./optics/probe-modes.ts";
export { measureProbeDiameter } from "./optics/probe-diameter.ts";
export { buildProbe } from "./optics/probe.ts";
export { scanRegion } from "./optics/scan-region.ts";
export { makeScan } from "./optics/scan.ts";
export { simulateDataset } from "./optics/simulate.ts";
export { splitHalves, thinDataset } from "./optics/thin.ts";

// engines
export type { Capabilities, Engine, EngineContext } from "./engines/engine.ts";
export type { Problem } from "./engines/problem.ts";
export { iterate, type Checkpoint, type EpochReport, type Iteration } from "./engines/iterate.ts";
export { planEngine, type EnginePlan } from "./engines/plan.ts";
export { prepareEngine, type PreparedEngine } from "./engines/prepare.ts";
export { engines } from "./engines/registry.ts";
export { runEngine, type EpochEvent, type Reconstruction } from "./engines/run.ts";

// networks
export { networkArms } from "./nn/arms/registry.ts";
export type { ArmContext, ArmTask, NetworkArm, NetworkFacts, TrainedNetwork } from "./nn/arms/arm.ts";
export { loadBundle, type NetworkBundle } from "./nn/bundle/bundle.ts";
export { adam } from "./nn/optim/adam.ts";
export { averageWeights } from "./nn/optim/average-weights.ts";
export { descend, weightDecay } from "./nn/optim/descend.ts";
export { clipByGlobalNorm } from "./nn/optim/global-norm.ts";
export { constantRate, cosineRate, plateauRate } from "./nn/optim/schedules.ts";
export { scalarValues, startValues, trainingStep } from "./nn/optim/step.ts";
export { chain, type Transform } from "./nn/optim/transform.ts";
export { openNodeRuntime } from "./nn/runtime/node.ts";
export type { Runtime } from "./nn/runtime/runtime.ts";

// floor
export { cramerRaoFloor, type FloorOptions, type ObjectFloor } from "./floor/floor.ts";

// metrics
export { compareImages, type MetricsReport } from "./metrics/compare.ts";
export { complexFrc } from "./metrics/complex-frc.ts";
export { comparisonKinds, frcCriteria, type ComparisonKind } from "./metrics/frc-criterion.ts";
export { applyGauge } from "./metrics/gauge.ts";
export { phaseCorrelation } from "./metrics/phase-correlation.ts";
export { referenceProfile, type ReferenceReport } from "./metrics/reference/profile.ts";
export { criterionMetric, curveTable, metricTable } from "./metrics/registry.ts";
export { fullPeriodNm, resolutionOf, type Resolution } from "./metrics/resolution.ts";
export { frcOfSsnr, ssnrOfFrc } from "./metrics/ssnr.ts";

// studies
export { designHash, stageHash } from "./study/design/hash.ts";
export { loadDesign } from "./study/design/load.ts";
export { presets } from "./study/design/presets.ts";
export type { MeasuredDesign, SimulatedDesign, StudyDesign } from "./study/design/schema.ts";
export type { Cell } from "./study/cell.ts";
export { planStudy, plannedScan } from "./study/plan.ts";
export type { StudyPlan } from "./study/plan-types.ts";
export { problemOf } from "./study/problem.ts";
export type { CellResult, MetricRow, StudyResult } from "./study/results.ts";
export { inferDataset, type InferOptions } from "./study/infer.ts";
export { groupFrames } from "./study/views/grouping.ts";
export { measureOverlap } from "./study/views/overlap-metrics.ts";
export { splitWithGuard } from "./study/views/split.ts";

// training jobs
export { freshParams, updateLegacyDict } from "./study/training/bridge.ts";
export { buildTrainingJobs, type SkipEvent } from "./study/training/build.ts";
export { buildTrainingConfig, type ExecutionConfig, type TrainingConfig } from "./study/training/config.ts";
export { createTrainingJob, type TrainingJob } from "./study/training/job.ts";
export { runTrainingJob, type DryRunSummary, type TrainingOutcome } from "./study/training/run.ts";
export { commandRunner } from "./study/training/runners/command.ts";
export { runnerOf, runners } from "./study/training/runners/registry.ts";
export type { RunnerCall, RunnerResult, TrainingRunner } from "./study/training/runners/runner.ts";

// running and reporting
export { runStudy, type RunOptions } from "./pipeline/run.ts";
export type { RunSummary } from "./pipeline/summary.ts";
export type { RunEvent } from "./pipeline/events.ts";
export { buildReport } from "./report/html.ts";
