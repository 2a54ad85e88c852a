// A kept run that is opened: its record in place of the live run's state, as it was at the moment of its replay.

import { api } from "./api.js";
import { runOfRecord } from "../model/words/comparison.js";
import { isRunning } from "../model/run/status.js";
import { runningSeconds } from "./live.js";
import { createMoment, endOf } from "../model/run/moment.js";
import { createQuestion } from "./question.js";
import { AT_END, momentOf } from "../model/run/replay.js";

/** What is shown until the record is here, or in its place: a sentence and nothing else. */
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

/** The record as the store keeps it. */
function keptOf(number, record, phases) {
  const { state, gauges, summary } = record;
  if (isRunning(state)) {
    return {
      number,
      isRunning: true,
      problem: `Run #${number} is still going. It can be opened when it has ended.`,
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

/** Wires the store's `kept` to the view that the URL names. */
export function createOpenedRun(store) {
  const then = createMoment();
  let seen = null; // the live run's state when the record was asked for last

  const fetchText = createQuestion(
    api.text,
    (text, number) => keep(number, { text }),
    (problem, number) => keep(number, { text: `(${problem.message})` }),
  );
  const fetchRun = createQuestion(api.keptRun, (record, number) => {
    seen = store.get().run;
    store.set({ kept: keptOf(number, record, store.get().options.phases), replay: AT_END });
    if (!store.get().kept.problem) fetchText(number);
  }, (problem, number) => store.set({ kept: { number, problem: problem.message } }));

  function keep(number, patch) {
    const { kept } = store.get();
    if (kept?.number === number) store.set({ kept: { ...kept, ...patch } });
  }

  return {
    keep,

    /**
     * The state as the page shows it: that of the live run, or of the opened one, with {now, whole, moment, isOpened}.
     *
     * now: seconds since release while the run goes on, or null; whole: seconds that the axis has, null when it grows;
     * moment: {at} of the replay, or null; clock: seconds of this page.
     */
    shown(state, clock) {
      const { route: { opened: number }, kept, run, replay } = state;
      // It is the live run as long as it goes on.
      const wanted = isRunning(run) && run.history_id === number ? null : number;
      // A run is told of as over before it is kept: what is said to be going is asked for again with every news.
      if (kept?.isRunning && run !== seen) {
        seen = run;
        fetchRun(null);
      }
      fetchRun(wanted);
      if (wanted === null) {
        fetchText(null);
        return {
          ...state,
          now: runningSeconds(state, clock),
          whole: null,
          moment: null,
          isOpened: false,
        };
      }
      if (kept?.number !== number) return instead(state, number, `Opening run #${number}…`);
      if (kept.problem) return instead(state, number, kept.problem);
      const at = momentOf(replay, kept.end, clock);
      // The text tells the end of every request, so it comes with the end.
      const text = at >= kept.end ? kept.text : null;
      return { ...state, ...then(kept, at), text, moment: { at }, isOpened: true };
    },
  };
}
