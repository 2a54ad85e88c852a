// The track of completions: how many requests are done at each moment, drawn as steps, with the forecast dotted.

/** @import { Geometry, Label, Picture, Track } from "../../types/picture.d.ts" */
/** @import { Forecast } from "../../types/run.d.ts" */
/** @import { TimeScale } from "../scale.js" */

import { completionLabels, drawHairlines, drawNow } from "./guides.js";
import { countUntil } from "../../lib/search.js";
import { strokeSteps } from "./stroke.js";
import { thinned } from "../../lib/thin.js";

export const STEPS_HEIGHT = 104;
const TOP = 26; // room for the last "+15"
const BOTTOM = 8;

/**
 * The completions that a forecast promises.
 *
 * @param {Forecast} forecast
 */
function forecastSeries({ batches }) {
  let done = 0;
  return {
    times: batches.map(({ at }) => at),
    values: batches.map(({ count }) => (done += count)),
  };
}

/**
 * @param {Picture} picture
 * @param {TimeScale} scale
 * @param {(done: number) => number} y
 * @returns {Label[]}
 */
function riserLabels({ batchEnds, doneTimes }, scale, y) {
  const labels = batchEnds.filter(({ at }) => scale.shows(at)).map(({ count, at }) => {
    const text = `+${count}`;
    return {
      text,
      at: scale.clampedX(at) + 4,
      size: text.length * 8,
      y: y(countUntil(doneTimes, at)) - 17,
    };
  });
  // Batches of several workers may end in another order than they began.
  labels.sort((a, b) => a.at - b.at);
  return thinned(labels, 8).map(({ text, at, y: top }) => ({ text, x: at, y: top, kind: "riser" }));
}

/**
 * Which line is whose, at their ends.
 *
 * @param {Picture} picture
 * @param {TimeScale} scale
 * @param {(done: number) => number} y
 * @returns {Label[]}
 */
function otherLabels({ other, doneTimes, now }, scale, y) {
  if (!other || other.doneTimes.length === 0) return [];
  /**
   * @param {string} text
   * @param {Float64Array} times
   */
  const label = (text, times) => {
    const end = times.at(-1) ?? 0;
    return { text, x: scale.clampedX(end) + 6, y: y(times.length) + 2, kind: "riser", end };
  };
  const own = now === null && doneTimes.length > 0 ? [label("A", doneTimes)] : [];
  return [label("B", other.doneTimes), ...own].filter(({ end }) => scale.shows(end));
}

/**
 * Draws the track on the same time scale as the rows above it.
 *
 * @param {Track} track
 * @param {Picture} picture
 * @param {Geometry} geometry
 */
export function drawSteps(track, picture, { scale, width, palette }) {
  const context = track.fit(width, STEPS_HEIGHT);
  const most = Math.max(1, picture.requests, picture.other?.requests ?? 0);
  /** @param {number} done */
  const y = (done) => STEPS_HEIGHT - BOTTOM - (done / most) * (STEPS_HEIGHT - TOP - BOTTOM);
  context.fillStyle = palette.grid;
  context.fillRect(scale.left, y(0), scale.right - scale.left, 1);
  drawHairlines(context, picture, { scale, palette }, y(0));
  const { other, forecast, doneTimes, doneSeries } = picture;
  const on = { scale, y };
  if (other) {
    const until = other.doneTimes.at(-1) ?? 0;
    const look = { color: palette.muted, width: 1.5, dashes: [7, 4] };
    strokeSteps(context, other.doneSeries, { ...on, until, ...look });
  }
  if (forecast) {
    const until = forecast.batches.at(-1)?.at ?? 0;
    const look = { color: palette.forecast, width: 1.25, dashes: [1.5, 3] };
    strokeSteps(context, forecastSeries(forecast), { ...on, until, ...look });
  }
  if (picture.ordered.length > 0) {
    const until = picture.now ?? doneTimes.at(-1) ?? 0;
    strokeSteps(context, doneSeries, { ...on, until, color: palette.ink, width: 2 });
  }
  drawNow(context, picture, { scale, palette }, y(0));
  track.label([
    ...completionLabels(scale, most, y),
    ...riserLabels(picture, scale, y),
    ...otherLabels(picture, scale, y),
  ]);
}
