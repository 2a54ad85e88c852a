// The colours of css/tokens.css as the canvas needs them, read when something is drawn so that a theme change shows.

/** @import { Palette } from "../types/picture.d.ts" */

const NAMES = [
  "page",
  "band",
  "grid",
  "hairline",
  "ink",
  "muted",
  "select",
  "queued",
  "waiting",
  "executing",
  "failed",
  "unknown",
  "forecast",
  "now",
];

/**
 * Reads the tokens as they are in force on an element: {name: "rgb(...)"}.
 *
 * @param {Element} element
 */
export function readPalette(element) {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  /** @type {Palette} */
  const palette = {};
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    palette[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return palette;
}

/**
 * Red, green and blue of a colour as readPalette gives it.
 *
 * @param {string} rgb
 */
export const channelsOf = (rgb) => (rgb.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);

/**
 * The same colour with another opacity.
 *
 * @param {string} rgb
 * @param {number} opacity
 */
export function faded(rgb, opacity) {
  return `rgba(${channelsOf(rgb).join(", ")}, ${opacity})`;
}
