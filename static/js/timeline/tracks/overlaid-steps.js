// The completions of several runs over each other: each has its own kind of line and its letter at the end.

/** @import { Completions, Geometry, Track } from "../../types/picture.d.ts" */

import { completionLabels } from "./guides.js";
import { strokeSteps } from "./stroke.js";

export const OVERLAID_HEIGHT = 150;
const TOP = 12;
const BOTTOM = 8;
const NEAR = 16; // pixels; letters closer than this are put into one label

/** @typedef {{ letter: string, x: number, y: number }} End where a line ends */

/** How each run's line is drawn, A first; figures that are told apart in grey as well. */
export const LINES = [
  { color: "ink", dashes: [] },
  { color: "executing", dashes: [8, 4] },
  { color: "waiting", dashes: [2, 3] },
  { color: "muted", dashes: [12, 3, 2, 3] },
];

/**
 * Letters at the ends of their lines, those that would cover each other side by side: [{text, x, y}].
 *
 * @param {End[]} ends
 */
export function endLabels(ends) {
  /** @type {{ text: string, x: number, y: number }[]} */
  const labels = [];
  for (const { letter, x, y } of ends.toSorted((a, b) => a.x - b.x)) {
    const last = labels.at(-1);
    if (last && x - last.x < NEAR && Math.abs(y - last.y) < NEAR) last.text += ` ${letter}`;
    else labels.push({ text: letter, x, y });
  }
  return labels;
}

/**
 * Draws the track; runs: [{letter, doneTimes, doneSeries, requests}] on the scale that the tracks above it share.
 *
 * @param {Track} track
 * @param {(Completions & { letter: string })[]} runs
 * @param {Geometry} geometry
 */
export function drawOverlaid(track, runs, { scale, width, palette }) {
  const context = track.fit(width, OVERLAID_HEIGHT);
  const most = Math.max(1, ...runs.map(({ requests }) => requests));
  /** @param {number} done */
  const y = (done) => OVERLAID_HEIGHT - BOTTOM - (done / most) * (OVERLAID_HEIGHT - TOP - BOTTOM);
  context.fillStyle = palette.grid;
  context.fillRect(scale.left, y(0), scale.right - scale.left, 1);
  /** @type {End[]} */
  const ends = [];
  runs.forEach(({ letter, doneTimes, doneSeries }, k) => {
    const until = doneTimes.at(-1) ?? 0;
    const { color, dashes } = LINES[k];
    strokeSteps(context, doneSeries, { scale, y, until, color: palette[color], width: 2, dashes });
    if (doneTimes.length > 0) {
      ends.push({ letter, x: scale.clampedX(until) + 6, y: y(doneTimes.length) - 8 });
    }
  });
  track.label([
    ...completionLabels(scale, most, y),
    ...endLabels(ends).map((label) => ({ ...label, kind: "riser" })),
  ]);
}
