// The only mutable state of the page. Everything drawn is derived from what `get` returns.

/** @import { PageState, Store } from "../types/page.d.ts" */

import { AT_END } from "../model/run/replay.js";
import { NOTHING_YET } from "./live.js";
import { LIVE } from "./route.js";

/**
 * Holds one frozen state; `set` replaces some of its keys and tells the listeners which ones changed.
 *
 * @param {PageState} initial
 * @returns {Store}
 */
export function createStore(initial) {
  let state = Object.freeze({ ...initial });
  /** @type {Set<Parameters<Store["subscribe"]>[0]>} */
  const listeners = new Set();
  return {
    get: () => state,
    set(patch) {
      const next = Object.freeze({ ...state, ...patch });
      const keys = /** @type {(keyof PageState)[]} */ (Object.keys(patch));
      const changed = new Set(keys.filter((key) => !Object.is(next[key], state[key])));
      if (changed.size === 0) return;
      state = next;
      for (const listener of listeners) listener(state, changed);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * The state of a page that has just been opened; PageState says what each part means.
 *
 * @type {PageState}
 */
export const FIRST_STATE = {
  options: null,
  link: "connecting",
  run: null,
  runAt: 0,
  ...NOTHING_YET,
  compareChoice: null,
  other: null,
  route: LIVE,
  kept: null,
  replay: AT_END,
  compared: null,
  asked: { page: 1, sort: "-number", q: "" },
  listed: null,
  listProblem: "",
  chosen: [],
  renaming: null,
  deleted: [],
  settings: {},
  typed: null,
  forecast: null,
  fieldErrors: {},
  launching: false,
  launchError: "",
  order: "service",
  gaugesShown: null,
  path: null,
};
