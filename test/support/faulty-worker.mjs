// A worker that fails as its job's folder says: for tests of what the executor makes of it.

export default async function work({ stage, path }) {
  if (path.includes("rpie")) process.exit(3);
  if (path.includes("epie")) throw new Error("a fault that nobody caught");
  if (path.includes("lsqml")) for (;;); // Deaf: no turn of the event loop.
  const job = { stage, path, cell: null, arm: null };
  const run = {
    job,
    state: "done",
    reason: null,
    summary: {},
    reused: false,
    redone: null,
    notes: [],
    threadSeconds: null,
  };
  return { kind: "run", run };
}
