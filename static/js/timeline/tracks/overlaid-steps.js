// The completions of several runs over each other: each has its own kind of line and its letter at the end.

import { corners } from "../../model/gauges/series.js";

export const OVERLAID_HEIGHT = 150;
const TOP = 12;
const BOTTOM = 8;
const NEAR = 16; // pixels; letters closer than this are put into one label

/** How each run's line is drawn, A first; figures that are told apart in grey as well. */
export const LINES = [
  { color: "ink", dashes: [] },
  { color: "executing", dashes: [8, 4] },
  { color: "waiting", dashes: [2, 3] },
  { color: "muted", dashes: [12, 3, 2, 3] },
];

/** Letters at the ends of their lines, those that would cover each other side by side: [{text, x, y}]. */
export function endLabels(ends) {
  const labels = [];
  for (const { letter, x, y } of ends.toSorted((a, b) => a.x - b.x)) {
    const last = labels.at(-1);
    if (last && x - last.x < NEAR && Math.abs(y - last.y) < NEAR) last.text += ` ${letter}`;
    else labels.push({ text: letter, x, y });
  }
  return labels;
}

/** Draws the track; runs: [{letter, doneTimes, doneSeries, requests}] on the scale that the tracks above it share. */
export function drawOverlaid(track, runs, { scale, width, palette }) {
  const context = track.fit(width, OVERLAID_HEIGHT);
  const most = Math.max(1, ...runs.map(({ requests }) => requests));
  const y = (done) => OVERLAID_HEIGHT - BOTTOM - (done / most) * (OVERLAID_HEIGHT - TOP - BOTTOM);
  context.fillStyle = palette.grid;
  context.fillRect(scale.left, y(0), scale.right - scale.left, 1);
  context.lineWidth = 2;
  const ends = [];
  runs.forEach(({ letter, doneTimes, doneSeries }, k) => {
    const until = doneTimes.at(-1) ?? 0;
    context.strokeStyle = palette[LINES[k].color];
    context.setLineDash(LINES[k].dashes);
    context.beginPath();
    corners(doneSeries, scale, until)
      .forEach((
        [x, value],
        place,
      ) => (place === 0 ? context.moveTo(x, y(value)) : context.lineTo(x, y(value))));
    context.stroke();
    if (doneTimes.length > 0) {
      ends.push({ letter, x: scale.clampedX(until) + 6, y: y(doneTimes.length) - 8 });
    }
  });
  context.setLineDash([]);
  track.label([
    { text: String(most), x: scale.left - 9, y: y(most) - 8, kind: "axis", align: "end" },
    { text: "0", x: scale.left - 9, y: y(0) - 8, kind: "axis", align: "end" },
    { text: "done", x: scale.left - 9, y: (y(0) + y(most)) / 2 - 8, kind: "axis", align: "end" },
    ...endLabels(ends).map((label) => ({ ...label, kind: "riser" })),
  ]);
}
