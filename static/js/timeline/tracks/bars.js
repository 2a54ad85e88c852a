// Draws one request as a bar. Thickness says the phase first, colour second: waiting is thin, work fills the row.

/** @import { Palette } from "../../types/picture.d.ts" */
/** @import { Request, Span } from "../../types/run.d.ts" */
/** @import { TimeScale } from "../scale.js" */

import { contextOf } from "../../dom/elements.js";
import { faded } from "../palette.js";

/** @typedef {string | CanvasGradient | CanvasPattern} Style */
/** @typedef {Record<string, Style>} Brush a fill style by name */
/** @typedef {ReturnType<typeof createBrushes>} Brushes */

const FADE = 28; // pixels over which an unfinished bar fades towards "now"

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} color
 */
function hatching(context, color) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 4;
  const ink = contextOf(tile);
  ink.fillStyle = faded(color, 0.35);
  ink.fillRect(0, 0, 4, 4);
  ink.strokeStyle = color;
  ink.lineWidth = 1;
  ink.beginPath();
  for (const offset of [-4, 0, 4]) {
    ink.moveTo(offset - 1, 5);
    ink.lineTo(offset + 5, -1);
  }
  ink.stroke();
  return context.createPattern(tile, "repeat");
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} color
 * @param {number} edge
 */
function fading(context, color, edge) {
  const gradient = context.createLinearGradient(edge - FADE, 0, edge, 0);
  gradient.addColorStop(0, color);
  gradient.addColorStop(1, faded(color, 0.1));
  return gradient;
}

/**
 * The fill styles of one drawing: `firm` for spans that have ended, `open` for those that go on at pixel `edge`.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} palette
 * @param {number} edge
 */
export function createBrushes(context, palette, edge) {
  const colors = {
    queued: palette.queued,
    waiting: palette.waiting,
    executing: palette.executing,
    unknown: palette.unknown,
    tint: faded(palette.executing, 0.14),
    pale: faded(palette.executing, 0.4),
  };
  const open = Object.fromEntries(
    Object.entries(colors).map(([name, color]) => [
      name,
      name === "tint" || name === "pale" ? color : fading(context, color, edge),
    ]),
  );
  return {
    firm: colors,
    open,
    hatch: hatching(context, palette.executing) ?? palette.executing,
    failed: palette.failed,
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {Brush} brush
 */
function outline(context, x, y, width, height, brush) {
  // An outline of so low a bar would fill it; a paler bar says the same.
  if (height < 4) {
    context.fillStyle = brush.pale;
    context.fillRect(x, y, width, height);
    return;
  }
  context.fillStyle = brush.tint;
  context.fillRect(x, y, width, height);
  context.fillStyle = brush.executing;
  context.fillRect(x, y, width, 1);
  context.fillRect(x, y + height - 1, width, 1);
  context.fillRect(x, y, 1, height);
  context.fillRect(x + width - 1, y, 1, height);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {Brush} brush
 */
function dotted(context, x, y, width, brush) {
  context.fillStyle = brush.unknown;
  for (let dot = x; dot < x + width; dot += 4) {
    context.fillRect(dot, y, Math.min(2, x + width - dot), 1.5);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {Style} style
 * @param {number} thickness
 */
function line(context, x, y, width, height, style, thickness) {
  context.fillStyle = style;
  context.fillRect(x, y + (height - thickness) / 2, width, thickness);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Span["phase"]} phase
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {Brush} brush
 * @param {Style} hatch
 */
function drawSpan(context, phase, x, y, width, height, brush, hatch) {
  switch (phase) {
    case "queued":
      return line(context, x, y, width, height, brush.queued, 1);
    case "thread-queued":
      return line(context, x, y, width, height, brush.queued, height >= 4 ? 2 : 1);
    case "waiting":
      return line(context, x, y, width, height, brush.waiting, height >= 4 ? 2 : 1);
    case "connecting":
      return line(context, x, y, width, height, brush.executing, height / 2);
    case "unknown":
      return dotted(context, x, y + height / 2, width, brush);
    case "executing":
    case "holding":
      context.fillStyle = phase === "holding" ? hatch : brush.executing;
      return context.fillRect(x, y, width, height);
    default:
      return outline(context, x, y, width, height, brush); // handling, responding: in Python
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} height
 * @param {string} color
 */
function drawCross(context, x, y, height, color) {
  const reach = Math.min(5, Math.max(2, height / 2));
  const middle = y + height / 2;
  context.strokeStyle = color;
  context.lineWidth = height >= 6 ? 2 : 1.5;
  context.beginPath();
  context.moveTo(x - reach, middle - reach);
  context.lineTo(x + reach, middle + reach);
  context.moveTo(x - reach, middle + reach);
  context.lineTo(x + reach, middle - reach);
  context.stroke();
}

/**
 * Draws a row's spans in a strip of the given top and height; open spans end at `edgeSeconds`. In a lane, which it
 * shares with others, a request has no place before a worker has it.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Request} row
 * @param {{ top: number, height: number, scale: TimeScale, brushes: Brushes, edgeSeconds: number, isInLane: boolean }} place
 */
export function drawBar(context, row, { top, height, scale, brushes, edgeSeconds, isInLane }) {
  for (const { phase, from, to } of row.spans) {
    if (isInLane && phase === "queued") continue;
    const x = scale.clampedX(from);
    const width = Math.max(scale.clampedX(to ?? edgeSeconds) - x, 0);
    if (width < 0.15) continue;
    drawSpan(
      context,
      phase,
      x,
      top,
      width,
      height,
      to === null ? brushes.open : brushes.firm,
      brushes.hatch,
    );
  }
  // The next request of the lane may follow at once.
  if (row.end === null || !scale.shows(row.end)) return;
  if (isInLane) context.clearRect(scale.clampedX(row.end) - 1, top, 1, height);
  if (row.outcome === "failed") {
    drawCross(context, scale.clampedX(row.end), top, height, brushes.failed);
  }
}
