// Pure: time <-> pixels. The one place where seconds become pixels; all tracks of a timeline share one scale.

const STEPS = [1, 2, 5];

/**
 * The smallest of 1, 2, 5 x 10^k that is not below the given number.
 *
 * @param {number} atLeast
 */
export function niceStep(atLeast) {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  const step = STEPS.find((factor) => factor * power >= atLeast * (1 - 1e-9)) ?? 10;
  return step * power;
}

export class TimeScale {
  /**
   * from and to: seconds; left and right: the pixels they are drawn at.
   *
   * @param {{ from?: number, to: number, left: number, right: number }} axis
   */
  constructor({ from = 0, to, left, right }) {
    this.from = from;
    this.to = Math.max(to, from + 1e-6);
    this.left = left;
    this.right = Math.max(right, left + 1);
    Object.freeze(this);
  }

  get pixelsPerSecond() {
    return (this.right - this.left) / (this.to - this.from);
  }

  /** @param {number} seconds */
  x(seconds) {
    return this.left + (seconds - this.from) * this.pixelsPerSecond;
  }

  /**
   * Whether a time is in sight.
   *
   * @param {number} seconds
   */
  shows(seconds) {
    return seconds >= this.from && seconds <= this.to;
  }

  /**
   * Like x, but kept within the plot.
   *
   * @param {number} seconds
   */
  clampedX(seconds) {
    return Math.min(this.right, Math.max(this.left, this.x(seconds)));
  }

  /** @param {number} x */
  seconds(x) {
    return this.from + (x - this.left) / this.pixelsPerSecond;
  }

  /** Round times for the axis, at least `apart` pixels from each other. */
  ticks(apart = 84) {
    const step = niceStep(apart / this.pixelsPerSecond);
    const ticks = [];
    for (let k = Math.ceil(this.from / step - 1e-9); k * step <= this.to + step * 1e-9; k += 1) {
      ticks.push(Number((k * step).toPrecision(12)));
    }
    return ticks;
  }
}
