// The track of requests: one row each, batches as bands with a bracket in the right gutter.

import { createBrushes, drawBar } from "./bars.js";
import { drawDensity } from "./density.js";
import { drawGhost } from "./ghost.js";
import { seconds } from "./describe.js";
import { thinned } from "./thin.js";

export const PAD = 4; // room above the first and below the last row
const LABEL_HEIGHT = 15;
const CROWDED = 6; // hairlines closer than this say nothing, nor do bands and brackets that are lower

/** Batch ends far enough apart to be told from each other. */
export function hairlines(batchEnds, scale) {
  const places = batchEnds.map((batch) => ({ to: batch.to, at: scale.x(batch.at), size: 0 }));
  return thinned(places.sort((a, b) => a.at - b.at), CROWDED);
}

function drawBands(context, picture, { scale, rowScale, palette }) {
  context.fillStyle = palette.band;
  picture.batches.forEach(({ from, to }, k) => {
    const top = PAD + rowScale.top(from) - rowScale.gap / 2;
    const bottom = PAD + rowScale.bottom(to) + rowScale.gap / 2;
    if (k % 2 === 1 || bottom - top < CROWDED) return;
    context.fillRect(scale.left, top, scale.right - scale.left, bottom - top);
  });
}

function drawGrid(context, picture, { scale, height, palette, rowScale }) {
  context.save();
  context.fillStyle = palette.grid;
  for (const tick of scale.ticks()) {
    const x = Math.round(scale.x(tick));
    for (let y = 0; y < height; y += 4) context.fillRect(x, y, 1, 1);
  }
  context.fillStyle = palette.hairline;
  for (const { at, to } of hairlines(picture.batches, scale)) {
    const from = PAD + rowScale.bottom(to);
    context.fillRect(Math.round(at), from, 1, height - from);
  }
  context.restore();
}

function drawRows(context, picture, geometry) {
  const { scale, rowScale, palette } = geometry;
  const edgeSeconds = picture.now ?? picture.edge;
  if (rowScale.isDense) {
    drawDensity(context, picture.ordered, { top: PAD, rowScale, scale, palette, edgeSeconds });
    return;
  }
  const brushes = createBrushes(context, palette, scale.clampedX(edgeSeconds));
  const space = rowScale.row >= 10 ? 2 : rowScale.row >= 3 ? 1 : 0;
  const height = rowScale.row - space;
  picture.ordered.forEach((row, position) => {
    drawBar(context, row, { top: PAD + rowScale.top(position), height, scale, brushes, edgeSeconds });
  });
}

/** Where an extent's label is centred, as thinned() wants it. */
function labelPlace({ from, to }, rowScale) {
  const top = rowScale.top(Math.min(from, rowScale.count - 1));
  const bottom = rowScale.bottom(Math.min(to, rowScale.count));
  return { at: PAD + (top + bottom - LABEL_HEIGHT) / 2, size: LABEL_HEIGHT };
}

/** Neighbouring rows that failed alike get one label: [{word, count, from, to, end}]. */
export function failureGroups(ordered) {
  const groups = [];
  ordered.forEach((row, position) => {
    if (row.outcome !== "failed") return;
    const last = groups.at(-1);
    if (last && last.to === position && last.word === row.word) {
      last.to += 1;
      last.count += 1;
      last.end = Math.max(last.end, row.end);
    } else {
      groups.push({ word: row.word, count: 1, from: position, to: position + 1, end: row.end });
    }
  });
  return groups;
}

function failureLabels(picture, { scale, rowScale }) {
  const labels = failureGroups(picture.ordered).map((group) => {
    const text = group.count > 1 ? `${group.count} × ${group.word}` : group.word;
    const x = scale.clampedX(group.end);
    const fits = x + 12 + text.length * 7 < scale.right;
    return { ...labelPlace(group, rowScale), text, x: fits ? x + 6 : x - 6, align: fits ? "start" : "end" };
  });
  return thinned(labels).map(({ at, ...label }) => ({ ...label, y: at, kind: "failed" }));
}

