// The hint on divergence names only what can still be changed and could have helped: by the value of an option, by the epoch of
// the loss, and by what moved until then.

import { describe, expect, test } from "vitest";
import { smallProblem } from "../../test/support/small-problem.ts";
import { divergedHint } from "./diverged.ts";
import { prepareEngine } from "./prepare.ts";

const { problem } = smallProblem();

/** @param index 0-based epoch of the loss. */
function hintOf(name: string, options: { readonly [key: string]: unknown }, index: number): string {
  const [link] = prepareEngine(name, options).links;
  return divergedHint(link!.engine, link!.options, { problem }, index);
}

describe("an option at its limit is not named", () => {
  test.each([
    ["ml", "damping", 1, 0.5],
    ["rpie", "alpha", 1, 0.3],
    ["rpie", "beta", 1, 0.5],
    ["dm", "overlapFloor", 1, 0.01],
    ["dm", "overlapSteps", 1, 3],
    ["mpie", "friction", 0, 0.7],
    ["epie", "probeStep", 0, 0.5],
  ])("%s: %s at %d, unlike %d", (name, key, limit, other) => {
    expect(hintOf(name, { [key]: other }, 20)).toContain(key);
    expect(hintOf(name, { [key]: limit }, 20)).not.toContain(key);
  });
});

test("a probe that had not moved is left out, and so are its step and what regularises it", () => {
  const aboutProbe = /probeStep|beta|fixProbe|probeStartEpoch|constrainProbePower/u;
  const options = { probeStartEpoch: 3, constrainProbePower: false, beta: 0.5 };
  expect(hintOf("rpie", options, 2)).not.toMatch(aboutProbe);
  for (const key of ["probeStep", "beta", "fixProbe", "probeStartEpoch", "constrainProbePower"]) {
    expect(hintOf("rpie", options, 3)).toContain(key);
  }
  for (const still of [{ fixProbe: true }, { probeStep: 0 }]) {
    expect(hintOf("rpie", still, 30)).not.toMatch(aboutProbe);
  }
});

test("a step of positions is named once positions have moved: they do after the sweep of their first epoch", () => {
  expect(hintOf("lsqml", { positionStartEpoch: 5 }, 5)).not.toContain("positionStep");
  expect(hintOf("lsqml", { positionStartEpoch: 5 }, 6)).toContain("positionStep");
});

test("a limit of the amplitude acts after a sweep, so it could not have saved the first", () => {
  expect(hintOf("lsqml", {}, 0)).not.toContain("amplitudeMax");
  expect(hintOf("lsqml", {}, 1)).toContain("amplitudeMax");
});

describe("a probe support", () => {
  const narrow = { probeSupportPx: 0.2 };

  test("that cut most of the start probe's light comes first, with one that would not", () => {
    const hint = hintOf("rpie", narrow, 4);
    const [, share, wide] =
      /^Widen the probe support: within probeSupportPx 0\.2 lies ([\d.]+) % of the start probe's light \(--set probeSupportPx=(\d+) holds 99 %\), or leave it out\. /u.exec(
        hint,
      )!;
    const { size, probe } = problem;
    let [all, middle, within] = [0, 0, 0];
    for (let i = 0; i < size * size; i++) {
      const light = probe[2 * i]! ** 2 + probe[2 * i + 1]! ** 2;
      const radius = Math.hypot((i % size) - size / 2, Math.floor(i / size) - size / 2);
      all += light;
      if (radius <= 0.2) middle += light;
      if (radius <= Number(wide)) within += light;
    }
    expect(Number(share)).toBeCloseTo((100 * middle) / all, 1);
    expect(within / all).toBeGreaterThanOrEqual(0.99);
  });

  test("that had not acted, or that holds the light, is left out", () => {
    expect(hintOf("rpie", narrow, 2)).not.toContain("support");
    expect(hintOf("rpie", narrow, 3)).toContain("support");
    expect(hintOf("rpie", { ...narrow, probeStartEpoch: 9 }, 9)).not.toContain("support");
    expect(hintOf("rpie", { probeSupportPx: 100 }, 9)).not.toContain("support");
  });
});

describe("with the poisson likelihood", () => {
  test.each(["lsqml", "ml", "rpie"])("%s: the other likelihood and more darkCounts come first", (name) => {
    expect(hintOf(name, {}, 4)).toMatch(
      /^Set likelihood: amplitude \(--likelihood amplitude\), or raise darkCounts from 0\.01 \(--set darkCounts=1\)\. /u,
    );
    expect(hintOf(name, { darkCounts: 3 }, 4)).toContain("darkCounts from 3 (--set darkCounts=30)");
    expect(hintOf(name, { likelihood: "amplitude" }, 4)).not.toMatch(/likelihood|darkCounts/u);
  });

  test("an engine without darkCounts is not told to raise them", () => {
    expect(hintOf("dm", {}, 4)).toMatch(/^Set likelihood: amplitude \(--likelihood amplitude\)\. /u);
  });
});

test("where every option is used up, the hint says what else can be wrong", () => {
  const options = { likelihood: "amplitude", damping: 1, fixProbe: true };
  expect(hintOf("ml", options, 0)).toMatch(/^Check that probe, positions and counts .* another engine/u);
});
