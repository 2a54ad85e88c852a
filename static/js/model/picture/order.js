// Pure: the order of the rows, and where the batches lie in it.

/** @import { Arrangement, Extent } from "../../types/picture.d.ts" */
/** @import { Batch, Request } from "../../types/run.d.ts" */

import { inLanes } from "./lanes.js";

const STAGE = 1e7; // seconds; more than any run has

/**
 * A number that is smaller for a row that comes earlier.
 *
 * @param {Request} row
 */
function serviceRank(row) {
  if (row.executingAt !== null) return row.executingAt;
  if (row.waitingAt !== null) return STAGE + row.waitingAt;
  if (row.handlingAt !== null) return 2 * STAGE + row.handlingAt;
  return 3 * STAGE;
}

/**
 * Rows in order of service: who got the database first, then who has waited longest for it.
 *
 * @param {Request[]} rows
 */
export function byService(rows) {
  /** @type {number[]} */
  const ranks = [];
  for (const row of rows) ranks[row.seq] = serviceRank(row);
  return rows.toSorted((a, b) => ranks[a.seq] - ranks[b.seq] || a.seq - b.seq);
}

/**
 * Rows in order of sending.
 *
 * @param {Request[]} rows
 */
export function bySending(rows) {
  return rows.slice().sort((a, b) => a.seq - b.seq);
}

/**
 * @param {(rows: Request[]) => Request[]} arrange
 * @returns {(rows: Request[]) => Arrangement}
 */
const oneEach = (arrange) => (rows) => ({ ordered: arrange(rows), lines: null, groups: [] });

/** @type {Record<string, { title: string, arrange(rows: Request[], isGreenlets: boolean): Arrangement }>} */
export const ORDERS = {
  service: { title: "rows in service order", arrange: oneEach(byService) },
  sending: { title: "rows in send order", arrange: oneEach(bySending) },
  lanes: { title: "worker lanes", arrange: inLanes },
};

/**
 * Position in `ordered` -> line, where lines hold several rows.
 *
 * @param {Request[][]} lines
 */
export function linesOf(lines) {
  return Int32Array.from(lines.flatMap((rows, line) => rows.map(() => line)));
}

/**
 * The line at which the row at a position in `ordered` is drawn.
 *
 * @param {{ lineOf: Int32Array | null }} picture
 * @param {number} position
 */
export function lineAt({ lineOf }, position) {
  return lineOf ? lineOf[position] : position;
}

/**
 * seq -> position, as an array with a hole at 0.
 *
 * @param {Request[]} ordered
 */
export function positionsOf(ordered) {
  const last = ordered.reduce((most, { seq }) => Math.max(most, seq), 0); // some may be left out
  const positions = new Int32Array(last + 1).fill(-1);
  ordered.forEach((row, position) => {
    positions[row.seq] = position;
  });
  return positions;
}

/**
 * Where each batch lies among the rows: the batch with from (first position) and to (one past the last).
 *
 * Neighbours whose edges smear into each other are parted in the middle of the smear, so that no two overlap.
 *
 * @param {Batch[]} batches
 * @param {ArrayLike<number>} positions
 * @returns {Extent[]}
 */
export function batchExtents(batches, positions) {
  const extents = batches.map((batch) => {
    let from = Infinity;
    let to = -Infinity;
    for (const seq of batch.seqs ?? []) {
      const position = positions[seq] ?? -1;
      if (position < 0) continue;
      from = Math.min(from, position);
      to = Math.max(to, position + 1);
    }
    return { ...batch, from, to };
  }).filter((extent) => extent.to > extent.from);
  for (let k = 1; k < extents.length; k += 1) {
    const before = extents[k - 1];
    const after = extents[k];
    if (after.from >= before.to) continue;
    const parting = Math.round((after.from + before.to) / 2);
    before.to = Math.max(before.from + 1, parting);
    after.from = before.to;
    after.to = Math.max(after.to, after.from + 1);
  }
  return extents;
}

/**
 * The extents of batches that are only forecast: they follow each other from a row on.
 *
 * @param {Batch[]} batches
 * @returns {Extent[]}
 */
export function forecastExtents(batches) {
  let row = 0;
  return batches.map((batch) => {
    const from = row;
    row += batch.count;
    return { ...batch, from, to: row };
  });
}