function drawSelection(context, picture, { scale, rowScale, palette }) {
  if (picture.selected < 0) return;
  const height = Math.max(rowScale.row, 3);
  const top = PAD + rowScale.top(picture.selected) + (rowScale.row - height) / 2;
  context.fillStyle = palette.select;
  context.globalAlpha = 0.22;
  context.fillRect(scale.left, top - 1, scale.right - scale.left, height + 1);
  context.globalAlpha = 1;
  context.beginPath();
  const middle = top + height / 2;
  for (const [x, reach] of [[scale.left - 1, -7], [scale.right + 1, 7]]) {
    context.moveTo(x, middle);
    context.lineTo(x + reach, middle - 5);
    context.lineTo(x + reach, middle + 5);
  }
  context.fill();
}

function drawBrackets(context, extents, { scale, rowScale, palette }) {
  context.fillStyle = palette.muted;
  const x = scale.right + 11;
  for (const { from, to } of extents) {
    const top = PAD + rowScale.top(from);
    const height = PAD + rowScale.bottom(to) - top - (rowScale.row >= 3 ? 1 : 0);
    if (height < CROWDED) continue;
    context.fillRect(x, top, 1, height);
    context.fillRect(x - 4, top, 4, 1);
    context.fillRect(x - 4, top + height - 1, 4, 1);
  }
}

function batchLabels(extents, picture, { scale, rowScale, isNarrow }, isForecast) {
  const labels = extents.map((batch, k) => ({
    ...labelPlace(batch, rowScale), number: k + 1, count: batch.count, endsAt: batch.at,
  }));
  const x = scale.right + 18;
  const side = isForecast ? "forecast" : "batch";
  return thinned(labels, 0).flatMap(({ number, count, endsAt, at: y }) => [
    ...(isNarrow ? [] : [{ text: `batch ${number}`, x, y, kind: side }]),
    { text: String(count), x: isNarrow ? x + 24 : x + 84, y, kind: `${side}-count`, align: "end" },
    { text: seconds(endsAt, picture.end), x: isNarrow ? x + 29 : x + 90, y, kind: side },
  ]);
}

/** Row numbers in the left gutter: where each batch begins, else the first and the last row. */
function rowLabels(extents, picture, { scale, rowScale }) {
  const starts = extents.length > 0 ? extents.map((extent) => extent.from) : [0];
  const rest = extents.length > 0 ? extents.at(-1).to : picture.rowCount - 1;
  if (rest < picture.rowCount && rest > starts.at(-1)) starts.push(rest);
  const labels = starts.map((position) => ({
    text: String(position + 1),
    at: PAD + rowScale.top(position) + Math.min(0, (rowScale.row - LABEL_HEIGHT) / 2) + 2,
    size: LABEL_HEIGHT,
  }));
  return thinned(labels, 0).map(({ text, at }) => ({ text, x: scale.left - 9, y: at, kind: "axis", align: "end" }));
}

function drawNow(context, picture, { scale, height, palette }) {
  if (picture.now === null) return;
  context.fillStyle = palette.now;
  context.fillRect(Math.round(scale.clampedX(picture.now)), 0, 1, height);
}

/** Draws the whole track. geometry: {scale, rowScale, width, height, palette, isNarrow}. */
export function drawWaterfall(track, picture, geometry) {
  const context = track.fit(geometry.width, geometry.height);
  const hasBatches = picture.batches.length > 0;
  const isEmpty = picture.ordered.length === 0;
  const extents = hasBatches ? picture.batches : isEmpty ? picture.ghost : [];
  drawBands(context, picture, geometry);
  drawGrid(context, picture, geometry);
  drawRows(context, picture, geometry);
  drawGhost(context, picture, { ...geometry, top: PAD });
  drawNow(context, picture, geometry);
  if (hasBatches) drawBrackets(context, extents, geometry);
  drawSelection(context, picture, geometry);
  track.label([
    ...rowLabels(extents, picture, geometry),
    ...batchLabels(extents, picture, geometry, isEmpty),
    ...failureLabels(picture, geometry),
  ]);
}
