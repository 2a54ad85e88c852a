// Pure: a finished run as it was known at a moment of it.

/** @import { Phase, Request, Sample, Summary } from "../../types/run.d.ts" */
/** @import { Replay } from "../../types/page.d.ts" */

import { count } from "../words/describe.js";
import { PHASES, rowOf } from "./fold.js";

/** @typedef {Record<Phase, number>} Counts requests by phase */

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];
export const NOTCHES = 1000; // of the scrubber, over the whole run

/** Where a replay begins: the whole run, and nothing moves. */
export const AT_END = { at: Infinity, isPlaying: false, since: 0, speed: 1 };

/**
 * The moment that a replay has come to, at most `end`; at, end: seconds of the run; clock: of this page.
 *
 * @param {Replay} replay
 * @param {number} end
 * @param {number} clock
 */
export function momentOf({ at, isPlaying, since, speed }, end, clock) {
  return Math.min(end, isPlaying ? at + (clock - since) * speed : at);
}

/**
 * The replay after Play or Pause; from its end it starts anew.
 *
 * @param {Replay} replay
 * @param {number} end
 * @param {number} clock
 */
export function toggled(replay, end, clock) {
  const at = momentOf(replay, end, clock);
  if (replay.isPlaying) return { ...replay, at, isPlaying: false };
  return { ...replay, at: at >= end ? 0 : at, isPlaying: true, since: clock };
}

/**
 * The replay at another moment, or at another speed from the moment it has come to; it goes on if it did.
 *
 * @param {Replay} replay
 * @param {number} at
 * @param {number} clock
 */
export function moved(replay, at, clock) {
  return { ...replay, at, since: clock };
}

/**
 * Returns a function (rows, seconds) -> the rows as they were known then. What did not change stays the same object.
 *
 * @returns {(rows: Request[], seconds: number) => Request[]}
 */
export function createRewinder() {
  /** @type {Request[] | null} */
  let whole = null;
  /** @type {number[]} */
  let counts = []; // marks of each row that are known
  /** @type {Request[]} */
  let known = [];
  return (rows, seconds) => {
    if (rows !== whole) {
      whole = rows;
      counts = rows.map(() => -1);
      known = rows.slice();
    }
    /** @type {Request[] | null} */
    let next = null;
    rows.forEach((row, k) => {
      const { marks } = row;
      let number = Math.max(0, counts[k]);
      while (number < marks.length && marks[number].at <= seconds) number += 1;
      while (number > 0 && marks[number - 1].at > seconds) number -= 1;
      if (number === counts[k]) return;
      counts[k] = number;
      next ??= known.slice();
      next[k] = number === marks.length ? row : rowOf(row.seq, marks.slice(0, number));
    });
    known = next ?? known;
    return known;
  };
}

/**
 * How many requests are in each phase; those without a mark are queued.
 *
 * @param {Request[]} rows
 * @param {number} requests
 * @returns {Counts}
 */
export function countsOf(rows, requests) {
  const counts = /** @type {Counts} */ (Object.fromEntries(PHASES.map((phase) => [phase, 0])));
  for (const row of rows) counts[row.outcome ?? row.marks.at(-1)?.phase ?? "queued"] += 1;
  counts.queued += requests - rows.length;
  return counts;
}

/** @type {[Phase, string][]} */
const WORDS = [
  ["failed", "failed"],
  ["executing", "executing"],
  ["handling", "in Python"],
  ["connecting", "opening a connection"],
  ["holding", "holding an idle connection"],
  ["responding", "responding"],
  ["waiting", "waiting for a connection"],
  ["thread-queued", "waiting for a thread"],
  ["queued", "waiting for a worker"],
];

/**
 * "45 of 100 done · 15 executing · 40 waiting for a connection", as the server says it of a run that goes on.
 *
 * @param {Counts} counts
 * @param {number} requests
 */
export function runningSentence(counts, requests) {
  const parts = WORDS.filter(([phase]) => counts[phase] > 0).map(([phase, words]) =>
    `${counts[phase]} ${words}`
  );
  return [`${counts.done} of ${requests} done`, ...parts].join(" · ");
}

/**
 * The summary of a run as it was at a moment; rows: those known then.
 *
 * A batch is there when the last of its requests was done: before that nobody could have said how large it is. What
 * the server says only of a whole run, like its diagnosis, is left out.
 *
 * @param {Summary} summary
 * @param {Request[]} rows
 * @param {number} seconds
 * @returns {Summary}
 */
export function summaryAt({ run, requests, batches, picture, app }, rows, seconds) {
  const counts = countsOf(rows, requests);
  return {
    run,
    requests,
    counts,
    picture,
    app,
    sentence: runningSentence(counts, requests),
    done: counts.done,
    failed: counts.failed,
    total_seconds: rows.reduce((latest, { end }) => Math.max(latest, end ?? 0), 0),
    batches: batches.filter(({ at }) => at <= seconds),
    paths: [],
    failures: [],
    diagnosis: null,
  };
}

/**
 * The samples of the gauges that were taken by then.
 *
 * @param {Sample[]} samples
 * @param {number} seconds
 */
export function samplesAt(samples, seconds) {
  return samples.filter(([at]) => at <= seconds);
}

/**
 * What the scrubber says: "5.10 s of 14.2 s, 15 of 100 requests done".
 *
 * @param {number} at
 * @param {number} end
 * @param {Pick<Summary, "done" | "requests">} summary
 */
export function momentWords(at, end, { done, requests }) {
  return `${at.toFixed(2)} s of ${end.toFixed(2)} s, ${done} of ${count(requests, "request")} done`;
}
