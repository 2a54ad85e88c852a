// What every track shows alike: a hairline at the end of each batch, and the now-line.

/** @import { Geometry, Label, Picture } from "../../types/picture.d.ts" */
/** @import { TimeScale } from "../scale.js" */

import { thinned } from "../../lib/thin.js";

export const CROWDED = 6; // pixels; lines closer than this say nothing

/**
 * Batch ends far enough apart to be told from each other.
 *
 * @template {{ at: number }} End
 * @param {End[]} batchEnds
 * @param {TimeScale} scale
 */
export function hairlines(batchEnds, scale) {
  const places = batchEnds.map((batch) => ({ batch, at: scale.x(batch.at), size: 0 }))
    .filter(({ at }) => at >= scale.left && at <= scale.right);
  return thinned(places.sort((a, b) => a.at - b.at), CROWDED);
}

/**
 * Draws the hairlines of a track from its top down to `height`.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Pick<Geometry, "scale" | "palette">} geometry
 * @param {number} height
 */
export function drawHairlines(context, picture, { scale, palette }, height) {
  context.fillStyle = palette.hairline;
  for (const { at } of hairlines(picture.batchEnds, scale)) {
    context.fillRect(Math.round(at), 0, 1, height);
  }
}

/**
 * Draws the now-line of a track while the run goes on.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Pick<Geometry, "scale" | "palette">} geometry
 * @param {number} height
 */
export function drawNow(context, picture, { scale, palette }, height) {
  if (picture.now === null || !scale.shows(picture.now)) return;
  context.fillStyle = palette.now;
  context.fillRect(Math.round(scale.x(picture.now)), 0, 1, height);
}

/**
 * A figure at the left edge of a track.
 *
 * @param {TimeScale} scale
 * @param {string} text
 * @param {number} y
 * @returns {Label}
 */
export const axisLabel = (scale, text, y) => ({
  text,
  x: scale.left - 9,
  y,
  kind: "axis",
  align: "end",
});

/**
 * The figures of a track of completions: all requests at its top, none at its bottom.
 *
 * @param {TimeScale} scale
 * @param {number} most
 * @param {(done: number) => number} y
 */
export function completionLabels(scale, most, y) {
  return [
    axisLabel(scale, String(most), y(most) - 8),
    axisLabel(scale, "0", y(0) - 8),
    axisLabel(scale, "done", (y(0) + y(most)) / 2 - 8),
  ];
}
