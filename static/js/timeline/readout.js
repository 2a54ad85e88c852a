// The readout: the request under the pointer or the keyboard, with its phases and seconds, in words.

import {
  outcomeWords,
  requestSpoken,
  requestTimes,
  seconds,
  serverTiming,
  spell,
} from "../model/words/describe.js";
import { make } from "../dom/elements.js";

const HINT = "Point at a row, or focus the timeline and press the arrow keys, to read one request.";

function partsOf(row, position, { now, pinned, lines }) {
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
    pinned && make("span", { class: "readout-pin" }, "pinned, Esc releases"),
  ].filter(Boolean);
}

/** Shows the selected row of a picture in the readout, and tells the slider's value to assistive software. */
export function drawReadout(element, slider, picture) {
  const row = picture.ordered[picture.selected];
  element.classList.toggle("is-empty", !row);
  slider.setAttribute("aria-valuemin", "1");
  slider.setAttribute("aria-valuemax", String(Math.max(1, picture.ordered.length)));
  if (!row) {
    element.replaceChildren(HINT);
    slider.setAttribute("aria-valuenow", "1");
    slider.setAttribute("aria-valuetext", "No request chosen");
    return;
  }
  element.replaceChildren(...partsOf(row, picture.selected, picture));
  slider.setAttribute("aria-valuenow", String(picture.selected + 1));
  slider.setAttribute("aria-valuetext", requestSpoken(row, picture.now));
}
