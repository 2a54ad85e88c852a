// Rows thinner than a pixel: how much of each pixel line is in which phase. mixLine is pure, drawDensity draws.

/** @import { Palette, Picture } from "../../types/picture.d.ts" */
/** @import { Request } from "../../types/run.d.ts" */
/** @import { RowScale } from "../row-scale.js" */
/** @import { TimeScale } from "../scale.js" */

import { contextOf } from "../../dom/elements.js";
import { channelsOf } from "../palette.js";
import { lineAt } from "../../model/picture/order.js";

// How much of its row a phase covers when it is drawn as a bar: thin lines stay light when they melt together.
const QUEUED = 0, WAITING = 1, EXECUTING = 2, UNKNOWN = 3;
const COLORS = ["queued", "waiting", "executing", "unknown"];
/** @type {Record<string, [number, number]>} the colour of a phase, and its share of the row */
const INK = {
  queued: [QUEUED, 0.22],
  "thread-queued": [QUEUED, 0.4],
  waiting: [WAITING, 0.5],
  connecting: [EXECUTING, 0.7],
  executing: [EXECUTING, 1],
  holding: [EXECUTING, 0.6],
  handling: [EXECUTING, 0.4],
  responding: [EXECUTING, 0.4],
  unknown: [UNKNOWN, 0.2],
};
const NOTHING = 0.004; // a share of a pixel line that cannot be seen

/** @typedef {ReturnType<typeof createLine>} Line */
/**
 * Where rows are drawn: `top` pixels down; what goes on ends at `edgeSeconds`.
 *
 * @typedef {{
 *   top: number,
 *   rowScale: RowScale,
 *   scale: TimeScale,
 *   palette: Palette,
 *   edgeSeconds: number,
 * }} Place
 */

/**
 * The memory for one pixel line of `width` pixels; mixLine fills it. `open`: the shares of what still goes on.
 *
 * @param {number} width
 */
export function createLine(width) {
  return {
    width,
    changes: COLORS.map(() => new Float32Array(width + 1)),
    touched: new Uint8Array(width + 1),
    open: [0, 0, 0, 0],
  };
}

/**
 * Adds rows to a line as changes of each colour's share from one pixel to the next.
 *
 * lines: how many lines the rows lie in; isInLane: several to a line, where they have no place before a worker has them.
 *
 * @param {Line} line
 * @param {Request[]} rows
 * @param {number} lines
 * @param {{ scale: { from: number, pixelsPerSecond: number }, edgeSeconds: number, isInLane?: boolean }} at
 */
export function mixLine(line, rows, lines, { scale, edgeSeconds, isInLane = false }) {
  const { changes, touched, width, open } = line;
  const { from: begin, pixelsPerSecond } = scale;
  for (const { spans } of rows) {
    for (const { phase, from, to } of spans) {
      if (isInLane && phase === "queued") continue;
      const left = Math.max(0, Math.round((from - begin) * pixelsPerSecond));
      const right = Math.min(width, Math.round(((to ?? edgeSeconds) - begin) * pixelsPerSecond));
      const [color, ink] = INK[phase];
      const weight = ink / lines;
      if (to === null) open[color] += weight;
      if (right <= left) continue;
      changes[color][left] += weight;
      changes[color][right] -= weight;
      touched[left] = touched[right] = 1;
    }
  }
}

/**
 * A mixture of the four colours over nothing, as one little-endian RGBA pixel.
 *
 * @param {number[]} mix
 * @param {number[][]} palette
 */
function blended(mix, palette) {
  let [red, green, blue, alpha] = [0, 0, 0, 0];
  for (let k = 0; k < mix.length; k += 1) {
    if (mix[k] <= NOTHING) continue;
    const share = Math.min(1, mix[k]);
    red += (palette[k][0] - red) * share;
    green += (palette[k][1] - green) * share;
    blue += (palette[k][2] - blue) * share;
    alpha += (1 - alpha) * share;
  }
  if (alpha === 0) return 0;
  /** @param {number} value */
  const of = (value) => Math.round(Math.min(255, value / alpha));
  return ((Math.round(alpha * 255) << 24) | (of(blue) << 16) | (of(green) << 8) | of(red)) >>> 0;
}

/**
 * Turns a line into pixels, and empties it for the next one. Returns the pixel of what goes on at its end.
 *
 * @param {Line} line
 * @param {number[][]} palette
 * @param {Uint32Array} pixels
 * @param {number} offset
 */
export function pixelsOfLine(line, palette, pixels, offset) {
  const { changes, touched, width } = line;
  const mix = [0, 0, 0, 0];
  let pixel = 0;
  for (let x = 0; x < width; x += 1) {
    if (touched[x]) {
      for (let k = 0; k < mix.length; k += 1) {
        mix[k] += changes[k][x];
        changes[k][x] = 0;
      }
      touched[x] = 0;
      pixel = blended(mix, palette);
    }
    pixels[offset + x] = pixel;
  }
  for (const change of changes) change[width] = 0;
  touched[width] = 0;
  const tail = blended(line.open, palette);
  line.open.fill(0);
  return tail;
}

