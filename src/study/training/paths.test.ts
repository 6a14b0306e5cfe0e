// How paths are named in logs and manifests.

import { expect, test } from "vitest";
import { pathNamer, posixRelative } from "./paths.ts";

test("a folder seen from itself is a dot", () => {
  expect(posixRelative("/run/train", "/run/train")).toBe(".");
  expect(posixRelative("/run/train", "/run/data/x.npz")).toBe("../data/x.npz");
});

const working = { artifactDir: "/run/train/.seed_42.partial", publishedDir: "/run/train/seed_42" };

test("paths are named from the run folder, and the temporary folder by its final name", () => {
  const { path } = pathNamer({ ...working, relativeTo: "/run" });
  expect(path("/run/data/train.npz")).toBe("data/train.npz");
  expect(path("/run/train/.seed_42.partial")).toBe("train/seed_42");
  expect(path("/run/train/.seed_42.partial/train.log")).toBe("train/seed_42/train.log");
});

test("text loses the same folders", () => {
  const { text } = pathNamer({ ...working, relativeTo: "/run" });
  expect(text("wrote /run/train/.seed_42.partial/a.npz from /run/data/b.npz")).toBe(
    "wrote train/seed_42/a.npz from data/b.npz",
  );
});

test("without a run folder paths stay as they are", () => {
  const { path, text } = pathNamer({ artifactDir: "/run/train/seed_42" });
  expect(path("/run/data/train.npz")).toBe("/run/data/train.npz");
  expect(text("see /run/data")).toBe("see /run/data");
});

test("the root folder is no prefix worth removing", () => {
  expect(pathNamer({ artifactDir: "/a", relativeTo: "/" }).text("see /run/data")).toBe("see /run/data");
});
