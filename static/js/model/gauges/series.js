// Pure: quantities that change in steps. A series holds values[k] from times[k] until times[k + 1], and 0 before the first.

/** @import { Lateness, Series } from "../../types/picture.d.ts" */
/** @import { Request, Sample } from "../../types/run.d.ts" */

import { countUntil } from "../../lib/search.js";

/** @typedef {{ times: number[], values: number[] }} Steps a series that is still written to */
/**
 * Time in pixels, as the timeline has it.
 *
 * @typedef {{ from: number, to: number, left: number, x(seconds: number): number }} Scale
 */

/** @param {Sample[]} samples */
function ascending(samples) {
  const isSorted = samples.every(([at], k) => k === 0 || samples[k - 1][0] <= at);
  return isSorted ? samples : samples.toSorted((a, b) => a[0] - b[0]);
}

/**
 * One value of a gauge's samples, each [at, name, worker, values]; `worker` null: of any. A state left out is 0.
 *
 * @param {Sample[]} samples
 * @param {string} name
 * @param {string} value
 * @param {number | null} worker
 * @returns {Steps}
 */
export function sampleSeries(samples, name, value, worker = null) {
  const own = ascending(
    samples.filter((sample) => sample[1] === name && (worker === null || sample[2] === worker)),
  );
  return { times: own.map(([at]) => at), values: own.map((sample) => sample[3][value] ?? 0) };
}

/**
 * Returns the series of a count that changes: [[at, change]] in any order.
 *
 * @param {[number, number][]} changes
 * @returns {Steps}
 */
function seriesOfChanges(changes) {
  /** @type {number[]} */
  const times = [];
  /** @type {number[]} */
  const values = [];
  let count = 0;
  for (const [at, change] of changes.sort((a, b) => a[0] - b[0])) {
    count += change;
    if (times.at(-1) === at) values[values.length - 1] = count;
    else {
      times.push(at);
      values.push(count);
    }
  }
  return { times, values };
}

/**
 * How many rows are in one of some phases; `worker` null: of any worker and of none.
 *
 * @param {Request[]} rows
 * @param {ReadonlySet<string | null>} phases
 * @param {number | null} worker
 * @returns {Steps}
 */
export function rowSeries(rows, phases, worker = null) {
  /** @type {number[]} */
  const begins = [];
  /** @type {number[]} */
  const ends = [];
  for (const row of rows) {
    if (worker !== null && row.worker !== worker) continue;
    for (const span of row.spans) {
      if (!phases.has(span.phase)) continue;
      begins.push(span.from);
      if (span.to !== null) ends.push(span.to);
    }
  }
  return countBetween(Float64Array.from(begins).sort(), Float64Array.from(ends).sort());
}

/**
 * How many have begun and not ended, from both times in ascending order.
 *
 * @param {Float64Array} begins
 * @param {Float64Array} ends
 * @returns {Steps}
 */
function countBetween(begins, ends) {
  /** @type {number[]} */
  const times = [];
  /** @type {number[]} */
  const values = [];
  for (let k = 0, j = 0; k < begins.length || j < ends.length;) {
    const at = Math.min(begins[k] ?? Infinity, ends[j] ?? Infinity);
    while (begins[k] === at) k += 1;
    while (ends[j] === at) j += 1;
    if (values.at(-1) === k - j) continue;
    times.push(at);
    values.push(k - j);
  }
  return { times, values };
}

/**
 * The sum of several series.
 *
 * @param {Steps[]} several
 * @returns {Steps}
 */
export function summed(several) {
  if (several.length === 1) return several[0];
  /** @type {[number, number][]} */
  const changes = [];
  for (const { times, values } of several) {
    times.forEach((at, k) => changes.push([at, values[k] - (values[k - 1] ?? 0)]));
  }
  return seriesOfChanges(changes);
}

/**
 * The samples' series, and the other one wherever no sample came for `pause` seconds: a worker whose loop is held tells
 * nothing of itself, and is not to be shown as it was before.
 *
 * @param {Steps} sampled
 * @param {Steps} known
 * @param {number} pause
 * @returns {Steps}
 */
export function filled(sampled, known, pause) {
  /** @type {number[]} */
  const times = [];
  /** @type {number[]} */
  const values = [];
  /**
   * @param {number} at
   * @param {number} value
   */
  const push = (at, value) => {
    times.push(at);
    values.push(value);
  };
  for (let k = -1; k < sampled.times.length; k += 1) {
    const at = k < 0 ? -pause : sampled.times[k];
    const next = sampled.times[k + 1] ?? Infinity;
    if (k >= 0) push(at, sampled.values[k]);
    if (next - at <= pause) continue;
    if (k >= 0) push(at + pause, valueAt(known, at + pause));
    for (let j = indexAt(known.times, at + pause) + 1; known.times[j] < next; j += 1) {
      push(known.times[j], known.values[j]);
    }
  }
  return { times, values };
}

/**
 * The index of the last change that is not after a time, -1 when all are.
 *
 * @param {ArrayLike<number>} times
 * @param {number} at
 */
const indexAt = (times, at) => countUntil(times, at) - 1;

/**
 * @param {Series} series
 * @param {number} at
 */
export function valueAt({ times, values }, at) {
  return values[indexAt(times, at)] ?? 0;
}

/** @param {Series} series */
export function largest({ values }) {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/**
 * The corners of a series drawn as steps from the scale's left edge until a time: [[x, value]].
 *
 * Changes within half a pixel melt into one riser that reaches from their lowest to their highest value.
 *
 * @param {Series} series
 * @param {Scale} scale
 * @param {number} until
 * @returns {[number, number][]}
 */
export function corners(series, scale, until) {
  const { times, values } = series;
  const end = Math.min(until, scale.to);
  if (end < scale.from) return [];
  let value = valueAt(series, scale.from);
  /** @type {[number, number][]} */
  const points = [[scale.left, value]];
  for (let k = indexAt(times, scale.from) + 1; k < times.length && times[k] <= end;) {
    const x = Math.round(scale.x(times[k]) * 2) / 2;
    points.push([x, value]);
    let low = value;
    let high = value;
    for (
      ;
      k < times.length && times[k] <= end && Math.round(scale.x(times[k]) * 2) / 2 === x;
      k += 1
    ) {
      value = values[k];
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    points.push([x, low], [x, high], [x, value]);
  }
  points.push([scale.x(end), value]);
  return points;
}

/**
 * How late workers' loops were: each sample says that a beat due at `from` came at `to`, so the lateness grew from 0.
 *
 * Returns [{from, to}] in seconds; the lateness at a time between them is the time since `from`.
 *
 * @param {Sample[]} samples
 * @returns {Lateness[]}
 */
export function ramps(samples) {
  return samples.filter((sample) => sample[1] === "loop").map(([at, , , { lag }]) => ({
    from: at - lag,
    to: at,
  }));
}

/**
 * The lateness at a time, the largest over the workers.
 *
 * @param {Lateness[]} lates
 * @param {number} at
 */
export function latenessAt(lates, at) {
  return lates.reduce(
    (most, { from, to }) => (from <= at && at <= to ? Math.max(most, at - from) : most),
    0,
  );
}

/** @param {Lateness[]} lates */
export function latest(lates) {
  return lates.reduce((most, { from, to }) => Math.max(most, to - from), 0);
}
