// The timeline as text: a table with a row for each request, a page at a time.

import { outcomeWords } from "../model/words/describe.js";
import { durations } from "../model/run/fold.js";
import { make, setText } from "../dom/elements.js";

const PAGE = 500;

const COLUMNS = [
  "request",
  "outcome",
  "queued",
  "pool wait",
  "executing",
  "total",
  "worker",
  "connection",
];

function cellsOf(row, now) {
  const spent = durations(row, now ?? 0);
  const time = (value) => (value === undefined ? "–" : `${value.toFixed(3)} s`);
  return [
    outcomeWords(row, now),
    time(spent.queued),
    time(spent.waiting),
    time(spent.executing),
    time(row.end ?? undefined),
    row.worker || "–",
    row.connection || "–",
  ];
}

/** Builds the table in a <details>; it is only filled while that is open. */
export function createRequestTable(details) {
  const body = make("tbody");
  const caption = make("caption");
  const table = make(
    "table",
    {},
    caption,
    make("thead", {}, make("tr", {}, ...COLUMNS.map((name) => make("th", { scope: "col" }, name)))),
    body,
  );
  const earlier = make(
    "button",
    { type: "button", class: "button", onclick: () => turn(-1) },
    "Earlier",
  );
  const later = make(
    "button",
    { type: "button", class: "button", onclick: () => turn(1) },
    "Later",
  );
  const pager = make("div", { class: "pager" }, earlier, later);
  const box = {
    class: "table-box",
    tabindex: "0",
    role: "region",
    "aria-label": "Requests as a table",
  };
  details.append(make("div", box, table), pager);
  let first = 0;
  let picture = null;
  let shown = null;

  function turn(step) {
    first += step * PAGE;
    draw(picture);
  }

  function draw(next) {
    picture = next;
    if (!details.open || !picture) return;
    const { ordered, now } = picture;
    if (first >= ordered.length) first = 0;
    // The rows are replaced when marks came, so the same rows at the same page need no new table.
    if (
      shown && shown.ordered === ordered && shown.first === first &&
      shown.running === (now !== null)
    ) return;
    shown = { ordered, first, running: now !== null };
    const rows = ordered.slice(first, first + PAGE);
    const last = first + rows.length;
    setText(
      caption,
      rows.length === 0
        ? "No requests yet"
        : `Requests ${first + 1} to ${last} of ${ordered.length}, in the order of the timeline`,
    );
    body.replaceChildren(
      ...rows.map((row) =>
        make(
          "tr",
          {},
          make("th", { scope: "row" }, String(row.seq)),
          ...cellsOf(row, now).map((text) => make("td", {}, String(text))),
        )
      ),
    );
    pager.hidden = ordered.length <= PAGE;
    earlier.disabled = first === 0;
    later.disabled = last >= ordered.length;
  }

  details.addEventListener("toggle", () => draw(picture));
  return { draw };
}
