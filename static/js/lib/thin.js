// Pure: which of many labels to show so that none overlaps another.

/**
 * Returns the labels that fit: each has `at` (its place on an axis) and `size`, in pixels, ascending.
 *
 * The first always stays, and so does the last where there is any room: people look for both ends.
 */
export function thinned(labels, gap = 2) {
  if (labels.length < 2) return labels;
  const last = labels.at(-1);
  const kept = [labels[0]];
  for (const label of labels.slice(1, -1)) {
    const before = kept.at(-1);
    const clear = label.at >= before.at + before.size + gap;
    if (clear && label.at + label.size + gap <= last.at) kept.push(label);
  }
  const before = kept.at(-1);
  if (last.at >= before.at + before.size + gap) kept.push(last);
  return kept;
}
