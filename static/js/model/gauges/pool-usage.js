// Pure: who holds the pool's connections at a moment.

/** @import { Request, Target } from "../../types/run.d.ts" */

import { phaseAt, WITH_CONNECTION } from "../run/fold.js";

/**
 * Counts at a time: {out, waiting, byWorker: Map pid -> connections out}.
 *
 * @param {Request[]} rows
 * @param {number} seconds
 */
export function poolUsage(rows, seconds) {
  const byWorker = new Map();
  let out = 0;
  let waiting = 0;
  for (const row of rows) {
    const phase = phaseAt(row, seconds);
    if (phase === "waiting") waiting += 1;
    if (!WITH_CONNECTION.has(phase)) continue;
    out += 1;
    byWorker.set(row.worker, (byWorker.get(row.worker) ?? 0) + 1);
  }
  return { out, waiting, byWorker };
}

/**
 * A count of connections as the pool can have it: a worker stamps the end of one use and the start of the next a moment
 * apart, so a count of marks may for that moment say one more than there are.
 *
 * @param {number} count
 * @param {number | null} capacity
 */
export function withinCapacity(count, capacity) {
  return capacity === null ? count : Math.min(count, capacity);
}

/**
 * The most connections that were out at once in the whole run.
 *
 * @param {Request[]} rows
 */
export function peakUsage(rows) {
  const changes = [];
  for (const row of rows) {
    for (const { phase, from, to } of row.spans) {
      if (WITH_CONNECTION.has(phase)) changes.push([from, 1], [to ?? Infinity, -1]);
    }
  }
  // At one instant a connection is given back before the next one is taken.
  changes.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let out = 0;
  let most = 0;
  for (const [, change] of changes) {
    out += change;
    most = Math.max(most, out);
  }
  return most;
}

/**
 * The worker pids to draw: those of the target, else those that rows tell of.
 *
 * @param {Target | null | undefined} target
 * @param {Request[]} rows
 */
export function workersOf(target, rows) {
  if (target?.pids?.length) return target.pids;
  return [...new Set(rows.map((row) => row.worker).filter(Boolean))].sort((a, b) => a - b);
}
