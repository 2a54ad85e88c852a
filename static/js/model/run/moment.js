// Pure but for its memory: what the page shows of a finished run at a moment of its replay.

/** @import { Request, Run, Sample, Summary } from "../../types/run.d.ts" */
/** @import { ShownState } from "../../types/page.d.ts" */

import { lastMark, ROOM_AFTER_END } from "../picture/picture.js";
import { remembered } from "../../lib/remember.js";
import { createRewinder, samplesAt, summaryAt } from "./replay.js";

/**
 * A run that is over.
 *
 * @typedef {{
 *   run: Run,
 *   rows: Request[],
 *   samples: Sample[],
 *   summary: Summary,
 *   end: number,
 * }} Whole
 */

/**
 * When the replay of a run is over: at its last mark.
 *
 * @param {Pick<Whole, "rows" | "summary">} run
 */
export function endOf({ rows, summary }) {
  return Math.max(summary.total_seconds, lastMark(rows));
}

/**
 * Returns a function (run, seconds) -> the run as it was then: {run, rows, samples, summary, now, whole}.
 *
 * The argument has run (the `state` of its record), rows, samples, summary and end. now: seconds, null at the end;
 * whole: seconds that the time axis has, the same at every moment so that nothing slides.
 *
 * @returns {(whole: Whole, seconds: number) => Pick<ShownState, "run" | "rows" | "samples" | "summary" | "now" | "whole">}
 */
export function createMoment() {
  const rewind = createRewinder();
  const samplesThen = remembered(samplesAt);
  const summaryThen = remembered(summaryAt);
  return ({ run, rows, samples, summary, end }, seconds) => {
    const whole = end > 0 ? end * ROOM_AFTER_END : null;
    if (seconds >= end) return { run, rows, samples, summary, whole, now: null };
    const known = rewind(rows, seconds);
    return {
      // The marks that were lost were lost on the way to the record; in it they are restored.
      run: { ...run, status: "running", marks_lost: 0, error: null },
      rows: known,
      samples: samplesThen(samples, seconds),
      summary: summaryThen(summary, known, seconds),
      whole,
      now: seconds,
    };
  };
}
