// Pure: the state -> everything the timeline draws. An export or a replay makes the same picture from a list of marks.

import { batchExtents, forecastExtents, ORDERS, positionsOf } from "./order.js";

const ROOM_AFTER_NOW = 1.05;
const ROOM_AFTER_END = 1.015;

/** Remembers the last result of a function, for arguments that are the same objects as before. */
export function remembered(compute) {
  let last = null;
  let result;
  return (...args) => {
    if (last === null || args.some((arg, k) => !Object.is(arg, last[k]))) {
      result = compute(...args);
      last = args;
    }
    return result;
  };
}

/** The last second of the time axis. */
export function axisEnd({ status, now, total, forecast }) {
  if (status === "running" || status === "starting") {
    const passed = now > (forecast?.total_seconds ?? 0);
    const promised = (passed ? forecast?.high_seconds : forecast?.total_seconds) ?? 0;
    return Math.max(promised, (now ?? 0) * ROOM_AFTER_NOW, 0.1);
  }
  if (total) return total * ROOM_AFTER_END;
  return (forecast?.total_seconds || 1) * ROOM_AFTER_END;
}

/** The forecast batches of which something is still to come. */
export function unfinished(forecast, done) {
  return forecastExtents(forecast?.batches ?? []).filter((extent) => extent.to > done);
}

/** When the latest of all marks was made. */
function lastMark(rows) {
  return rows.reduce((latest, row) => Math.max(latest, row.marks.at(-1)?.at ?? 0), 0);
}

/** The rows at which a batch begins: of the batches that are over, then of those that are forecast. */
function breaksOf(batches, ghost, rowCount) {
  const after = batches.at(-1)?.to ?? 0;
  const toCome = ghost.map((batch) => batch.from).filter((from) => from > after);
  const starts = [...batches.map((batch) => batch.from), after, ...toCome];
  return [...new Set(starts)].filter((start) => start > 0 && start < rowCount);
}

function doneTimes(rows) {
  return Float64Array.from(rows.filter((row) => row.outcome === "done"), (row) => row.end).sort();
}

/** Returns a function that makes pictures and keeps the parts that did not change since the last one. */
export function createPainter() {
  const arrange = remembered((rows, order) => ORDERS[order].arrange(rows));
  const place = remembered((ordered) => positionsOf(ordered));
  const extend = remembered((batches, positions) => batchExtents(batches, positions));
  const finish = remembered(doneTimes);
  const latestOf = remembered(lastMark);

  /**
   * requests, forecast: those of the run, or of the form while there is no run; now: seconds since release while the
   * run goes on, otherwise null; selected: seq or null.
   */
  return function paint({ status, rows, order, requests, forecast, summary, now, selected, pinned }) {
    const ordered = arrange(rows, order);
    const positions = place(ordered);
    const isOver = ["done", "cancelled", "failed"].includes(status);
    const batches = order === "service" && summary ? extend(summary.batches, positions) : [];
    const latest = latestOf(rows);
    const total = isOver ? summary?.total_seconds || latest : 0;
    const rowCount = Math.max(requests, rows.length);
    const ghost = isOver && rows.length > 0 ? [] : unfinished(forecast, summary?.done ?? 0);
    return {
      status,
      now,
      ordered,
      positions,
      order,
      rowCount,
      breaks: order === "service" ? breaksOf(batches, ghost, rowCount) : [],
      requests,
      batches,
      batchEnds: summary?.batches ?? [],
      ghost,
      forecast,
      doneTimes: finish(rows),
      edge: latest,
      end: axisEnd({ status, now, total, forecast }),
      selected: selected === null ? -1 : positions[selected] ?? -1,
      pinned,
    };
  };
}
