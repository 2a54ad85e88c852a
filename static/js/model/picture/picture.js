// Pure: the state -> everything the timeline draws. An export or a replay makes the same picture from a list of marks.

/** @import { Extent, Picture, View } from "../../types/picture.d.ts" */
/** @import { Forecast, Request, Summary } from "../../types/run.d.ts" */

import { isOver } from "../run/status.js";
import { batchExtents, forecastExtents, linesOf, ORDERS, positionsOf } from "./order.js";
import { remembered } from "../../lib/remember.js";

/** @typedef {{ rows: Request[], summary: Summary | null }} Other a run to compare with */
/**
 * What a picture is made of. requests, forecast: those of the run, or of the form while there is no run; now: seconds
 * since release while the run goes on; selected: seq; isGreenlets: whether a worker serves with them; end: seconds that
 * the axis has to reach at least; whole: those that it has exactly.
 *
 * @typedef {{
 *   status: string,
 *   rows: Request[],
 *   order: string,
 *   requests: number,
 *   forecast: Forecast | null,
 *   summary: Summary | null,
 *   now: number | null,
 *   selected: number | null,
 *   pinned: boolean,
 *   hoverTime?: number | null,
 *   isGreenlets?: boolean,
 *   other?: Other | null,
 *   end?: number,
 *   whole?: number | null,
 *   view?: View | null,
 * }} Parts
 */

const ROOM_AFTER_NOW = 1.05;
export const ROOM_AFTER_END = 1.015;

/**
 * The last second of the time axis.
 *
 * @param {{ status: string, now: number | null, total?: number, forecast?: Forecast | null }} run
 */
export function axisEnd({ status, now, total, forecast }) {
  if (status === "running" || status === "starting") {
    const passed = (now ?? 0) > (forecast?.total_seconds ?? 0);
    const promised = (passed ? forecast?.high_seconds : forecast?.total_seconds) ?? 0;
    return Math.max(promised, (now ?? 0) * ROOM_AFTER_NOW, 0.1);
  }
  if (total) return total * ROOM_AFTER_END;
  return (forecast?.total_seconds || 1) * ROOM_AFTER_END;
}

/**
 * The forecast batches of which something is still to come.
 *
 * @param {Forecast | null | undefined} forecast
 * @param {number} done
 */
export function unfinished(forecast, done) {
  return forecastExtents(forecast?.batches ?? []).filter((extent) => extent.to > done);
}

/**
 * When the latest of all marks was made.
 *
 * @param {Request[]} rows
 */
export function lastMark(rows) {
  let latest = 0;
  for (const { marks } of rows) {
    if (marks.length > 0) latest = Math.max(latest, marks[marks.length - 1].at);
  }
  return latest;
}

/**
 * The rows at which a batch begins: of the batches that are over, then of those that are forecast.
 *
 * @param {Extent[]} batches
 * @param {Extent[]} expected
 * @param {number} rowCount
 */
function breaksOf(batches, expected, rowCount) {
  const after = batches.at(-1)?.to ?? 0;
  const toCome = expected.map((batch) => batch.from).filter((from) => from > after);
  const starts = [...batches.map((batch) => batch.from), after, ...toCome];
  return [...new Set(starts)].filter((start) => start > 0 && start < rowCount);
}

/** @param {Request[]} rows */
function doneTimesOf(rows) {
  /** @type {number[]} */
  const times = [];
  for (const row of rows) {
    if (row.outcome === "done" && row.end !== null) times.push(row.end);
  }
  return Float64Array.from(times).sort();
}

/**
 * Where the axis of a run that is over ends.
 *
 * @param {Other | null} other
 */
function otherEnd(other) {
  return (other?.summary?.total_seconds ?? 0) * ROOM_AFTER_END;
}

/**
 * The count of ascending times, as a series.
 *
 * @param {Float64Array} times
 */
function countOf(times) {
  return { times, values: times.map((_, k) => k + 1) };
}

/**
 * Returns a function that makes pictures and keeps the parts that did not change since the last one.
 *
 * @returns {(parts: Parts) => Picture}
 */
export function createPainter() {
  const arrange = remembered((
    /** @type {Request[]} */ rows,
    /** @type {string} */ order,
    /** @type {boolean} */ isGreenlets,
  ) => ORDERS[order].arrange(rows, isGreenlets));
  const place = remembered(positionsOf);
  const extend = remembered(batchExtents);
  const lineUp = remembered(linesOf);
  const finish = remembered(doneTimesOf);
  const countDone = remembered(countOf);
  const completionsOf = remembered((/** @type {Request[]} */ others) => {
    const times = doneTimesOf(others);
    return { doneTimes: times, doneSeries: countOf(times), requests: others.length };
  });
  const latestOf = remembered(lastMark);

  return function paint({
    status,
    rows,
    order,
    requests,
    forecast,
    summary,
    now,
    selected,
    pinned,
    hoverTime = null,
    isGreenlets = false,
    other = null,
    end = 0,
    whole = null,
    view = null,
  }) {
    const { ordered, lines, groups } = arrange(rows, order, isGreenlets);
    const positions = place(ordered);
    const isFinished = isOver({ status });
    const batches = order === "service" && summary ? extend(summary.batches, positions) : [];
    const doneTimes = finish(rows);
    const latest = now ?? latestOf(rows);
    const total = isFinished ? summary?.total_seconds || latest : 0;
    const rowCount = lines && lines.length > 0 ? lines.length : Math.max(requests, rows.length);
    const expected = (isFinished || lines) && rows.length > 0
      ? []
      : unfinished(forecast, summary?.done ?? 0);
    return {
      status,
      now,
      ordered,
      positions,
      lines,
      lineOf: lines && lineUp(lines),
      groups,
      order,
      rowCount,
      breaks: order === "service" ? breaksOf(batches, expected, rowCount) : [],
      requests,
      batches,
      batchEnds: summary?.batches ?? [],
      expected,
      forecast,
      doneTimes,
      doneSeries: countDone(doneTimes),
      hasFailures: (summary?.failed ?? 0) > 0,
      edge: latest,
      other: other && completionsOf(other.rows),
      end: whole ?? Math.max(axisEnd({ status, now, total, forecast }), end, otherEnd(other)),
      selected: selected === null ? -1 : positions[selected] ?? -1,
      pinned,
      hoverTime,
      view,
    };
  };
}
