// The width of blocks is found by computing: what refuses the operations, or computes other numbers, has none.

import { beforeAll, describe, expect, test } from "vitest";
import { DoselapError } from "../../errors.ts";
import { findBlockChannels } from "./blocks.ts";
import { openNodeRuntime } from "./node.ts";
import type { Runtime, Session } from "./runtime.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openNodeRuntime();
});

/** The runtime, but the sessions of every model with an output of this name are changed. */
function changed(output: string, change: (session: Session) => Session): Pick<Runtime, "load"> {
  return {
    async load(model, options) {
      const session = await runtime.load(model, options);
      const concerned = session.outputNames.includes(output) && Buffer.from(model).includes("nchwc");
      return concerned ? change(session) : session;
    },
  };
}

describe("the width of blocks", () => {
  test("is that of the processor, or none", async () => {
    const { blockChannels } = await openNodeRuntime({ blocks: true });
    expect([undefined, 8, 16]).toContain(blockChannels);
    if (process.arch === "x64") expect(blockChannels).toBeDefined();
  });

  test("is not looked for when nobody asks", () => {
    expect(runtime.blockChannels).toBeUndefined();
  });

  test("is none where one gradient is wrong", async () => {
    const off = changed("y4", (session) => ({
      ...session,
      async run(feeds, options) {
        const results = await session.run(feeds, options);
        return { ...results, y4: results["y4"]!.map((value) => 1.01 * value) };
      },
    }));
    expect(await findBlockChannels(off)).toBeUndefined();
  });

  test("is none where images are left in another order", async () => {
    const plain = changed("y", (session) => ({ ...session, run: async ({ x }) => ({ y: x!.data }) }));
    expect(await findBlockChannels(plain)).toBeUndefined();
  });

  test("is none where the runtime has no such operations", async () => {
    const without: Pick<Runtime, "load"> = {
      async load(model, options) {
        if (Buffer.from(model).includes("nchwc")) throw new DoselapError("Compute", "no such operation");
        return await runtime.load(model, options);
      },
    };
    expect(await findBlockChannels(without)).toBeUndefined();
  });

  test("is not invented from any other fault", async () => {
    const broken = changed("y4", (session) => ({
      ...session,
      run: () => Promise.reject(new RangeError("broken")),
    }));
    await expect(findBlockChannels(broken)).rejects.toThrow("broken");
  });
});
