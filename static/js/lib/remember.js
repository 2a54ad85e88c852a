// Pure but for their memory: functions that keep their last result.

/**
 * Remembers the last result of a function, for arguments that are the same objects as before.
 *
 * @template {unknown[]} Args
 * @template Result
 * @param {(...args: Args) => Result} compute
 * @returns {(...args: Args) => Result}
 */
export function remembered(compute) {
  /** @type {Args | null} */
  let last = null;
  /** @type {Result} */
  let result;
  return (...args) => {
    const before = last;
    if (before?.length !== args.length || args.some((arg, k) => !Object.is(arg, before[k]))) {
      result = compute(...args);
      last = args;
    }
    return result;
  };
}

/**
 * Like `remembered`, but with new arguments computes only so often that it takes at most `share` of the time, and at
 * most every `pause` milliseconds. `isFinal`, the first argument of the result, asks for the truth at once.
 *
 * @template {unknown[]} Args
 * @template Result
 * @param {(...args: Args) => Result} compute
 * @param {{ pause?: number, share?: number, clock?: () => number }} [limits]
 * @returns {(isFinal: boolean, ...args: Args) => Result}
 */
export function seldom(
  compute,
  { pause = 80, share = 0.03, clock = () => performance.now() } = {},
) {
  const exact = remembered(compute);
  let notBefore = -Infinity;
  /** @type {Result} */
  let result;
  return (isFinal, ...args) => {
    const began = clock();
    if (!isFinal && began < notBefore) return result;
    result = exact(...args);
    const ended = clock();
    notBefore = ended + Math.max(pause, (ended - began) / share);
    return result;
  };
}

/**
 * Returns a function that shows values only when they are not the same as the last time, by what they hold: what did
 * not change is not laid out or announced again.
 *
 * @template {unknown[]} Values plain values, as JSON has them
 * @param {(...values: Values) => void} show
 * @returns {(...values: Values) => void}
 */
export function whenChanged(show) {
  let last = "";
  return (...values) => {
    const key = JSON.stringify(values);
    if (key === last) return;
    last = key;
    show(...values);
  };
}
