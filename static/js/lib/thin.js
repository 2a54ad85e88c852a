// Pure: which of many labels to show so that none overlaps another.

/**
 * Returns the labels that fit: each has `at` (its place on an axis) and `size`, in pixels, ascending.
 *
 * The first always stays, and so does the last where there is any room: people look for both ends.
 *
 * @template {{ at: number, size: number }} Label
 * @param {Label[]} labels
 * @param {number} [gap]
 * @returns {Label[]}
 */
export function thinned(labels, gap = 2) {
  const [first, ...others] = labels;
  const last = others.pop();
  if (!last) return labels;
  const kept = [first];
  let end = first.at + first.size; // of the last one that is kept
  for (const label of others) {
    if (label.at < end + gap || label.at + label.size + gap > last.at) continue;
    kept.push(label);
    end = label.at + label.size;
  }
  if (last.at >= end + gap) kept.push(last);
  return kept;
}
