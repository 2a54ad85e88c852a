// Pure: the frames on the wire -> marks. A frame is a run of the mark log, column by column.

/** @import { Frame, Mark, Phase } from "../../types/run.d.ts" */

/**
 * Returns the marks of a frame; `phases` names the phase codes.
 *
 * @param {Frame} frame
 * @param {Phase[]} phases
 * @returns {Mark[]}
 */
export function marksOf(frame, phases) {
  return frame.seq.map((seq, offset) => ({
    seq,
    phase: phases[frame.phase[offset]],
    at: frame.at[offset],
    worker: frame.worker[offset],
    lane: frame.lane[offset],
    connection: frame.connection[offset],
    status: frame.status?.[offset] ?? 0,
    failure: frame.failure?.[offset] ?? "",
    message: frame.message?.[offset] ?? "",
    note: frame.note?.[offset] ?? "",
    timing: frame.timing?.[offset] ?? "",
  }));
}

/**
 * Returns the marks of a frame that are new to a reader who holds the first `held` marks of the log,
 * or null when some in between are missing and the reader has to follow again from where it is.
 *
 * @param {Frame} frame
 * @param {number} held
 * @param {Phase[]} phases
 */
export function newMarks(frame, held, phases) {
  if (frame.index > held) return null;
  return marksOf(frame, phases).slice(held - frame.index);
}
