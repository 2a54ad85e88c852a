// Pure: what a message of the server makes of the state. Each function returns the patch for the store.

/** @import { PageState } from "../types/page.d.ts" */
/** @import { Frame, Run, Sample, Summary } from "../types/run.d.ts" */

import { fold, PHASES } from "../model/run/fold.js";
import { newMarks } from "../model/run/frames.js";

/** What of the state is of one run, before anything of it is known. */
export const NOTHING_YET = {
  rows: [],
  held: 0,
  samples: [],
  summary: null,
  text: null,
  before: null,
  selected: null,
  pinned: false,
  hoverTime: null,
  view: null,
};

/**
 * A `state` message; `at`: seconds of this page's clock. Another run than before starts from nothing.
 *
 * @param {PageState} state
 * @param {Run} message
 * @param {number} at
 * @returns {Partial<PageState>}
 */
export function afterState(state, message, at) {
  const isAnother = message.run !== (state.run?.run ?? null);
  return { ...(isAnother ? NOTHING_YET : {}), run: message, runAt: at, launching: false };
}

/**
 * A `frame` message: a patch, or null when marks before it are missing and the page has to follow again.
 *
 * @param {PageState} state
 * @param {Frame} frame
 * @returns {Partial<PageState> | null}
 */
export function afterFrame(state, frame) {
  if (frame.run !== state.run?.run) return {};
  const marks = newMarks(frame, state.held, state.options?.phases ?? PHASES);
  if (marks === null) return null;
  return { rows: fold(state.rows, marks), held: state.held + marks.length };
}

/**
 * A `gauges` message: samples from an index on; those from 0 on start anew.
 *
 * @param {PageState} state
 * @param {{ run: string, index: number, samples: Sample[] }} message
 * @returns {Partial<PageState>}
 */
export function afterGauges(state, { run, index, samples }) {
  if (run !== state.run?.run) return {};
  return { samples: [...state.samples.slice(0, index), ...samples] };
}

/**
 * A `summary` message; one of another run than the one shown is late and is left out.
 *
 * @param {PageState} state
 * @param {Summary} summary
 * @returns {Partial<PageState>}
 */
export function afterSummary(state, summary) {
  return summary.run === state.run?.run ? { summary } : {};
}

/**
 * Seconds since release while the run goes on, or null; `at`: seconds of this page's clock.
 *
 * @param {PageState} state
 * @param {number} at
 */
export function runningSeconds(state, at) {
  const { run, runAt } = state;
  if (run?.status !== "running" || run.elapsed === null || run.elapsed === undefined) return null;
  return run.elapsed + (at - runAt);
}

/**
 * Seconds that the current step of starting has taken.
 *
 * @param {PageState} state
 * @param {number} at
 */
export function stepSeconds(state, at) {
  return (state.run?.step_seconds ?? 0) + (at - state.runAt);
}
