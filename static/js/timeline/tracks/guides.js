// What every track shows alike: a hairline at the end of each batch, and the now-line.

import { thinned } from "../../lib/thin.js";

export const CROWDED = 6; // pixels; lines closer than this say nothing

/** Batch ends far enough apart to be told from each other. */
export function hairlines(batchEnds, scale) {
  const places = batchEnds.map((batch) => ({ to: batch.to, at: scale.x(batch.at), size: 0 }))
    .filter(({ at }) => at >= scale.left && at <= scale.right);
  return thinned(places.sort((a, b) => a.at - b.at), CROWDED);
}

/** Draws the hairlines of a track from its top down to `height`. */
export function drawHairlines(context, picture, { scale, palette }, height) {
  context.fillStyle = palette.hairline;
  for (const { at } of hairlines(picture.batchEnds, scale)) {
    context.fillRect(Math.round(at), 0, 1, height);
  }
}

/** Draws the now-line of a track while the run goes on. */
export function drawNow(context, picture, { scale, palette }, height) {
  if (picture.now === null || !scale.shows(picture.now)) return;
  context.fillStyle = palette.now;
  context.fillRect(Math.round(scale.x(picture.now)), 0, 1, height);
}
