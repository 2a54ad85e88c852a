// The track of the time axis: round seconds, and where "now" is.

/** @import { Geometry, Label, Picture, Track } from "../../types/picture.d.ts" */

import { plainSeconds } from "../../model/words/describe.js";

const AXIS_HEIGHT = 22;

/**
 * Draws the axis on the scale that the tracks below it share.
 *
 * @param {Track} track
 * @param {Picture} picture
 * @param {Geometry} geometry
 */
export function drawAxis(track, picture, { scale, width }) {
  track.fit(width, AXIS_HEIGHT);
  const now = picture.now === null ? null : scale.clampedX(picture.now);
  const ticks = scale.ticks().map((tick) => ({ text: plainSeconds(tick), x: scale.x(tick) }));
  const clear = ticks.filter(({ x }) => now === null || Math.abs(x - now) > 34);
  /**
   * @param {string} text
   * @param {number} x
   * @param {string} kind
   * @returns {Label}
   */
  const label = (text, x, kind) => ({ text, x, y: 2, kind, align: "middle" });
  const labels = clear.map(({ text, x }) => label(text, x, "axis"));
  track.label(now === null ? labels : [...labels, label("now", now, "now")]);
}
