// Draws a series as steps.

/** @import { Series } from "../../types/picture.d.ts" */
/** @import { TimeScale } from "../scale.js" */

import { corners } from "../../model/gauges/series.js";

/**
 * How a line is drawn. y: the pixel of a value; until: seconds at which the line ends; dashes: none where it is solid.
 *
 * @typedef {{
 *   scale: TimeScale,
 *   y: (value: number) => number,
 *   until: number,
 *   color: string,
 *   width: number,
 *   dashes?: number[],
 * }} Stroke
 */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Series} series
 * @param {Stroke} stroke
 */
export function strokeSteps(context, series, { scale, y, until, color, width, dashes = [] }) {
  context.save();
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash(dashes);
  context.beginPath();
  for (const [x, value] of corners(series, scale, until)) context.lineTo(x, y(value));
  context.stroke();
  context.restore();
}
