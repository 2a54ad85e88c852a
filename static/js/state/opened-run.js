// A kept run that is opened: its record in place of the live run's state, as it was at the moment of its replay.

/** @import { OpenedRun, Page, PageState, ShownState } from "../types/page.d.ts" */
/** @import { Phase, RunRecord } from "../types/run.d.ts" */

import { createMoment, endOf } from "../model/run/moment.js";
import { AT_END, momentOf } from "../model/run/replay.js";
import { isRunning } from "../model/run/status.js";
import { runOfRecord } from "../model/words/comparison.js";
import { api } from "./api.js";
import { runningSeconds } from "./live.js";
import { createQuestion } from "./question.js";

/**
 * What is shown until the record is here, or in its place: a sentence and nothing else.
 *
 * @param {PageState} state
 * @param {number} number
 * @param {string} sentence
 * @returns {ShownState}
 */
function instead(state, number, sentence) {
  const run = `#${number}`;
  const { settings } = state;
  return {
    ...state,
    run: {
      run,
      status: "opening",
      settings,
      forecast: null,
      target: null,
      error: null,
      notes: [],
      marks_lost: 0,
    },
    rows: [],
    samples: [],
    text: null,
    summary: {
      run,
      sentence,
      counts: {},
      requests: Number(settings.requests) || 1,
      done: 0,
      failed: 0,
      total_seconds: 0,
      batches: [],
      failures: [],
      diagnosis: null,
    },
    now: null,
    whole: null,
    moment: null,
    isOpened: true,
  };
}

/**
 * The record as the store keeps it.
 *
 * @param {number} number
 * @param {RunRecord} record
 * @param {Phase[]} phases
 * @returns {OpenedRun}
 */
function keptOf(number, record, phases) {
  const { state, gauges, summary } = record;
  if (isRunning(state)) {
    return {
      number,
      isRunning: true,
      problem: `Run #${number} is still in progress. You can open it when it finishes.`,
    };
  }
  const { rows } = runOfRecord(record, phases);
  return {
    number,
    run: state,
    rows,
    samples: gauges.samples,
    summary,
    end: endOf({ rows, summary }),
    text: null,
  };
}

/**
 * Wires the store's `kept` to the view that the URL names.
 *
 * @param {Pick<Page, "store" | "options">} page
 * @returns {Page["openedRun"]}
 */
export function createOpenedRun({ store, options }) {
  const then = createMoment();
  /** @type {PageState["run"]} the live run's state when the record was asked for last */
  let seen = null;

  /**
   * @param {number} number
   * @param {Partial<OpenedRun>} patch
   */
  function keep(number, patch) {
    const { kept } = store.get();
    if (kept?.number !== number) return;
    store.set({ kept: /** @type {OpenedRun} */ ({ ...kept, ...patch }) });
  }

  const fetchText = createQuestion(
    (/** @type {number} */ number) => api.text(number),
    (text, number) => keep(number, { text }),
    (problem, number) => keep(number, { text: `(${problem.message})` }),
  );
  const fetchRun = createQuestion(
    api.keptRun,
    (record, number) => {
      seen = store.get().run;
      const kept = keptOf(number, record, options.phases);
      store.set({ kept, replay: AT_END });
      if (!kept.problem) fetchText(number);
    },
    (problem, number) => store.set({ kept: { number, problem: problem.message } }),
  );

  return {
    /** Says of the opened run that its label has changed. */
    relabel(number, label) {
      const { kept } = store.get();
      if (kept && kept.problem === undefined) keep(number, { run: { ...kept.run, label } });
    },

    /** The state as the page shows it; clock: seconds of this page. */
    shown(state, clock) {
      const { route: { opened: number }, kept, run, replay } = state;
      // It is the live run as long as it goes on.
      const isLive = run !== null && isRunning(run) && run.history_id === number;
      const wanted = isLive ? null : number;
      // A run is told of as over before it is kept: what is said to be going is asked for again with every news.
      if (kept?.isRunning && run !== seen) {
        seen = run;
        fetchRun(null);
      }
      fetchRun(wanted);
      if (wanted === null) {
        fetchText(null);
        const now = runningSeconds(state, clock);
        return { ...state, now, whole: null, moment: null, isOpened: false };
      }
      if (kept?.number !== wanted) return instead(state, wanted, `Loading run #${wanted}…`);
      if (kept.problem !== undefined) return instead(state, wanted, kept.problem);
      const { end } = kept;
      const at = momentOf(replay, end, clock);
      // The text tells the end of every request, so it comes with the end.
      const text = at >= end ? kept.text : null;
      return { ...state, ...then(kept, at), text, moment: { at, end }, isOpened: true };
    },
  };
}
