// The track of completions: how many requests are done at each moment, drawn as steps, with the forecast dotted.

import { hairlines } from "./waterfall.js";
import { thinned } from "./thin.js";

export const STEPS_HEIGHT = 104;
const TOP = 26; // room for the last "+15"
const BOTTOM = 8;

function pathOfTimes(context, times, scale, y, edge) {
  let x = scale.left;
  context.moveTo(x, y(0));
  times.forEach((at, k) => {
    const next = scale.clampedX(at);
    // Completions within one pixel make one riser.
    if (next - x > 0.25) context.lineTo(next, y(k));
    x = next;
    context.lineTo(x, y(k + 1));
  });
  context.lineTo(Math.max(x, edge), y(times.length));
}

function drawForecast(context, forecast, scale, y, color) {
  if (!forecast) return;
  let done = 0;
  context.save();
  context.strokeStyle = color;
  context.lineWidth = 1.25;
  context.setLineDash([1.5, 3]);
  context.beginPath();
  context.moveTo(scale.left, y(0));
  for (const { count, at } of forecast.batches) {
    const x = scale.clampedX(at);
    context.lineTo(x, y(done));
    done += count;
    context.lineTo(x, y(done));
  }
  context.stroke();
  context.restore();
}

/** How many of the ascending times are not after a time. */
function countUntil(times, at) {
  const later = times.findIndex((time) => time > at);
  return later < 0 ? times.length : later;
}

function riserLabels({ batchEnds, doneTimes }, scale, y) {
  const labels = batchEnds.map(({ count, at }) => {
    const text = `+${count}`;
    return { text, at: scale.clampedX(at) + 4, size: text.length * 8, y: y(countUntil(doneTimes, at)) - 17 };
  });
  // Batches of several workers may end in another order than they began.
  labels.sort((a, b) => a.at - b.at);
  return thinned(labels, 8).map(({ text, at, y: top }) => ({ text, x: at, y: top, kind: "riser" }));
}

/** Draws the track on the same time scale as the rows above it. */
export function drawSteps(track, picture, { scale, width, palette }) {
  const context = track.fit(width, STEPS_HEIGHT);
  const most = Math.max(1, picture.requests);
  const y = (done) => STEPS_HEIGHT - BOTTOM - (done / most) * (STEPS_HEIGHT - TOP - BOTTOM);
  context.fillStyle = palette.grid;
  context.fillRect(scale.left, y(0), scale.right - scale.left, 1);
  context.fillStyle = palette.hairline;
  for (const { at } of hairlines(picture.batchEnds, scale)) context.fillRect(Math.round(at), 0, 1, y(0));
  drawForecast(context, picture.forecast, scale, y, palette.forecast);
  if (picture.ordered.length > 0) {
    context.strokeStyle = palette.ink;
    context.lineWidth = 2;
    context.lineJoin = "miter";
    context.beginPath();
    const edge = picture.now === null ? scale.left : scale.clampedX(picture.now);
    pathOfTimes(context, picture.doneTimes, scale, y, edge);
    context.stroke();
  }
  if (picture.now !== null) {
    context.fillStyle = palette.now;
    context.fillRect(Math.round(scale.clampedX(picture.now)), 0, 1, y(0));
  }
  track.label([
    { text: String(most), x: scale.left - 9, y: y(most) - 8, kind: "axis", align: "end" },
    { text: "0", x: scale.left - 9, y: y(0) - 8, kind: "axis", align: "end" },
    { text: "done", x: scale.left - 9, y: (y(0) + y(most)) / 2 - 8, kind: "axis", align: "end" },
    ...riserLabels(picture, scale, y),
  ]);
}