/**
 * The pixel lines of a picture: calls `each({rows, first, last}, lines, y)` for those in sight; rows is a function.
 *
 * @param {Picture} picture
 * @param {RowScale} rowScale
 * @param {(part: { rows: () => Request[], first: number, last: number }, lines: number, y: number) => void} each
 */
function eachPixelLine({ ordered, lines, groups }, rowScale, each) {
  const count = lines ? lines.length : ordered.length;
  for (const { from, to } of lines ? groups : [{ from: 0, to: count }]) {
    const top = Math.round(rowScale.top(from));
    const high = Math.max(1, Math.ceil((to - from) * rowScale.row));
    for (let pixel = Math.max(0, -top); pixel < high && top + pixel < rowScale.height; pixel += 1) {
      const first = from + Math.floor(pixel / rowScale.row);
      const last = Math.min(to, Math.max(first + 1, from + Math.floor((pixel + 1) / rowScale.row)));
      if (first >= last) break;
      const rows = () => (lines ? lines.slice(first, last).flat() : ordered.slice(first, last));
      each({ rows, first, last }, last - first, top + pixel);
    }
  }
}

/**
 * Whether the rows of two arrays are the same from one position to before another.
 *
 * @param {Request[]} rows
 * @param {Request[]} others
 * @param {number} first
 * @param {number} last
 */
function isSame(rows, others, first, last) {
  for (let k = first; k < last; k += 1) {
    if (rows[k] !== others[k]) return false;
  }
  return true;
}

/**
 * The pixels of a drawing. tails: for each pixel line, the pixel of what goes on at its end; known: what it shows.
 *
 * @param {CanvasRenderingContext2D} ink
 * @param {number} width
 * @param {number} height
 */
function createBuffer(ink, width, height) {
  const image = ink.createImageData(width, height);
  return {
    image,
    pixels: new Uint32Array(image.data.buffer),
    line: createLine(width),
    tails: new Uint32Array(height),
    known: { key: "", rows: /** @type {Request[]} */ ([]), edge: 0 },
  };
}

/**
 * Builds the drawing of densities. It remembers its pixels: a line whose rows have no new marks is only made longer, up
 * to the present, so that a frame costs what has changed.
 */
export function createDensity() {
  const canvas = document.createElement("canvas");
  const ink = contextOf(canvas);
  /** @type {ReturnType<typeof createBuffer> | null} */
  let buffer = null;

  /**
   * @param {number} width
   * @param {number} height
   */
  function bufferOf(width, height) {
    if (buffer?.image.width === width && buffer.image.height === height) return buffer;
    [canvas.width, canvas.height] = [width, height];
    buffer = createBuffer(ink, width, height);
    return buffer;
  }

  /**
   * Draws the rows of a picture in sight, many to a pixel line.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Picture} picture
   * @param {Place} at
   */
  return function drawDensity(context, picture, { top, rowScale, scale, palette, edgeSeconds }) {
    const width = Math.round(scale.right - scale.left);
    const drawing = bufferOf(width, Math.ceil(rowScale.height));
    const { image, pixels, line, tails, known } = drawing;
    const colors = COLORS.map((name) => channelsOf(palette[name]));
    const isInLane = Boolean(picture.lines);
    const edge = Math.min(
      width,
      Math.max(0, Math.round((edgeSeconds - scale.from) * scale.pixelsPerSecond)),
    );
    const key = JSON.stringify([colors, scale, rowScale, isInLane]);
    const canGrow = !isInLane && key === known.key && edge >= known.edge;
    if (!canGrow) pixels.fill(0);
    eachPixelLine(picture, rowScale, ({ rows, first, last }, lines, y) => {
      if (canGrow && isSame(picture.ordered, known.rows, first, last)) {
        if (tails[y] !== 0) pixels.fill(tails[y], y * width + known.edge, y * width + edge);
      } else {
        const own = rows();
        mixLine(line, own, lines, { scale, edgeSeconds, isInLane });
        tails[y] = pixelsOfLine(line, colors, pixels, y * width);
      }
    });
    drawing.known = { key, rows: picture.ordered, edge };
    ink.putImageData(image, 0, 0);
    context.save();
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, scale.left, top);
    context.restore();
  };
}

/**
 * Draws the ends of failed rows over their density.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Omit<Place, "edgeSeconds">} at
 */
export function drawFailed(context, picture, { top, rowScale, scale, palette }) {
  context.fillStyle = palette.failed;
  picture.ordered.forEach((row, position) => {
    if (row.outcome !== "failed" || row.end === null || !scale.shows(row.end)) return;
    const y = rowScale.top(lineAt(picture, position));
    if (rowScale.shows(y, y + 1)) {
      context.fillRect(scale.x(row.end) - 1.5, top + Math.floor(y), 3, 1);
    }
  });
}
