// A keeper of states in memory: it is always due, gives what it was made with, and lists what it was told to keep.

import type { StateKeeper } from "../../src/io/kept-state.ts";

export function stateKeeper(from?: Uint8Array): StateKeeper & { readonly states: Uint8Array[] } {
  const states: Uint8Array[] = [];
  return {
    states,
    load: () => Promise.resolve(from),
    isDue: () => true,
    save: (state) => {
      states.push(state);
      return Promise.resolve();
    },
  };
}
