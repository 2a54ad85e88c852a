// The track of requests: one row each, batches as bands with a bracket in the right gutter.

import { createBrushes, drawBar } from "./bars.js";
import { createDensity, drawFailed } from "./density.js";
import { drawForecastOutline } from "./forecast-outline.js";
import { seconds } from "../../model/words/describe.js";
import { CROWDED, drawNow, hairlines } from "./guides.js";
import { beganAt } from "../../model/picture/lanes.js";
import { lineAt } from "../../model/picture/order.js";
import { thinned } from "../../lib/thin.js";

export const PAD = 4; // room above the first and below the last row
const LABEL_HEIGHT = 15;

function drawBands(context, picture, { scale, rowScale, palette }) {
  context.fillStyle = palette.band;
  const isLanes = picture.groups.length > 0;
  const around = isLanes ? 1 : rowScale.gap / 2; // a worker's heading stands outside its band
  (isLanes ? picture.groups : picture.batches).forEach(({ from, to }, k) => {
    const top = PAD + rowScale.top(from) - around;
    const bottom = PAD + rowScale.bottom(to) + around;
    if ((k % 2 === 1 && !isLanes) || bottom - top < CROWDED) return;
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
  const { scale, rowScale, palette, drawDensity } = geometry;
  const edgeSeconds = picture.now ?? picture.edge;
  if (rowScale.isDense) {
    drawDensity(context, picture, { top: PAD, rowScale, scale, palette, edgeSeconds });
    if (picture.hasFailures) drawFailed(context, picture, { top: PAD, rowScale, scale, palette });
    return;
  }
  const brushes = createBrushes(context, palette, scale.clampedX(edgeSeconds));
  const space = rowScale.row >= 10 ? 2 : rowScale.row >= 3 ? 1 : 0;
  const height = rowScale.row - space;
  const isInLane = Boolean(picture.lines);
  const [first, last] = rowScale.inSight;
  for (let line = first; line < last; line += 1) {
    const top = PAD + rowScale.top(line);
    for (
      const row of isInLane ? picture.lines[line] ?? [] : picture.ordered.slice(line, line + 1)
    ) {
      drawBar(context, row, { top, height, scale, brushes, edgeSeconds, isInLane });
    }
  }
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
  const labels = failureGroups(picture.ordered).flatMap((group) => {
    if (!scale.shows(group.end)) return [];
    const text = group.count > 1 ? `${group.count} × ${group.word}` : group.word;
    const x = scale.clampedX(group.end);
    const fits = x + 12 + text.length * 7 < scale.right;
    return [{
      ...labelPlace(group, rowScale),
      text,
      x: fits ? x + 6 : x - 6,
      align: fits ? "start" : "end",
    }];
  });
  return thinned(labels).map(({ at, ...label }) => ({ ...label, y: at, kind: "failed" }));
}

/** Which of the requests in a lane is chosen. */
function frameInLane(context, { ordered, selected, now, edge }, { scale, palette }, top, height) {
  const row = ordered[selected];
  const left = scale.clampedX(beganAt(row) ?? 0);
  const right = scale.clampedX(row.end ?? now ?? edge);
  context.strokeStyle = palette.select;
  context.lineWidth = 1.5;
  context.strokeRect(left - 1, top - 1.5, right - left + 2, height + 2);
}

function drawSelection(context, picture, { scale, rowScale, palette }) {
  if (picture.selected < 0) return;
  const height = Math.max(rowScale.row, 3);
  const top = PAD + rowScale.top(lineAt(picture, picture.selected)) + (rowScale.row - height) / 2;
  context.fillStyle = palette.select;
  context.globalAlpha = 0.22;
  context.fillRect(scale.left, top - 1, scale.right - scale.left, height + 1);
  context.globalAlpha = 1;
  if (picture.lines) frameInLane(context, picture, { scale, palette }, top, height);
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
    if (height < CROWDED || !rowScale.shows(top - PAD, top - PAD + height)) continue;
    context.fillRect(x, top, 1, height);
    context.fillRect(x - 4, top, 4, 1);
    context.fillRect(x - 4, top + height - 1, 4, 1);
  }
}

function batchLabels(extents, picture, { scale, rowScale, isNarrow }, isForecast) {
  const labels = extents.map((batch, k) => ({
    ...labelPlace(batch, rowScale),
    number: k + 1,
    count: batch.count,
    endsAt: batch.at,
  }));
  const x = scale.right + 18;
  const side = isForecast ? "forecast" : "batch";
  return thinned(labels, 0).flatMap(({ number, count, endsAt, at: y }) => [
    ...(isNarrow ? [] : [{ text: `batch ${number}`, x, y, kind: side }]),
    { text: String(count), x: isNarrow ? x + 24 : x + 88, y, kind: `${side}-count`, align: "end" },
    { text: seconds(endsAt, picture.end), x: isNarrow ? x + 29 : x + 93, y, kind: side },
  ]);
}

/** The heading of each worker's lanes, and its lanes' numbers. */
function laneLabels({ groups }, { scale, rowScale }) {
  return groups.flatMap(({ from, to, heading }) => {
    const numbers = Array.from({ length: to - from }, (_, k) => ({
      text: String(k + 1),
      at: PAD + rowScale.top(from + k) + (rowScale.row - LABEL_HEIGHT) / 2,
      size: LABEL_HEIGHT,
    }));
    return [
      {
        text: heading,
        x: scale.left,
        y: PAD + rowScale.top(from) - rowScale.gap + 1,
        kind: "lane",
      },
      ...thinned(numbers, 0).map(({ text, at }) => ({
        text,
        x: scale.left - 9,
        y: at,
        kind: "axis",
        align: "end",
      })),
    ];
  });
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
  return thinned(labels, 0).map(({ text, at }) => ({
    text,
    x: scale.left - 9,
    y: at,
    kind: "axis",
    align: "end",
  }));
}

/** The labels whose middle is in sight. */
function inSight(labels, { height }) {
  return labels.filter(({ y }) => y > -LABEL_HEIGHT / 2 && y < height - LABEL_HEIGHT / 2);
}

/** Builds the track's drawing. geometry: {scale, rowScale, width, height, palette, isNarrow}. */
export function createWaterfall(track) {
  const drawDensity = createDensity();
  return (picture, geometry) => {
    const { width, height } = geometry;
    const context = track.fit(width, height);
    const hasBatches = picture.batches.length > 0;
    const isEmpty = picture.ordered.length === 0;
    const extents = hasBatches ? picture.batches : isEmpty ? picture.expected : [];
    context.save();
    context.beginPath();
    context.rect(0, PAD - 2, width, height - 2 * PAD + 4);
    if (picture.view) context.clip();
    drawBands(context, picture, geometry);
    drawGrid(context, picture, geometry);
    drawRows(context, picture, { ...geometry, drawDensity });
    drawForecastOutline(context, picture, { ...geometry, top: PAD });
    drawNow(context, picture, geometry, height);
    if (hasBatches) drawBrackets(context, extents, geometry);
    drawSelection(context, picture, geometry);
    context.restore();
    track.label(inSight([
      ...(picture.lines ? laneLabels(picture, geometry) : rowLabels(extents, picture, geometry)),
      ...batchLabels(extents, picture, geometry, isEmpty),
      ...(picture.lines ? [] : failureLabels(picture, geometry)),
    ], geometry));
  };
}
