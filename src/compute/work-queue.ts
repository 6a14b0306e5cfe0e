// How threads share the items of a task, on a few shared words. One ticket word holds (generation << 16 | next item);
// an item is claimed by compare-exchange on it, so a thread that was late for one task cannot take an item of the next
// by mistake. Whoever holds an item keeps the task at hand: the caller opens a new one when all claimed items are done.
// Every word is read and written through Atomics, which orders the plain reads and writes of the arrays around it.

/** Places in the control block; the two halves are cache lines of their own. */
const word = {
  ticket: 0,
  generation: 1,
  task: 2,
  items: 3,
  base: 4,
  stop: 5,
  sleepers: 6,
  done: 16,
  waiting: 17,
  failed: 18,
  messageLength: 19,
} as const;

/** Items that one ticket can count; larger tasks are cut. */
export const maxItems = 0xffff;
/** "Next item" of a ticket that nobody may claim. */
const closed = 0xffff;
/** Looks at a word before sleeping on it, 50 to 100 µs: about what a wake-up costs on a busy machine. */
const spins = 10_000;
const lineBytes = 64;
const messageLetters = 512;

/** Bytes behind the arrays of a scan: a word for each thread, each in a cache line of its own, and the message area. */
export function queueBytes(threads: number): number {
  return threads * lineBytes + 2 * messageLetters;
}

export interface WorkQueue {
  /** Caller: offers items 0 … items − 1 of a task, told to tasks as base + item. */
  publish(task: number, base: number, items: number): void;
  /** Caller: lets nobody claim any more. Returns how many items were claimed. */
  close(): number;
  /** An item that is now this thread's, or −1. */
  claim(): number;
  task(): number;
  base(): number;
  /** Says that a claimed item is done. */
  finish(): void;
  /** Leaves what an item threw; the first message stays. Before `finish`. */
  fail(message: string): void;
  /** Caller, when all claimed items are done: what an item threw in another thread. */
  failure(): string | undefined;
  done(): number;
  /** Caller: sleeps until `done` has moved on from `old`. False when nothing moved for `milliseconds`. */
  awaitDone(old: number, milliseconds: number): boolean;
  /** Thread: sleeps until another task is offered. False at the end of the session. */
  awaitTask(): boolean;
  /** Caller: sends all threads home. */
  stop(): void;
  /** Whether a thread may hold an item. */
  isBusy(thread: number): boolean;
  setBusy(thread: number, busy: boolean): void;
}

/** Opens the queue of a scan's control block; `offset` is that of the bytes behind the arrays. */
export function openQueue(control: Int32Array, offset: number, threads: number): WorkQueue {
  const busyStride = lineBytes / 4;
  const busy = new Int32Array(control.buffer, offset, threads * busyStride);
  const letters = new Uint16Array(control.buffer, offset + threads * lineBytes, messageLetters);
  const get = (place: number): number => Atomics.load(control, place);
  /** The last task this thread has looked at: 0 is none, so that a thread that starts late joins the task at hand. */
  let seen = 0;
  const set = (place: number, value: number): void => void Atomics.store(control, place, value);

  /** True as soon as the word differs from `seen`. */
  function spin(place: number, old: number): boolean {
    for (let i = 0; i < spins; i++) if (Atomics.load(control, place) !== old) return true;
    return false;
  }

  return {
    publish(task, base, items) {
      const generation = get(word.generation) + 1;
      set(word.ticket, (generation << 16) | closed);
      set(word.task, task);
      set(word.base, base);
      set(word.items, items);
      set(word.done, 0);
      set(word.failed, 0);
      set(word.ticket, generation << 16);
      // Int32 wraps around; only whether it changed counts.
      set(word.generation, generation);
      if (get(word.sleepers) > 0) Atomics.notify(control, word.generation);
    },
    close() {
      const ticket = Atomics.exchange(control, word.ticket, (get(word.generation) << 16) | closed);
      return Math.min(ticket & closed, get(word.items));
    },
    claim() {
      for (;;) {
        const ticket = get(word.ticket);
        const next = ticket & closed;
        if (next >= get(word.items)) return -1;
        if (Atomics.compareExchange(control, word.ticket, ticket, ticket + 1) !== ticket) continue;
        // Read again: generations come round after 65536 tasks, and `items` was read before the claim.
        return next < get(word.items) ? next : -1;
      }
    },
    task: () => get(word.task),
    base: () => get(word.base),
    finish() {
      Atomics.add(control, word.done, 1);
      if (get(word.waiting) === 1) Atomics.notify(control, word.done);
    },
    fail(message) {
      if (Atomics.compareExchange(control, word.failed, 0, 1) !== 0) return;
      const length = Math.min(message.length, messageLetters);
      for (let i = 0; i < length; i++) letters[i] = message.charCodeAt(i);
      set(word.messageLength, length);
    },
    failure() {
      if (get(word.failed) === 0) return undefined;
      return String.fromCharCode(...letters.subarray(0, get(word.messageLength)));
    },
    done: () => get(word.done),
    awaitDone(old, milliseconds) {
      if (spin(word.done, old)) return true;
      set(word.waiting, 1);
      const outcome = Atomics.wait(control, word.done, old, milliseconds);
      set(word.waiting, 0);
      return outcome !== "timed-out";
    },
    awaitTask() {
      if (!spin(word.generation, seen)) {
        Atomics.add(control, word.sleepers, 1);
        Atomics.wait(control, word.generation, seen);
        Atomics.sub(control, word.sleepers, 1);
      }
      seen = get(word.generation);
      return get(word.stop) === 0;
    },
    stop() {
      set(word.stop, 1);
      Atomics.add(control, word.generation, 1);
      Atomics.notify(control, word.generation);
    },
    isBusy: (thread) => Atomics.load(busy, thread * busyStride) === 1,
    setBusy: (thread, value) => void Atomics.store(busy, thread * busyStride, value ? 1 : 0),
  };
}
