// The timeline as text: a table with a row for each request, a page at a time.

/** @import { Panel } from "../types/page.d.ts" */
/** @import { Picture } from "../types/picture.d.ts" */
/** @import { Request } from "../types/run.d.ts" */

import { outcomeWords } from "../model/words/describe.js";
import { durations } from "../model/run/fold.js";
import { button, byId, make, setText, tableHead } from "../dom/elements.js";
import { remembered } from "../lib/remember.js";

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

/**
 * @param {Request} row
 * @param {number | null} now
 */
function cellsOf(row, now) {
  const spent = durations(row, now ?? 0);
  /** @param {number | undefined} value */
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

/**
 * The table in a <details>; it is only filled while that is open.
 *
 * @returns {Panel}
 */
export function createRequestTable() {
  const details = byId("request-table", HTMLDetailsElement);
  const body = make("tbody");
  const caption = make("caption");
  const table = make("table", {}, caption, tableHead(COLUMNS), body);
  const earlier = button("Previous", () => turn(-1));
  const later = button("Next", () => turn(1));
  const pager = make("div", { class: "pager" }, earlier, later);
  const box = {
    class: "table-box",
    tabindex: "0",
    role: "region",
    "aria-label": "Requests as a table",
  };
  details.append(make("div", box, table), pager);
  let first = 0;
  /** @type {Picture | null} */
  let picture = null;

  // The rows are replaced when marks came, so the same rows at the same page need no new table.
  const fill = remembered((
    /** @type {Request[]} */ ordered,
    /** @type {number} */ from,
    /** @type {boolean} */ isRunning,
  ) => {
    const rows = ordered.slice(from, from + PAGE);
    const last = from + rows.length;
    const words = `Requests ${
      from + 1
    } to ${last} of ${ordered.length}, in the order of the timeline`;
    setText(caption, rows.length === 0 ? "No requests yet" : words);
    const now = isRunning ? picture?.now ?? null : null;
    body.replaceChildren(...rows.map((row) =>
      make(
        "tr",
        {},
        make("th", { scope: "row" }, String(row.seq)),
        ...cellsOf(row, now).map((text) => make("td", {}, String(text))),
      )
    ));
    pager.hidden = ordered.length <= PAGE;
    earlier.disabled = from === 0;
    later.disabled = last >= ordered.length;
  });

  function show() {
    if (!details.open || !picture) return;
    const { ordered, now } = picture;
    if (first >= ordered.length) first = 0;
    fill(ordered, first, now !== null);
  }

  /** @param {number} pages */
  function turn(pages) {
    first += pages * PAGE;
    show();
  }

  details.addEventListener("toggle", show);
  return {
    draw(scene) {
      picture = scene.picture;
      show();
    },
  };
}
