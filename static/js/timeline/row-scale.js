// Pure: rows <-> pixels. Rows are as tall as fits, whole device pixels where they can be, with a gap before each batch,
// or a wider one before each worker for its heading.

/** @import { View } from "../types/picture.d.ts" */

import { countUntil } from "../lib/search.js";

const TALLEST_ROW = 22;
const GAP = 3;
const GAP_SHARE = 0.12; // the gaps of many small batches may not eat the rows

/**
 * The height of one row when `count` rows share `height` pixels; below 1 rows share pixels.
 *
 * @param {number} count
 * @param {number} height
 */
export function rowHeight(count, height, pixelRatio = 1) {
  const raw = height / Math.max(1, count);
  if (raw >= 2) return Math.min(TALLEST_ROW, Math.floor(raw * pixelRatio) / pixelRatio);
  return raw >= 1 ? 1 : raw;
}

export class RowScale {
  /**
   * breaks: the rows before which there is a gap, ascending; heading: the height of a gap that holds words, or 0.
   * view: {first, last}, the rows to show in `height`, or null for all.
   *
   * @param {{ count: number, height: number, breaks?: number[], heading?: number, pixelRatio?: number, view?: Pick<View, "first" | "last"> | null }} rows
   */
  constructor({ count, height, breaks = [], heading = 0, pixelRatio = 1, view = null }) {
    this.count = count;
    const room = Math.max(height / 2, height - breaks.length * heading);
    this.row = view && view.last - view.first < count
      ? Math.min(TALLEST_ROW, room / (view.last - view.first))
      : rowHeight(count, room, pixelRatio);
    const fits = heading > 0 || (this.row >= 2 && breaks.length * GAP <= height * GAP_SHARE);
    this.gap = fits ? heading || GAP : 0;
    this.breaks = fits ? breaks : [];
    this.offset = 0;
    const all = count * this.row + this.breaks.length * this.gap;
    if (view) {
      this.offset = Math.min(
        this.#raw(Math.floor(view.first)) + (view.first % 1) * this.row,
        Math.max(0, all - height),
      );
    }
    this.height = view ? Math.min(height, all) : all;
    Object.freeze(this);
  }

  /** Rows so thin that they are drawn as densities instead of one by one. */
  get isDense() {
    return this.row < 2;
  }

  /** @param {number} position */
  #gapsBefore(position) {
    return countUntil(this.breaks, position);
  }

  /** @param {number} position */
  #raw(position) {
    return position * this.row + this.#gapsBefore(position) * this.gap;
  }

  /**
   * The upper edge of the row at a position; out of sight it is below 0 or beyond `height`.
   *
   * @param {number} position
   */
  top(position) {
    return this.#raw(position) - this.offset;
  }

  /**
   * Whether something between two heights is in sight.
   *
   * @param {number} top
   * @param {number} bottom
   */
  shows(top, bottom) {
    return bottom > 0 && top < this.height;
  }

  /** The rows in sight: from the first to before the last. */
  get inSight() {
    return [this.position(0), Math.min(this.count, this.position(this.height) + 1)];
  }

  /**
   * The lower edge of the row before a position: where a group that ends there ends.
   *
   * @param {number} end
   */
  bottom(end) {
    return end <= 0 ? -this.offset : this.top(end - 1) + this.row;
  }

  /**
   * The position of the row nearest to a height.
   *
   * @param {number} y
   */
  position(y) {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.top(middle) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
