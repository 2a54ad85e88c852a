// The layout of a picture in pixels: the scales that all its tracks share.

/** @import { Geometry, Palette, Picture } from "../types/picture.d.ts" */

import { RowScale } from "./row-scale.js";
import { TimeScale } from "./scale.js";

export const PAD = 4; // pixels above the first and below the last row
const HEADING = 18; // pixels above the lanes of a worker
const NARROW = 620; // pixels; below it the gutters give up their words

/**
 * Lays the picture out in `width` pixels and a room for its rows: the scales that every track shares.
 *
 * @param {Picture} picture
 * @param {number} width
 * @param {number} room pixels for the rows
 * @param {Palette} palette
 * @returns {Geometry}
 */
export function layOut(picture, width, room, palette) {
  const isNarrow = width < NARROW;
  const { view } = picture;
  const scale = new TimeScale({
    from: view?.from ?? 0,
    to: view?.to ?? picture.end,
    left: 46,
    right: width - (isNarrow ? 100 : 158),
  });
  const rowScale = new RowScale({
    view,
    count: picture.rowCount,
    height: room,
    pixelRatio: window.devicePixelRatio,
    ...(picture.groups.length > 0
      ? { breaks: picture.groups.map(({ from }) => from), heading: HEADING }
      : { breaks: picture.breaks }),
  });
  return {
    scale,
    rowScale,
    width,
    height: Math.max(24, rowScale.height + 2 * PAD),
    palette,
    isNarrow,
  };
}
