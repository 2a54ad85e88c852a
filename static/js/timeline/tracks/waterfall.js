// The track of requests: one row each, batches as bands with a bracket in the right gutter.

/** @typedef {ReturnType<typeof createDensity>} DrawDensity */
/** @import { Extent, Geometry, Picture, Track } from "../../types/picture.d.ts" */

import { createBrushes, drawBar } from "./bars.js";
import { createDensity, drawFailed } from "./density.js";
import { drawForecastOutline } from "./forecast-outline.js";
import { CROWDED, drawNow, hairlines } from "./guides.js";
import { PAD } from "../layout.js";
import { waterfallLabels } from "./waterfall-labels.js";
import { beganAt } from "../../model/picture/lanes.js";
import { lineAt } from "../../model/picture/order.js";

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Geometry} geometry
 */
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

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Geometry} geometry
 */
function drawGrid(context, picture, { scale, height, palette, rowScale }) {
  context.save();
  context.fillStyle = palette.grid;
  for (const tick of scale.ticks()) {
    const x = Math.round(scale.x(tick));
    for (let y = 0; y < height; y += 4) context.fillRect(x, y, 1, 1);
  }
  context.fillStyle = palette.hairline;
  for (const { at, batch } of hairlines(picture.batches, scale)) {
    const from = PAD + rowScale.bottom(batch.to);
    context.fillRect(Math.round(at), from, 1, height - from);
  }
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Geometry & { drawDensity: DrawDensity }} geometry
 */
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
  const { lines, ordered } = picture;
  const isInLane = lines !== null;
  const [first, last] = rowScale.inSight;
  for (let line = first; line < last; line += 1) {
    const top = PAD + rowScale.top(line);
    const rows = lines ? lines[line] ?? [] : ordered.slice(line, line + 1);
    for (const row of rows) {
      drawBar(context, row, { top, height, scale, brushes, edgeSeconds, isInLane });
    }
  }
}

/**
 * Which of the requests in a lane is chosen.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Pick<Geometry, "scale" | "palette">} geometry
 * @param {number} top
 * @param {number} height
 */
function frameInLane(context, { ordered, selected, now, edge }, { scale, palette }, top, height) {
  const row = ordered[selected];
  const left = scale.clampedX(beganAt(row) ?? 0);
  const right = scale.clampedX(row.end ?? now ?? edge);
  context.strokeStyle = palette.select;
  context.lineWidth = 1.5;
  context.strokeRect(left - 1, top - 1.5, right - left + 2, height + 2);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Geometry} geometry
 */
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

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Extent[]} extents
 * @param {Geometry} geometry
 */
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

/**
 * Builds the track's drawing. geometry: {scale, rowScale, width, height, palette, isNarrow}.
 *
 * @param {Track} track
 * @returns {(picture: Picture, geometry: Geometry) => void}
 */
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
    track.label(waterfallLabels(picture, extents, geometry));
  };
}
