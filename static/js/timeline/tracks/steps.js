// The track of completions: how many requests are done at each moment, drawn as steps, with the forecast dotted.

import { drawHairlines, drawNow } from "./guides.js";
import { corners } from "../../model/gauges/series.js";
import { thinned } from "../../lib/thin.js";

export const STEPS_HEIGHT = 104;
const TOP = 26; // room for the last "+15"
const BOTTOM = 8;

function trace(context, series, scale, y, until) {
  corners(series, scale, until)
    .forEach((
      [x, value],
      k,
    ) => (k === 0 ? context.moveTo(x, y(value)) : context.lineTo(x, y(value))));
}

function drawForecast(context, forecast, scale, y, color) {
  if (!forecast) return;
  let done = 0;
  const values = forecast.batches.map(({ count }) => (done += count));
  const times = forecast.batches.map(({ at }) => at);
  context.save();
  context.strokeStyle = color;
  context.lineWidth = 1.25;
  context.setLineDash([1.5, 3]);
  context.beginPath();
  trace(context, { times, values }, scale, y, times.at(-1) ?? 0);
  context.stroke();
  context.restore();
}

/** How many of the ascending times are not after a time. */
function countUntil(times, at) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

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

/** The completions of the run that this one is compared with. */
function drawOther(context, { other }, scale, y, color) {
  if (!other) return;
  context.save();
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.setLineDash([7, 4]);
  context.beginPath();
  trace(context, other.doneSeries, scale, y, other.doneTimes.at(-1) ?? 0);
  context.stroke();
  context.restore();
}

/** Which line is whose, at their ends. */
function otherLabel({ other, doneTimes, now }, scale, y) {
  if (!other || other.doneTimes.length === 0) return [];
  const label = (
    text,
    times,
  ) => (!scale.shows(times.at(-1))
    ? []
    : { text, x: scale.clampedX(times.at(-1)) + 6, y: y(times.length) + 2, kind: "riser" });
  return [
    label("B", other.doneTimes),
    now === null && doneTimes.length > 0 ? label("A", doneTimes) : [],
  ].flat();
}

/** Draws the track on the same time scale as the rows above it. */
export function drawSteps(track, picture, { scale, width, palette }) {
  const context = track.fit(width, STEPS_HEIGHT);
  const most = Math.max(1, picture.requests, picture.other?.requests ?? 0);
  const y = (done) => STEPS_HEIGHT - BOTTOM - (done / most) * (STEPS_HEIGHT - TOP - BOTTOM);
  context.fillStyle = palette.grid;
  context.fillRect(scale.left, y(0), scale.right - scale.left, 1);
  drawHairlines(context, picture, { scale, palette }, y(0));
  drawOther(context, picture, scale, y, palette.muted);
  drawForecast(context, picture.forecast, scale, y, palette.forecast);
  if (picture.ordered.length > 0) {
    context.strokeStyle = palette.ink;
    context.lineWidth = 2;
    context.lineJoin = "miter";
    context.beginPath();
    const until = picture.now ?? picture.doneTimes.at(-1) ?? 0;
    trace(context, picture.doneSeries, scale, y, until);
    context.stroke();
  }
  drawNow(context, picture, { scale, palette }, y(0));
  track.label([
    { text: String(most), x: scale.left - 9, y: y(most) - 8, kind: "axis", align: "end" },
    { text: "0", x: scale.left - 9, y: y(0) - 8, kind: "axis", align: "end" },
    { text: "done", x: scale.left - 9, y: (y(0) + y(most)) / 2 - 8, kind: "axis", align: "end" },
    ...riserLabels(picture, scale, y),
    ...otherLabel(picture, scale, y),
  ]);
}
