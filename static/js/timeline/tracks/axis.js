// The track of the time axis: round seconds, and where "now" is.

import { plainSeconds } from "../../model/words/describe.js";

const AXIS_HEIGHT = 22;

/** Draws the axis on the scale that the tracks below it share. */
export function drawAxis(track, picture, { scale, width }) {
  track.fit(width, AXIS_HEIGHT);
  const now = picture.now === null ? null : scale.clampedX(picture.now);
  const ticks = scale.ticks().map((tick) => ({ text: plainSeconds(tick), x: scale.x(tick) }));
  const clear = ticks.filter(({ x }) => now === null || Math.abs(x - now) > 34);
  track.label([
    ...clear.map(({ text, x }) => ({ text, x, y: 2, kind: "axis", align: "middle" })),
    ...(now === null ? [] : [{ text: "now", x: now, y: 2, kind: "now", align: "middle" }]),
  ]);
}
