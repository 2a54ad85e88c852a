// HISTORY: the list of the kept runs, to search, sort, page, open and compare.

/** @import { HistoryQuery } from "../../types/api.d.ts" */
/** @import { Page, PageState, Panel } from "../../types/page.d.ts" */

import { api, attempt } from "../../state/api.js";
import { button, byId, make, setText } from "../../dom/elements.js";
import { createActions } from "./actions.js";
import { COLUMNS, historyRow } from "./row.js";
import { isOver } from "../../model/run/status.js";
import { FEWEST } from "../../state/route.js";
import { createUndo } from "./undo.js";

const SIZE = 10; // runs on a page
/** What of the state the section shows. @type {(keyof PageState)[]} */
const SHOWN = ["listed", "chosen", "renaming", "route", "listProblem", "asked", "deleted"];
const TYPING_PAUSE = 200; // milliseconds after the last key before the list is asked for

/**
 * The order that a press of a column's heading asks for: the other way round, or else largest first for numbers.
 *
 * @param {string} sort
 * @param {string} name
 * @param {boolean} isNumber
 */
export function sortAfter(sort, name, isNumber) {
  if (sort === name) return `-${name}`;
  if (sort === `-${name}`) return name;
  return isNumber ? `-${name}` : name;
}

/**
 * @param {string} sort
 * @param {string} name
 */
function directionOf(sort, name) {
  if (sort === name) return "ascending";
  return sort === `-${name}` ? "descending" : "none";
}

/** @param {PageState} state */
function emptyWords({ listed, listProblem }) {
  if (listProblem) return listProblem;
  if (!listed || listed.total > 0) return "";
  return listed.asked.q ? "No matching runs." : "No runs yet. Finished runs appear here.";
}

/**
 * The list is drawn at once when the store changes, not with the next frame: the keyboard goes to what was drawn.
 *
 * @param {Page} page
 * @returns {Panel}
 */
