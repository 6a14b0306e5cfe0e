// A session on several threads: every item runs once, errors arrive, and whatever happens to a thread nothing hangs.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import {
  actions,
  awaitOther,
  openCountingPool,
  type PoolOptions,
  type PoolScene,
} from "../../test/support/pool-scene.ts";
import { isDoselapError, type DoselapError } from "../errors.ts";

const open: PoolScene[] = [];
function openPool(options: PoolOptions = {}): PoolScene {
  open.push(openCountingPool(options));
  return open.at(-1)!;
}
afterEach(() => {
  for (const { session } of open.splice(0)) session.dispose();
});

/** What a function throws, and the milliseconds it took. */
function failureOf(run: () => void): { error: DoselapError; milliseconds: number } {
  const start = performance.now();
  try {
    run();
  } catch (error) {
    if (isDoselapError(error)) return { error, milliseconds: performance.now() - start };
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** Makes other threads do something else, and the caller wait in its first item until one of them begins. */
function misbehave(pool: PoolScene, action: keyof typeof actions): void {
  pool.views.params[0] = actions[action];
  pool.caller.before = () => awaitOther(pool);
}

function behave({ views, caller }: PoolScene): void {
  views.params[0] = actions.count;
  views.places[0] = 0;
  caller.before = () => {};
}

describe("tasks on several threads", () => {
  test.each([2, 3])("%i threads: every item of 70000 tasks runs once", (threads) => {
    // More tasks than generations fit into a ticket, so that tickets come round.
    const pool = openPool({ threads });
    pool.caller.before = () => awaitOther(pool);
    pool.session.run("gather", 5);
    behave(pool);
    // Items of a microsecond or two, so that others come in time to take some.
    pool.caller.before = () => {
      for (let i = 0; i < 300; i++) Atomics.load(pool.views.places, 0);
    };
    pool.views.sums.fill(0);
    pool.views.stats.fill(0);
    let foreign = 0;
    for (let task = 1; task <= 70_000; task++) {
      const items = task % 5;
      pool.session.run("gather", items);
      for (let item = 0; item < items; item++) {
        if (pool.views.stats[item] !== 0) foreign++;
        pool.views.stats[item] = 0;
      }
    }
    // Tasks of 1, 2, 3 and 4 items, 14000 times each.
    expect(pool.counts(5)).toEqual([56_000, 42_000, 28_000, 14_000, 0]);
    // Half of the items on two idle processors, few on a busy machine.
    expect(foreign).toBeGreaterThan(0);
  });

  test("a task of more items than a ticket counts runs all of them once", () => {
    const items = 2 * 65_535 + 5;
    const pool = openPool({ items });
    pool.session.run("gather", items);
    expect(pool.counts(items).every((count) => count === 1)).toBe(true);
  });

  test("a thread that starts late misses nothing and holds nobody up", () => {
    const pool = openPool({ delayMs: 500 });
    const start = performance.now();
    pool.session.run("gather", 64);
    expect(performance.now() - start).toBeLessThan(400);
    expect(pool.views.stats.every((thread) => thread === 0)).toBe(true);
    // It joins the task at hand when it is there.
    pool.caller.before = () => awaitOther(pool);
    pool.session.run("gather", 2);
    expect(pool.counts(64)).toEqual([2, 2, ...new Array<number>(62).fill(1)]);
  });
});

describe("an item that throws", () => {
  test("in another thread: the caller gets its message, and the session goes on", () => {
    const pool = openPool();
    misbehave(pool, "throw");
    const { error } = failureOf(() => pool.session.run("gather", 2));
    expect(error._tag).toBe("Compute");
    expect(error.message).toMatch(/"gather" failed in a thread: item \d is broken, says a thread/);
    behave(pool);
    const before = pool.counts(10);
    pool.session.run("gather", 10);
    expect(pool.counts(10)).toEqual(before.map((count) => count + 1));
  });

  test("in the caller: the error comes through as it is, no item is left running, and the session goes on", () => {
    const pool = openPool();
    const broken = new Error("the caller's own");
    pool.caller.before = () => {
      awaitOther(pool);
      throw broken;
    };
    expect(() => pool.session.run("gather", 64)).toThrow(broken);
    const before = pool.counts(64);
    behave(pool);
    pool.session.run("gather", 64);
    expect(pool.counts(64)).toEqual(before.map((count) => count + 1));
  });
});

describe("a thread that ends or hangs", () => {
  test("in an item: the caller says so within seconds, and so does every later task", () => {
    const pool = openPool();
    misbehave(pool, "exit");
    const { error, milliseconds } = failureOf(() => pool.session.run("gather", 2));
    expect(error._tag).toBe("Compute");
    expect(error.message).toMatch(/thread 1 ended during "gather"/);
    expect(milliseconds).toBeLessThan(10_000);
    behave(pool);
    expect(failureOf(() => pool.session.run("gather", 2)).error).toBe(error);
  });

  test("killed in an item: the caller says so within seconds", () => {
    const pool = openPool();
    misbehave(pool, "loop");
    pool.caller.before = () => {
      awaitOther(pool);
      pool.threads[0]!.end();
    };
    const { error, milliseconds } = failureOf(() => pool.session.run("gather", 2));
    expect(error.message).toMatch(/thread 1 ended during "gather"/);
    expect(milliseconds).toBeLessThan(10_000);
  });

  test("killed between tasks: the others do its work", () => {
    const pool = openPool({ threads: 3 });
    pool.caller.before = () => awaitOther(pool);
    pool.session.run("gather", 4);
    behave(pool);
    pool.threads[0]!.end();
    pool.session.run("gather", 64);
    expect(pool.counts(4)).toEqual([2, 2, 2, 2]);
    expect(
      pool
        .counts(64)
        .slice(4)
        .every((count) => count === 1),
    ).toBe(true);
  });

  test("stuck in an item: the caller gives up after the stated time", () => {
    const pool = openPool({ stallMs: 300 });
    misbehave(pool, "loop");
    const { error, milliseconds } = failureOf(() => pool.session.run("gather", 2));
    expect(error._tag).toBe("Compute");
    expect(error.message).toMatch(/nothing moved for 0.3 s during "gather"/);
    expect(milliseconds).toBeGreaterThan(250);
    expect(milliseconds).toBeLessThan(10_000);
  });

  test("unable to start: the next task after the news names the reason", async () => {
    const pool = openPool({ failsToStart: true });
    pool.session.run("gather", 64);
    await until(() => pool.threads[0]!.problem() !== undefined);
    const { error } = failureOf(() => pool.session.run("gather", 64));
    expect(error._tag).toBe("Compute");
    expect(error.message).toMatch(/thread 1 ended: this thread never starts/);
  });
});

test("a build that is absent is told before anything runs", () => {
  const { error } = failureOf(() => openPool({ entry: "gone.js" }));
  expect(error._tag).toBe("File");
  expect(error.message).toMatch(/gone\.js: is absent, and threads run from it.*npm run build/);
});

describe("the end of a session", () => {
  test("dispose ends the threads, twice is fine, and later tasks are refused", async () => {
    const pool = openPool({ threads: 3 });
    pool.session.run("gather", 64);
    pool.session.dispose();
    pool.session.dispose();
    await until(() => pool.threads.every((thread) => thread.ended()));
    expect(pool.threads.map((thread) => thread.problem())).toEqual([undefined, undefined]);
    expect(failureOf(() => pool.session.run("gather", 1)).error._tag).toBe("Compute");
  });

  test("an abort ends the threads, and later tasks say Interrupted", async () => {
    const abort = new AbortController();
    const pool = openPool({ signal: abort.signal });
    pool.session.run("gather", 64);
    abort.abort();
    expect(failureOf(() => pool.session.run("gather", 1)).error._tag).toBe("Interrupted");
    await until(() => pool.threads[0]!.ended());
  });

  test("a signal that has fired before starts no thread", () => {
    const pool = openPool({ signal: AbortSignal.abort() });
    expect(pool.threads).toEqual([]);
    expect(failureOf(() => pool.session.run("gather", 1)).error._tag).toBe("Interrupted");
  });

  test("a session that is forgotten does not keep the process alive", async () => {
    const program = `
      import { openBackend } from ${JSON.stringify(new URL("../../dist/compute/node.js", import.meta.url).href)};
      const shape = { size: 8, modes: 1, frames: 4, objectHeight: 16, objectWidth: 16, slots: 4, waveSlots: 4,
        countSlots: 4, countType: "uint8", nearField: false,
        subPixel: "bilinear" };
      const { run, views } = openBackend({ kernels: "simd", threads: 3 }).openScan(shape);
      views.x.fill(8); views.y.fill(8);
      setTimeout(() => { run("gather", 4); console.log("done"); }, 300);`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", program],
      { timeout: 30_000 },
    );
    expect(stdout).toBe("done\n");
  });
});

/** Gives the event loop turns until something holds; fails after 20 s. */
async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!holds()) {
    expect(performance.now()).toBeLessThan(deadline);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
