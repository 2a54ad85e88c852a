// The tiny waterfall of a kept run, as SVG: when the service of two dozen of its requests began and ended.

/** @import { TinyBar } from "../../types/api.d.ts" */

import { makeSvg } from "../../dom/svg.js";

const ROW = 10; // of a picture 1000 wide
const MOST_ROWS = 24;

/**
 * A failed one is thin and ends in a block, so that no colour is needed to see it.
 *
 * @param {TinyBar} bar
 * @param {number} row
 * @param {number} height
 */
function barOf([start, end, failed], row, height) {
  const width = Math.max(6, end - start);
  const y = row * height;
  if (!failed) {
    return [makeSvg("rect", { class: "tiny-bar", x: start, y, width, height: height * 0.8 })];
  }
  const kind = { class: "tiny-failed" };
  return [
    makeSvg("rect", { ...kind, x: start, y: y + height * 0.3, width, height: height * 0.25 }),
    makeSvg("rect", { ...kind, x: Math.min(end, 1000) - 24, y, width: 24, height: height * 0.8 }),
  ];
}

/**
 * @param {TinyBar[]} bars from top to bottom
 * @param {string} words what it shows
 */
export function tinyWaterfall(bars, words) {
  const whole = MOST_ROWS * ROW;
  const height = whole / Math.max(4, bars.length);
  return makeSvg(
    "svg",
    {
      class: "tiny",
      viewBox: `0 0 1000 ${whole}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": words,
    },
    ...bars.flatMap((bar, row) => barOf(bar, row, height)),
  );
}
