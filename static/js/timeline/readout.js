// The readout: the request under the pointer or the keyboard, with its phases and seconds, in words.

/** @import { Panel } from "../types/page.d.ts" */
/** @import { Picture } from "../types/picture.d.ts" */
/** @import { Request } from "../types/run.d.ts" */

import {
  outcomeWords,
  requestSpoken,
  requestTimes,
  seconds,
  serverTiming,
  spell,
} from "../model/words/describe.js";
import { byId, make } from "../dom/elements.js";

const HINT =
  "Hover over a row, or focus the timeline and use the arrow keys, to inspect a request.";

/**
 * @param {Request} row
 * @param {Picture} picture
 */
function partsOf(row, { selected: position, now, pinned, lines }) {
  const isInLane = lines !== null;
  const times = requestTimes(row, now).map(({ phase, words, seconds: spent }) =>
    make(
      "span",
      { class: "readout-time" },
      make("span", { class: `swatch swatch-${phase}` }),
      `${words} `,
      make("b", {}, spell(spent)),
    )
  );
  const places = [
    row.worker && `pid ${row.worker}`,
    row.connection && `connection ${row.connection}`,
  ];
  const place = places.filter(Boolean).join(", ");
  const end = row.end === null ? "" : ` after ${seconds(row.end, 2)}`;
  return [
    make(
      "span",
      { class: "readout-name" },
      make("b", {}, `Request ${row.seq}`),
      isInLane || position + 1 === row.seq ? "" : ` (row ${position + 1})`,
    ),
    ...times,
    make(
      "span",
      { class: row.outcome === "failed" ? "readout-failed" : "readout-end" },
      outcomeWords(row, now) + end,
    ),
    place && make("span", { class: "readout-place" }, place),
    serverTiming(row) && make("span", { class: "readout-place" }, `server: ${serverTiming(row)}`),
    pinned && make("span", { class: "readout-pin" }, "pinned, Esc to unpin"),
  ].filter((part) => part instanceof Node);
}

/**
 * Shows the selected row in the readout, and tells the timeline's value to assistive software.
 *
 * @returns {Panel}
 */
export function createReadout() {
  const element = byId("readout");
  const slider = byId("timeline");

  return {
    draw({ picture }) {
      const { ordered, selected, now } = picture;
      const row = ordered[selected];
      element.classList.toggle("is-empty", !row);
      element.replaceChildren(...(row ? partsOf(row, picture) : [HINT]));
      slider.setAttribute("aria-valuemin", "1");
      slider.setAttribute("aria-valuemax", String(Math.max(1, ordered.length)));
      slider.setAttribute("aria-valuenow", String(row ? selected + 1 : 1));
      slider.setAttribute("aria-valuetext", row ? requestSpoken(row, now) : "No request selected");
    },
  };
}
