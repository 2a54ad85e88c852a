// Lines through all tracks where a part of the run ended or stalled: elements, so that their words can be read.

/** @import { Geometry, Picture } from "../../types/picture.d.ts" */
/** @import { RunEvent } from "../../model/run/events.js" */

import { make } from "../../dom/elements.js";

const NARROWEST = 2; // pixels

/**
 * @param {HTMLElement} root
 * @returns {(events: RunEvent[], picture: Picture, geometry: Geometry) => void}
 */
export function createEventLines(root) {
  const layer = root.appendChild(make("div", { class: "event-lines" }));
  let drawn = "";
  return (events, { end }, { scale }) => {
    // What ended is seen a moment after the last request that it took along.
    const within = events.map((event) => ({ ...event, at: Math.min(event.at, end) }));
    const places = within.filter(({ at, seconds }) => at + seconds >= scale.from && at <= scale.to)
      .map(({ at, seconds, words }) => {
        const left = Math.round(scale.clampedX(at));
        const width = Math.max(NARROWEST, Math.round(scale.clampedX(at + seconds)) - left);
        return { left, width, words };
      });
    const key = JSON.stringify(places);
    if (key === drawn) return;
    drawn = key;
    layer.replaceChildren(...places.map(({ left, width, words }) => {
      // The words of what lies at the right would cover the batches' figures.
      const side = left > (scale.left + scale.right) / 2 ? "is-before" : null;
      const line = make("div", { class: "event-line" }, make("span", { class: side }, words));
      // A style attribute is what the Content-Security-Policy does not let through.
      line.style.left = `${left}px`;
      line.style.width = `${width}px`;
      return line;
    }));
  };
}
