// The only mutable state of the page. Everything drawn is derived from what `get` returns.

/** Holds one frozen state; `set` replaces some of its keys and tells the listeners which ones changed. */
export function createStore(initial) {
  let state = Object.freeze({ ...initial });
  const listeners = new Set();
  return {
    get: () => state,
    set(patch) {
      const changed = new Set(
        Object.keys(patch).filter((key) => !Object.is(patch[key], state[key])),
      );
      if (changed.size === 0) return;
      state = Object.freeze({ ...state, ...patch });
      for (const listener of listeners) listener(state, changed);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The state of a page that has just been opened. */
export const FIRST_STATE = {
  options: null, // what the server offers: modes, endpoints, fields, phase names
  link: "connecting", // connecting | up | lost
  run: null, // the server's last `state` message
  runAt: 0, // when it came, seconds of this page's clock
  rows: [], // one row per request, made by fold.js; replaced, never changed
  held: 0, // how many marks of this run we have: the index to follow from
  samples: [], // the gauges' samples of this run, each [at, name, worker, values]
  summary: null, // the server's last `summary` of this run
  text: null, // the plain text of this run, once it has ended
  before: null, // the run before this one, as GET /api/runs lists it, once this one has ended
  compareChoice: null, // {run, with}: which run a person wants beside that run, null for none
  other: null, // the run to compare with: what comparison.js makes of its record, or {run, problem}
  route: { opened: null, comparing: [] }, // which view the URL names, as route.js has it
  kept: null, // the kept run that is opened: {number, run, rows, samples, summary, text}, or {number, problem}
  replay: { at: Infinity, isPlaying: false, since: 0, speed: 1 }, // how far its replay is, as replay.js has it
  compared: null, // the runs beside each other: {key, report, runs}, or {key, problem}
  asked: { page: 1, sort: "-number", q: "" }, // which page of the history
  listed: null, // the page that came last: {runs, total, page, size, asked}
  listProblem: "", // why there is none
  chosen: [], // numbers of the runs to compare, in the order in which they were chosen
  renaming: null, // number of the run whose label is being typed
  deleted: [], // [{number, undo}]: runs that can be brought back
  settings: {}, // the form, as typed
  typed: null, // the form, complete and typed by the server; null while it holds an error
  forecast: null, // the server's forecast for the form
  fieldErrors: {}, // field name -> message
  launching: false, // Launch was pressed; the server's `state` has not come yet
  launchError: "",
  order: "service",
  gaugesShown: null, // true or false once a person has chosen; until then they show as soon as there is a run
  path: null, // the name of the only path that the timeline shows, null for all
  selected: null, // seq of the request shown in the readout
  pinned: false,
  view: null, // the part of the timeline that is shown, as view.js has it; null for all
  hoverTime: null, // seconds under the pointer; the gauge shows that moment
};
