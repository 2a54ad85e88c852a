// Pure: marks -> rows. A row is everything that is known about one request; it is derived from its marks alone.

/** @import { Mark, Phase, Request } from "../../types/run.d.ts" */

/** The phases in the order in which a request passes them; the server's options say the same. @type {Phase[]} */
export const PHASES = [
  "queued",
  "handling",
  "waiting",
  "connecting",
  "executing",
  "holding",
  "responding",
  "done",
  "failed",
  "unknown",
  "thread-queued",
];

const TERMINAL = new Set(["done", "failed"]);

/** The phases in which a request has a connection out of the pool. @type {ReadonlySet<string | null>} */
export const WITH_CONNECTION = new Set(["connecting", "executing", "holding"]);

/**
 * Among marks of one instant `queued` comes first and the end last; the others keep the order in which they came.
 *
 * @param {Phase} phase
 */
function tieRank(phase) {
  if (phase === "queued") return 0;
  return TERMINAL.has(phase) ? 2 : 1;
}

/**
 * @param {Mark} mark
 * @param {Mark} other
 */
function isBefore(mark, other) {
  return mark.at < other.at || (mark.at === other.at && tieRank(mark.phase) < tieRank(other.phase));
}

/**
 * Returns the marks with one more, in order of time: they arrive by two ways and not always in order.
 *
 * @param {Mark[]} marks
 * @param {Mark} mark
 */
function inserted(marks, mark) {
  let place = marks.length;
  while (place > 0 && isBefore(mark, marks[place - 1])) place -= 1;
  return marks.toSpliced(place, 0, mark);
}

/**
 * Derives a row from the marks of one request, in order of time.
 *
 * spans: [{phase, from, to}] in seconds since release; `to` is null in the last one while it is unfinished.
 * outcome: null | "done" | "failed"; end: seconds or null. word and message: why it failed.
 *
 * @param {number} seq
 * @param {Mark[]} marks
 * @returns {Request}
 */
export function rowOf(seq, marks) {
  /** @type {Request} */
  const row = {
    seq,
    marks,
    spans: [],
    outcome: null,
    end: null,
    status: "",
    word: "",
    message: "",
    worker: 0,
    lane: 0,
    connection: 0,
    executingAt: null,
    waitingAt: null,
    handlingAt: null,
  };
  for (const mark of marks) {
    row.worker ||= mark.worker;
    // An event loop gives each request a lane of its own; a thread that took it has one as well.
    if (!row.lane || row.spans.at(-1)?.phase === "thread-queued") row.lane = mark.lane || row.lane;
    row.connection = mark.connection || row.connection;
    // What is stamped after the end (a target that tidies up late) says nothing about the response.
    if (row.outcome) continue;
    const last = row.spans.at(-1);
    if (last) last.to = mark.at;
    if (mark.phase === "done" || mark.phase === "failed") {
      row.outcome = mark.phase;
      row.end = mark.at;
      row.status = mark.status ? String(mark.status) : "";
      row.word = mark.failure;
      row.message = mark.message;
    } else {
      const { phase } = mark;
      row.spans.push({ phase, from: mark.at, to: null });
      if (phase === "executing") row.executingAt ??= mark.at;
      else if (phase === "waiting") row.waitingAt ??= mark.at;
      else if (phase === "handling") row.handlingAt ??= mark.at;
    }
  }
  return row;
}

/**
 * Returns the rows with more marks folded in: a new array, in which rows without new marks are the same objects.
 *
 * @param {Request[]} rows
 * @param {Mark[]} marks
 */
export function fold(rows, marks) {
  const next = rows.slice();
  for (const mark of marks) {
    while (next.length < mark.seq) next.push(rowOf(next.length + 1, []));
    const row = next[mark.seq - 1];
    next[mark.seq - 1] = rowOf(mark.seq, inserted(row.marks, mark));
  }
  return next;
}

/**
 * Returns the rows as they were known at a time: replay of a finished run, or the moment under the pointer.
 *
 * @param {Request[]} rows
 * @param {number} seconds
 */
export function rowsAt(rows, seconds) {
  return rows.map((row) => rowOf(row.seq, row.marks.filter((mark) => mark.at <= seconds)));
}

/**
 * The phase that a row is in at a time, or null before its first mark and after its end.
 *
 * @param {Request} row
 * @param {number} seconds
 */
export function phaseAt(row, seconds) {
  if (row.end !== null && seconds >= row.end) return null;
  // A loop, since this runs for every row of every frame.
  for (let k = row.spans.length - 1; k >= 0; k -= 1) {
    if (row.spans[k].from <= seconds) return row.spans[k].phase;
  }
  return null;
}

/**
 * How many rows have a stretch in a phase.
 *
 * @param {Request[]} rows
 * @param {Phase} wanted
 */
export function countWith(rows, wanted) {
  return rows.reduce(
    (found, { spans }) => found + (spans.some(({ phase }) => phase === wanted) ? 1 : 0),
    0,
  );
}

/**
 * Seconds spent in each phase, unfinished spans up to now: {phase: seconds} in order of first entry.
 *
 * @param {Request} row
 * @param {number} now
 */
export function durations(row, now) {
  /** @type {Partial<Record<Request["spans"][number]["phase"], number>>} */
  const total = {};
  for (const { phase, from, to } of row.spans) {
    total[phase] = (total[phase] ?? 0) + Math.max(0, (to ?? now) - from);
  }
  return total;
}
