// Draws the forecast as a dotted outline: where the batches should be, so that agreement or surprise shows at once.

/** @import { Extent, Geometry, Picture } from "../../types/picture.d.ts" */
/** @import { RowScale } from "../row-scale.js" */
/** @import { TimeScale } from "../scale.js" */

import { faded } from "../palette.js";

/** @typedef {{ left: number, right: number, top: number, bottom: number }} Box */

const SMALLEST_BOX = 4; // pixels; below it the boxes melt into one outline of the staircase

/**
 * @param {Extent[]} expected
 * @param {number} firstSeconds
 * @param {TimeScale} scale
 * @param {RowScale} rowScale
 * @param {number} top
 * @returns {Box[]}
 */
function boxesOf(expected, firstSeconds, scale, rowScale, top) {
  return expected.map((batch) => ({
    left: scale.clampedX(Math.max(0, batch.at - firstSeconds)),
    right: scale.clampedX(batch.at),
    top: top + rowScale.top(Math.min(batch.from, rowScale.count - 1)),
    bottom: top + rowScale.bottom(Math.min(batch.to, rowScale.count)),
  }));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Box[]} boxes
 */
function outlineStairs(context, boxes) {
  context.moveTo(boxes[0].left, boxes[0].top);
  for (const box of boxes) {
    context.lineTo(box.right, box.top);
    context.lineTo(box.right, box.bottom);
  }
  for (const box of boxes.toReversed()) {
    context.lineTo(box.left, box.bottom);
    context.lineTo(box.left, box.top);
  }
}

/**
 * Draws the batches still to come; each box is as long as the first batch takes.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Geometry & { top: number }} geometry
 */
export function drawForecastOutline(
  context,
  { expected, forecast },
  { scale, rowScale, top, palette },
) {
  if (!forecast || expected.length === 0) return;
  const boxes = boxesOf(expected, forecast.batches[0].at, scale, rowScale, top);
  context.save();
  context.fillStyle = faded(palette.executing, 0.07);
  context.strokeStyle = palette.forecast;
  context.lineWidth = 1;
  context.setLineDash([1.5, 3]);
  context.beginPath();
  if (boxes.every((box) => box.bottom - box.top >= SMALLEST_BOX)) {
    for (const { left, right, top: upper, bottom } of boxes) {
      if (right - left < 1) continue;
      context.rect(
        Math.round(left) + 0.5,
        Math.round(upper) + 0.5,
        right - left - 1,
        bottom - upper - 1,
      );
    }
  } else {
    outlineStairs(context, boxes);
  }
  context.fill();
  context.stroke();
  context.restore();
}
