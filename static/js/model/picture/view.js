// Pure: which part of the timeline is shown. A view is {from, to} in seconds and {first, last} in rows, or null for all.

/** @import { Bounds, View } from "../../types/picture.d.ts" */

/** @typedef {{ seconds?: number | null, row?: number | null }} Center */

const LEAST_SECONDS = 0.002;
const LEAST_ROWS = 8;
const MANY_ROWS = 150; // from here on a row is so low that zooming makes rows taller as well

/**
 * Keeps an interval of at least `least` within 0 and `end`: [from, to].
 *
 * @param {number} from
 * @param {number} to
 * @param {number} end
 * @param {number} least
 */
function within(from, to, end, least) {
  const length = Math.min(end, Math.max(least, to - from));
  const begin = Math.min(Math.max(0, from), end - length);
  return [begin, begin + length];
}

/**
 * The view within its bounds, {end, rows}; null when it shows all.
 *
 * @param {View} view
 * @param {Bounds} bounds
 * @returns {View | null}
 */
function bounded({ from, to, first, last }, { end, rows }) {
  const [begin, finish] = within(from, to, end, Math.min(LEAST_SECONDS, end));
  const [top, bottom] = within(first, last, rows, Math.min(LEAST_ROWS, rows));
  const isAll = finish - begin >= end * 0.999 && bottom - top >= rows * 0.999;
  return isAll ? null : { from: begin, to: finish, first: top, last: bottom };
}

/**
 * @param {Bounds} bounds
 * @returns {View}
 */
function whole({ end, rows }) {
  return { from: 0, to: end, first: 0, last: rows };
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} center
 * @param {number} factor
 */
function scaled(from, to, center, factor) {
  return [center - (center - from) / factor, center + (to - center) / factor];
}

/**
 * Zooms by a factor, above 1 in, so that a moment and a row stay where they are; null for the middle.
 *
 * @param {View | null} view
 * @param {Bounds} bounds
 * @param {number} factor
 * @param {Center} [center]
 */
export function zoomed(view, bounds, factor, { seconds = null, row = null } = {}) {
  const now = view ?? whole(bounds);
  const [from, to] = scaled(now.from, now.to, seconds ?? (now.from + now.to) / 2, factor);
  // A few rows are tall enough as they are.
  const [first, last] = bounds.rows < MANY_ROWS
    ? [now.first, now.last]
    : scaled(now.first, now.last, row ?? (now.first + now.last) / 2, factor);
  return bounded({ from, to, first, last }, bounds);
}

/**
 * Moves the view by shares of what it shows: 0.1 is a tenth to later or to lower rows.
 *
 * @param {View | null} view
 * @param {Bounds} bounds
 * @param {{ time?: number, rows?: number }} shares
 */
export function panned(view, bounds, { time = 0, rows = 0 }) {
  if (view === null) return null;
  const later = (view.to - view.from) * time;
  const lower = (view.last - view.first) * rows;
  return bounded({
    from: view.from + later,
    to: view.to + later,
    first: view.first + lower,
    last: view.last + lower,
  }, bounds);
}

/**
 * Moves the view so that a row is in it.
 *
 * @param {View | null} view
 * @param {Bounds} bounds
 * @param {number} row
 */
export function revealing(view, bounds, row) {
  if (view === null || (row >= view.first && row < view.last - 1)) return view;
  const height = view.last - view.first;
  const first = row < view.first ? row : row + 1 - height;
  return bounded({ ...view, first, last: first + height }, bounds);
}

const STEP = 1.5;
const PAN = 0.2;

/**
 * What a key makes of a view: {view}, or null for a key that means nothing here.
 *
 * @param {{ key: string, shiftKey: boolean }} key
 * @param {View | null} view
 * @param {Bounds} bounds
 * @param {Center} center
 */
export function viewAfterKey({ key, shiftKey }, view, bounds, center) {
  if (key === "+" || key === "=") return { view: zoomed(view, bounds, STEP, center) };
  if (key === "-" || key === "_") return { view: zoomed(view, bounds, 1 / STEP, center) };
  if (key === "0") return { view: null };
  if (!shiftKey) return null;
  switch (key) {
    case "ArrowLeft":
      return { view: panned(view, bounds, { time: -PAN }) };
    case "ArrowRight":
      return { view: panned(view, bounds, { time: PAN }) };
    case "ArrowUp":
      return { view: panned(view, bounds, { rows: -PAN }) };
    case "ArrowDown":
      return { view: panned(view, bounds, { rows: PAN }) };
    default:
      return null;
  }
}
