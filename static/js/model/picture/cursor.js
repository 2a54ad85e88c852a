// Pure: where the keys of the timeline lead to.

const ROWS_WITHOUT_BATCHES = 15;

/**
 * @param {{ from: number }[]} extents
 * @param {number} rowCount
 */
function batchStarts(extents, rowCount) {
  if (extents.length > 0) return extents.map((extent) => extent.from);
  return Array.from(
    { length: Math.ceil(rowCount / ROWS_WITHOUT_BATCHES) },
    (_, k) => k * ROWS_WITHOUT_BATCHES,
  );
}

/**
 * Returns the position that a key leads to, or null for a key that does not move.
 *
 * From no position at all (-1) every key leads to the first or last row.
 *
 * @param {string} key
 * @param {number} position
 * @param {number} rowCount
 * @param {{ from: number }[]} extents
 */
export function moved(key, position, rowCount, extents) {
  const last = rowCount - 1;
  if (last < 0) return null;
  const starts = batchStarts(extents, rowCount);
  switch (key) {
    case "ArrowDown":
      return Math.min(last, position + 1);
    case "ArrowUp":
      return position < 0 ? last : Math.max(0, position - 1);
    case "Home":
      return 0;
    case "End":
      return last;
    case "PageDown":
      return starts.find((start) => start > position) ?? last;
    case "PageUp":
      return position < 0 ? last : starts.findLast((start) => start < position) ?? 0;
    default:
      return null;
  }
}
