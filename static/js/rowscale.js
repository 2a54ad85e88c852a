// Pure: rows <-> pixels. Rows are as tall as fits, whole device pixels where they can be, with a gap before each batch.

const TALLEST_ROW = 22;
const GAP = 3;
const GAP_SHARE = 0.12; // the gaps of many small batches may not eat the rows

/** The height of one row when `count` rows share `height` pixels; below 1 rows share pixels. */
export function rowHeight(count, height, pixelRatio = 1) {
  const raw = height / Math.max(1, count);
  if (raw >= 2) return Math.min(TALLEST_ROW, Math.floor(raw * pixelRatio) / pixelRatio);
  return raw >= 1 ? 1 : raw;
}

export class RowScale {
  /** breaks: the rows that begin a new batch, ascending, without row 0. */
  constructor({ count, height, breaks = [], pixelRatio = 1 }) {
    this.count = count;
    this.row = rowHeight(count, height, pixelRatio);
    const fits = this.row >= 2 && breaks.length * GAP <= height * GAP_SHARE;
    this.gap = fits ? GAP : 0;
    this.breaks = fits ? breaks : [];
    this.height = count * this.row + this.breaks.length * this.gap;
    Object.freeze(this);
  }

  /** Rows so thin that they are drawn as densities instead of one by one. */
  get isDense() {
    return this.row < 2;
  }

  #gapsBefore(position) {
    let low = 0;
    let high = this.breaks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.breaks[middle] <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The upper edge of the row at a position. */
  top(position) {
    return position * this.row + this.#gapsBefore(position) * this.gap;
  }

  /** The lower edge of the row before a position: where a group that ends there ends. */
  bottom(end) {
    return end <= 0 ? 0 : this.top(end - 1) + this.row;
  }

  /** The position of the row nearest to a height. */
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
