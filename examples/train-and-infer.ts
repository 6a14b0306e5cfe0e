// A tiny network is trained on a small simulated scan; its folder is read back and applied to another scan.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  buildPhantom,
  buildProbe,
  createTrainingJob,
  inferDataset,
  loadBundle,
  makeScan,
  openNodeRuntime,
  presets,
  readDataset,
  referenceBackend,
  runTrainingJob,
  runners,
  scanRegion,
  simulateDataset,
  writeDataset,
} from "../src/index.ts";

const design = {
  ...presets.fly64,
  methods: { pinn: { widths: [4, 8], steps: 2, epochs: 3, batchSize: 8, schedule: "plateau", patience: 1 } },
};

/** 64 frames of 16 px; each seed has other photons. */
function scan(seed: number) {
  const [height, width] = [64, 64];
  const [phantom, object] = ["cells", { amplitudeMin: 0.6, phaseRangeRad: 1.2, seed: 7 }] as const;
  return simulateDataset({
    object: buildPhantom({ phantom, heightPx: height, widthPx: width, ...object }),
    probe: buildProbe({ kind: "gaussian", fwhmPx: 5, curvatureRad: 1 }, 16),
    positions: makeScan({
      kind: "jittered-raster",
      region: scanRegion(height, width, 16),
      stepPx: 5.5,
      jitterFraction: 0.1,
      seed: 3,
    }),
    dosePhotons: 1000,
    seed,
    backend: referenceBackend,
  });
}

const root = await mkdtemp(join(tmpdir(), "doselap-example-"));
try {
  const [trainDataPath, testDataPath] = [join(root, "train.npz"), join(root, "test.npz")];
  await writeDataset(trainDataPath, scan(42));
  await writeDataset(testDataPath, scan(43));
  const artifactDir = join(root, "job");
  await mkdir(artifactDir);
  const job = createTrainingJob(
    {
      dose: 1000,
      view: "dense",
      gridsize: 2,
      trainDataPath,
      testDataPath,
      artifactDir,
      logPath: join(artifactDir, "train.log"),
      arm: "pinn",
      seed: design.seeds.simulation,
    },
    design,
  );
  const { result } = await runTrainingJob(job, {
    runner: runners.builtin.create({}),
    design,
    backend: "builtin",
  });
  console.log("trained:", JSON.stringify(result["metrics"]));

  const bundle = await loadBundle(join(artifactDir, "model"));
  const { dataset } = await readDataset(testDataPath);
  const { object, warnings } = await inferDataset(bundle, dataset, {
    file: "test.npz",
    runtime: await openNodeRuntime(),
    threads: 1,
    neighborCount: 7,
    seed: 123,
  });
  console.log(
    `${bundle.arm.title}: an object of ${object.height} × ${object.width} px, ${warnings.length} warnings`,
  );
} finally {
  await rm(root, { recursive: true, force: true });
}