export function createHistory(page) {
  const { store, navigation } = page;
  const section = byId("history");
  const body = byId("history-rows");
  const search = byId("history-search", HTMLInputElement);
  let answered = 0;
  let asks = 0;
  let timer = 0;
  /** @type {Partial<PageState> | null} what the rows show */
  let drawnRows = null;
  /** @type {Readonly<PageState> | null} */
  let drawn = null;

  async function refresh() {
    const { asked } = store.get();
    asks += 1;
    const mine = asks;
    await attempt(
      async () => {
        const listed = await api.kept({ ...asked, size: SIZE });
        if (mine < answered) return;
        answered = mine;
        store.set({ listed: { ...listed, asked }, listProblem: "" });
        if (listed.runs.length === 0 && listed.total > 0) turnTo(Math.ceil(listed.total / SIZE));
      },
      ({ message }) => store.set({ listProblem: message }),
    );
  }

  /** @param {Partial<HistoryQuery>} patch */
  function ask(patch) {
    store.set({ asked: { ...store.get().asked, page: 1, ...patch } });
    refresh();
  }
  /** @param {number} number */
  const turnTo = (number) => ask({ page: number });
  /** @param {number} pages */
  const turnBy = (pages) => turnTo((store.get().listed?.page ?? 1) + pages);

  /** @param {string} key */
  function focusOn(key) {
    const element = section.querySelector(`[data-key="${key}"]`);
    if (element instanceof HTMLElement) element.focus();
  }
  const actions = createActions(page, {
    refresh,
    focusOn,
    say: (words) => setText(byId("history-message"), words),
  });
  const showDeleted = createUndo(byId("history-deleted"), {
    onUndo: actions.undo,
    onDismiss(run) {
      actions.forget(run);
      search.focus();
    },
  });

  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask({ q: search.value }), TYPING_PAUSE);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || search.value === "") return;
    event.preventDefault();
    search.value = "";
    ask({ q: "" });
  });
  const input = byId("history-import", HTMLInputElement);
  input.addEventListener("change", async () => {
    const file = input.files?.[0];
    input.value = ""; // the same file may be chosen again
    if (file) await actions.importRun(file);
  });
  const earlier = byId("history-earlier", HTMLButtonElement);
  const later = byId("history-later", HTMLButtonElement);
  const compare = byId("history-compare", HTMLButtonElement);
  earlier.addEventListener("click", () => turnBy(-1));
  later.addEventListener("click", () => turnBy(1));
  compare.addEventListener("click", () => {
    navigation.go({ opened: null, comparing: store.get().chosen.map(String) });
    scrollTo({ top: 0 });
    byId("comparing-title").focus({ preventScroll: true });
  });
  byId("history-none").addEventListener("click", () => {
    store.set({ chosen: [] });
    search.focus();
  });

  const headings = COLUMNS.map(([name, title, isNumber]) => {
    const inner = name
      ? button(title, () => ask({ sort: sortAfter(store.get().asked.sort, name, isNumber) }), {
        class: "history-sort",
      })
      : title;
    return make(
      "th",
      { scope: "col", class: isNumber && name !== "number" ? "is-number" : null },
      inner,
    );
  });
  /** @param {string} words */
  const hiddenHeading = (words) =>
    make("th", { scope: "col" }, make("span", { class: "visually-hidden" }, words));
  byId("history-head").replaceChildren(
    hiddenHeading("compare"),
    ...headings,
    hiddenHeading("actions"),
  );

  /** The element of the list that has the keyboard. */
  function focused() {
    const element = document.activeElement;
    return element instanceof HTMLElement && element.closest("#history-rows") ? element : null;
  }

  /** @param {PageState} state */
  function drawRows({ listed, chosen, renaming, route }) {
    // While a label is typed the rows stay; what is new comes when that has ended.
    if (!listed || (renaming !== null && drawnRows?.renaming === renaming)) return;
    const isSame = drawnRows?.listed === listed && drawnRows.chosen === chosen &&
      drawnRows.renaming === renaming && drawnRows.route === route;
    if (isSame) return;
    drawnRows = { listed, chosen, renaming, route };
    const key = focused()?.dataset.key;
    const options = { chosen, renaming, opened: route.opened, actions };
    body.replaceChildren(...listed.runs.map((run) => historyRow(run, options)));
    if (key && !focused()) focusOn(key);
  }

  /** @param {PageState} state */
  function drawAround(state) {
    const { listed, asked, chosen } = state;
    const { total, page: number } = listed ?? { total: 0, page: 1 };
    const first = (number - 1) * SIZE + 1;
    COLUMNS.forEach(([name], k) =>
      name && headings[k].setAttribute("aria-sort", directionOf(asked.sort, name))
    );
    byId("history-box").hidden = total === 0;
    setText(byId("history-empty"), emptyWords(state));
    byId("history-pager").hidden = total <= SIZE;
    const last = Math.min(total, first + SIZE - 1);
    setText(byId("history-place"), `${first} to ${last} of ${total.toLocaleString("en-US")}`);
    earlier.disabled = number === 1;
    later.disabled = first + SIZE > total;
    compare.disabled = chosen.length < FEWEST;
    setText(compare, chosen.length < FEWEST ? "Compare" : `Compare ${chosen.length} runs`);
    const names = chosen.map((other) => `#${other}`).join(", ");
    setText(byId("history-chosen"), names && `Chosen: ${names}`);
    byId("history-none").hidden = chosen.length === 0;
  }

  /** @param {{ live: Readonly<PageState> }} scene */
  function draw({ live }) {
    if (drawn !== null && SHOWN.every((key) => live[key] === drawn?.[key])) return;
    drawn = live;
    drawRows(live);
    drawAround(live);
    showDeleted(live.deleted);
  }

  store.subscribe((state, changed) => {
    if (SHOWN.some((key) => changed.has(key))) draw({ live: state });
    // A run that has ended is told of twice: when it ends, and when it is kept.
    if (changed.has("run") && (isOver(state.run) || state.run?.status === "starting")) refresh();
    if (changed.has("link") && state.link === "up") refresh();
  });
  addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
  return { draw };
}
