// Pure: rows -> lanes. A lane holds requests that one thread served one after another, or that greenlets could have.

/** @import { Arrangement } from "../../types/picture.d.ts" */
/** @import { Request } from "../../types/run.d.ts" */

import { count } from "../words/describe.js";

/**
 * When a worker began with a request, or null while none has: its first span that is not `queued`.
 *
 * @param {Request} row
 */
export function beganAt(row) {
  return row.handlingAt ?? row.spans.find(({ phase }) => phase !== "queued")?.from ?? null;
}

/**
 * The request of a lane that goes on at a time, or the nearest before it, or the first.
 *
 * @param {Request[]} rows
 * @param {number} seconds
 * @returns {Request | undefined}
 */
export function inLaneAt(rows, seconds) {
  return rows.findLast((row) => (beganAt(row) ?? 0) <= seconds) ?? rows[0];
}

/**
 * Packs intervals into the fewest lanes without overlap: returns the lane of each, by its place in the argument.
 *
 * intervals: [{from, to}] in order of `from`. Each takes the lowest lane that is free by then.
 *
 * @param {{ from: number, to: number }[]} intervals
 */
export function pack(intervals) {
  const ending = intervals.map((_, k) => k).sort((a, b) => intervals[a].to - intervals[b].to);
  const lanes = new Int32Array(intervals.length);
  /** @type {number[]} */
  const free = []; // descending, so that the lowest is popped
  let used = 0;
  let ended = 0;
  intervals.forEach(({ from }, k) => {
    // What ends at once where it begins is not placed yet when its own turn comes.
    for (; ending[ended] < k && intervals[ending[ended]].to <= from; ended += 1) {
      const lane = lanes[ending[ended]];
      const place = free.findLastIndex((other) => other > lane) + 1;
      free.splice(place, 0, lane);
    }
    lanes[k] = free.pop() ?? used++;
  });
  return lanes;
}

/**
 * @param {Request[]} rows
 * @param {boolean} isGreenlets
 */
function lanesOfWorker(rows, isGreenlets) {
  const began = rows.map((row) => ({ row, from: beganAt(row) ?? 0 }))
    .sort((a, b) => a.from - b.from || a.row.seq - b.row.seq);
  const inTime = began.map(({ row }) => row);
  const isNumbered = !isGreenlets && inTime.every((row) => row.lane > 0);
  const lanes = isNumbered
    ? inTime.map((row) => row.lane)
    : pack(began.map(({ row, from }) => ({ from, to: row.end ?? Infinity })));
  /** @type {Map<number, Request[]>} */
  const byLane = new Map();
  inTime.forEach((row, k) => byLane.set(lanes[k], [...(byLane.get(lanes[k]) ?? []), row]));
  return [...byLane].sort((a, b) => a[0] - b[0]).map(([, own]) => own);
}

/**
 * @param {number} pid
 * @param {Request[]} rows
 * @param {Request[][]} lanes
 * @param {boolean} isGreenlets
 */
function headingOf(pid, rows, lanes, isGreenlets) {
  const requests = count(rows.length, "request");
  if (!pid) return `no worker: ${requests}`;
  const width = isGreenlets
    ? `, at most ${lanes.length.toLocaleString("en-US")} at once`
    : ` in ${count(lanes.length, "thread")}`;
  return `pid ${pid}: ${requests}${width}`;
}

/**
 * Returns the rows in lanes, by worker: {ordered, lines, groups}.
 *
 * lines: the rows of each lane, in order of time; groups: [{from, to, first, heading}], a worker's lanes from line `from`
 * to before `to`, its first request at `first` of `ordered`. Requests that no worker has had share the last line.
 *
 * @param {Request[]} rows
 * @param {boolean} isGreenlets
 * @returns {Arrangement}
 */
export function inLanes(rows, isGreenlets) {
  const byWorker = Map.groupBy(rows, (row) => (beganAt(row) === null ? 0 : row.worker));
  const workers = [...byWorker].sort(([a], [b]) => (a || Infinity) - (b || Infinity));
  /** @type {Request[][]} */
  const lines = [];
  const groups = [];
  let first = 0;
  for (const [pid, own] of workers) {
    const lanes = pid === 0 ? [own] : lanesOfWorker(own, isGreenlets);
    const from = lines.length;
    for (const lane of lanes) lines.push(lane);
    groups.push({
      from,
      to: lines.length,
      first,
      heading: headingOf(pid, own, lanes, isGreenlets),
    });
    first += own.length;
  }
  return { ordered: lines.flat(), lines, groups };
}
