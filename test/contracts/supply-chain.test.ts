// What is shipped and what it stands on: the bill of materials names every package of a production install as npm itself lists
// them, the release holds it and repeats to the byte, and an advisory that nobody explained fails.

import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const repository = resolve(import.meta.dirname, "../..");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-supply-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
function script(name: string, ...args: string[]): Promise<Ended> {
  const file = join(repository, "scripts", name);
  return new Promise((done) => {
    execFile(
      process.execPath,
      [file, ...args],
      { cwd: repository, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly scope?: "required" | "optional";
  readonly licenses: readonly [
    { readonly expression?: string; readonly license?: { id?: string; name?: string } },
  ];
  readonly hashes: readonly [{ readonly alg: string; readonly content: string }];
}
interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface Listed {
  readonly version?: string;
  readonly dependencies?: { readonly [name: string]: Listed };
}

/** name@version of everything below, as `npm ls` tells it. */
function below({ dependencies = {} }: Listed): string[] {
  return Object.entries(dependencies).flatMap(([name, listed]) =>
    listed.version === undefined ? [] : [`${name}@${listed.version}`, ...below(listed)],
  );
}

describe("the bill of materials", () => {
  let bill: Bill;
  beforeAll(async () => {
    const { code, stdout, stderr } = await script("sbom.mjs");
    expect([code, stderr]).toEqual([0, ""]);
    bill = JSON.parse(stdout) as Bill;
  });

  test("is CycloneDX for this version of doselap", async () => {
    const { version } = JSON.parse(await readFile(join(repository, "package.json"), "utf8")) as {
      version: string;
    };
    expect([bill.bomFormat, bill.specVersion]).toEqual(["CycloneDX", "1.5"]);
    expect(bill.metadata.component).toMatchObject({
      name: "doselap",
      version,
      purl: `pkg:npm/doselap@${version}`,
    });
  });

  test("names exactly the packages that npm lists for a production install", () => {
    const listing = execFileSync("npm", ["ls", "--all", "--omit=dev", "--package-lock-only", "--json"], {
      cwd: repository,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    const listed = new Set(below(JSON.parse(listing) as Listed));
    expect(listed.size).toBeGreaterThan(50);
    expect(new Set(bill.components.map(({ name, version }) => `${name}@${version}`))).toEqual(listed);
  });

  test("gives each its version, licence and hash, as its own package.json says where it is installed", async () => {
    let compared = 0;
    for (const { name, version, licenses, hashes } of bill.components) {
      const [{ expression, license }] = licenses;
      const said = expression ?? license?.id ?? license?.name;
      expect(said, name).toMatch(/^\S.*/u);
      expect(hashes[0], name).toMatchObject({
        alg: "SHA-512",
        content: expect.stringMatching(/^[0-9a-f]{128}$/u),
      });
      const own = await readFile(join(repository, "node_modules", name, "package.json"), "utf8").catch(
        () => "{}",
      );
      const installed = JSON.parse(own) as { version?: string; license?: string };
      if (installed.version !== version || installed.license === undefined) continue;
      expect(said, name).toBe(installed.license);
      compared++;
    }
    expect(compared).toBeGreaterThan(50);
  });

  test("tells what is required from what is optional", async () => {
    const { dependencies } = JSON.parse(await readFile(join(repository, "package.json"), "utf8")) as {
      dependencies: { readonly [name: string]: string };
    };
    const scopes = Object.fromEntries(bill.components.map(({ name, scope }) => [name, scope]));
    // parse5 is needed by jsdom alone.
    for (const name of [...Object.keys(dependencies), "parse5"])
      expect([name, scopes[name]]).toEqual([name, "required"]);
    // What only onnxruntime-node needs, and a binary that piscina does without.
    for (const name of ["onnxruntime-node", "onnxruntime-common", "adm-zip", "@napi-rs/nice"])
      expect([name, scopes[name]]).toEqual([name, "optional"]);
  });

  test("says what needs what, and every package is needed by another", () => {
    const refs = new Set([bill.metadata.component.purl, ...bill.components.map(({ purl }) => purl)]);
    expect(new Set(bill.dependencies.map(({ ref }) => ref))).toEqual(refs);
    const needed = bill.dependencies.flatMap(({ dependsOn }) => dependsOn);
    expect(new Set([bill.metadata.component.purl, ...needed])).toEqual(refs);
  });

  test("a package whose licence nobody knows fails", async () => {
    const root = join(folder, "unknown");
    await mkdir(root);
    const lock = {
      packages: {
        "": { name: "x", version: "1.0.0", dependencies: { a: "1.0.0" } },
        "node_modules/a": { version: "1.0.0", integrity: "sha512-AAAA" },
      },
    };
    await writeFile(join(root, "package-lock.json"), JSON.stringify(lock));
    const { code, stdout, stderr } = await script("sbom.mjs", "--root", root);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("node_modules/a: no licence");
  });
});

describe("the release", () => {
  test("holds program and bill, names its hashes, and repeats to the byte", async () => {
    const [first, second] = [join(folder, "first"), join(folder, "second")];
    expect(await script("release.mjs", "--built", "--out", first)).toMatchObject({ code: 0 });
    expect(await script("release.mjs", "--built", "--out", second)).toMatchObject({ code: 0 });
    const sums = await readFile(join(first, "SHA256SUMS"), "utf8");
    expect(await readFile(join(second, "SHA256SUMS"), "utf8")).toBe(sums);
    const names = sums
      .trim()
      .split("\n")
      .map((line) => line.split("  ")[1]!);
    for (const [i, name] of names.entries()) {
      const hash = createHash("sha256")
        .update(await readFile(join(first, name)))
        .digest("hex");
      expect(sums.split("\n")[i]).toBe(`${hash}  ${name}`);
    }
    const [tarball, bill] = names as [string, string];
    const unpack = ["-xzOf", join(first, tarball), "package/dist/sbom.cdx.json"];
    const inside = execFileSync("tar", unpack, { encoding: "utf8", maxBuffer: 2 ** 26 });
    expect(inside).toBe(await readFile(join(first, bill), "utf8"));
    expect((JSON.parse(inside) as Bill).components.length).toBeGreaterThan(50);
    const listing = execFileSync("tar", ["-tzf", join(first, tarball)], { encoding: "utf8" }).split("\n");
    for (const file of ["package.json", "LICENSE", "README.md", "dist/cli/main.js", "dist/index.js"])
      expect(listing).toContain(`package/${file}`);
  }, 120_000);
});

describe("the audit", () => {
  const ghsa = "GHSA-abcd-1234-wxyz";
  const finding = {
    vulnerabilities: {
      a: {
        name: "a",
        via: [{ title: "reads too much", severity: "high", url: `https://github.com/advisories/${ghsa}` }],
      },
      b: { name: "b", via: ["a"] },
    },
  };
  const unanswered = { message: "405 Method Not Allowed", statusCode: 405, error: { summary: "" } };

  async function audit(report: unknown, page: string, ...args: string[]): Promise<Ended> {
    const root = await mkdtemp(join(folder, "audit-"));
    await mkdir(join(root, "docs"));
    await writeFile(join(root, "docs/dependencies.md"), page);
    await writeFile(join(root, "report.json"), typeof report === "string" ? report : JSON.stringify(report));
    return script("audit.mjs", "--root", root, "--report", join(root, "report.json"), ...args);
  }
  const explained = `## Advisories\n\n| advisory | why |\n|---|---|\n| ${ghsa} | never called |\n\n## Next\n`;

  test("a clean report passes", async () => {
    expect(await audit({ vulnerabilities: {} }, "")).toMatchObject({ code: 0 });
  });

  test("an advisory without an explanation fails and is named, with one it passes", async () => {
    const { code, stderr } = await audit(finding, "");
    expect(code).toBe(1);
    expect(stderr).toContain(`${ghsa} has no row in docs/dependencies.md: a, high: reads too much`);
    expect(await audit(finding, explained)).toMatchObject({ code: 0 });
    // A mention elsewhere on the page explains nothing.
    expect(await audit(finding, `| ${ghsa} | x |\n`)).toMatchObject({ code: 1 });
  });

  test("an explanation that is no longer needed fails", async () => {
    const { code, stderr } = await audit({ vulnerabilities: {} }, explained);
    expect(code).toBe(1);
    expect(stderr).toContain(`${ghsa} is no finding any more`);
  });

  test("a registry that does not answer is said, and fails where an answer is required", async () => {
    const { code, stdout } = await audit(unanswered, "");
    expect(code).toBe(0);
    expect(stdout).toMatch(/405 Method Not Allowed[^]*not asked/u);
    expect(await audit(unanswered, "", "--required")).toMatchObject({ code: 1 });
  });

  test("what is neither a report nor an error fails", async () => {
    expect(await audit({ surprise: 1 }, "")).toMatchObject({ code: 1 });
    expect(await audit("no JSON", "")).toMatchObject({ code: 1 });
  });
});
