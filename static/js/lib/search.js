// Pure: searching in ascending numbers.

/**
 * How many of the ascending numbers are not above a limit; so the index of the last of them is one less.
 *
 * @param {ArrayLike<number>} ascending
 * @param {number} limit
 */
export function countUntil(ascending, limit) {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
