// HISTORY: the list of the kept runs, to search, sort, page, open and compare.

import { api, Problem } from "../../state/api.js";
import { byId, make, setText } from "../../dom/elements.js";
import { createActions } from "./actions.js";
import { COLUMNS, historyRow } from "./row.js";
import { isOver } from "../../model/run/status.js";
import { FEWEST } from "../../state/route.js";
import { createUndo } from "./undo.js";

const SIZE = 10; // runs on a page
const TYPING_PAUSE = 200; // milliseconds after the last key before the list is asked for

/** The order that a press of a column's heading asks for: the other way round, or else largest first for numbers. */
export function sortAfter(sort, name, isNumber) {
  if (sort === name) return `-${name}`;
  if (sort === `-${name}`) return name;
  return isNumber ? `-${name}` : name;
}

function directionOf(sort, name) {
  if (sort === name) return "ascending";
  return sort === `-${name}` ? "descending" : "none";
}

/** Wires the section; onLoad gets the settings of a run for the form, onRenamed its new label. */
export function createHistory(store, navigation, { onLoad, onRenamed }) {
  const section = byId("history");
  const body = byId("history-rows");
  const search = byId("history-search");
  let answered = 0;
  let asks = 0;
  let timer = 0;
  let drawn = null;

  async function refresh() {
    const { asked } = store.get();
    asks += 1;
    const mine = asks;
    try {
      const listed = await api.kept({ ...asked, size: SIZE });
      if (mine < answered) return;
      answered = mine;
      store.set({ listed: { ...listed, asked }, listProblem: "" });
      if (listed.runs.length === 0 && listed.total > 0) turnTo(Math.ceil(listed.total / SIZE));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      store.set({ listProblem: error.message });
    }
  }

  function ask(patch) {
    store.set({ asked: { ...store.get().asked, page: 1, ...patch } });
    refresh();
  }
  const turnTo = (page) => ask({ page });

  const focusOn = (key) => section.querySelector(`[data-key="${key}"]`)?.focus();
  const actions = createActions(store, {
    refresh,
    focusOn,
    onLoad,
    onRenamed,
    say: (words) => setText(byId("history-message"), words),
  });
  const showDeleted = createUndo(byId("history-deleted"), {
    onUndo: actions.onUndo,
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
  const file = byId("history-import");
  file.addEventListener("change", async () => {
    const [given] = file.files;
    file.value = ""; // the same file may be chosen again
    if (!given) return;
    await actions.bringIn(given);
  });
  byId("history-earlier").addEventListener("click", () => turnTo(store.get().listed.page - 1));
  byId("history-later").addEventListener("click", () => turnTo(store.get().listed.page + 1));
  byId("history-compare").addEventListener("click", () => {
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
      ? make("button", {
        type: "button",
        class: "history-sort",
        onclick: () => ask({ sort: sortAfter(store.get().asked.sort, name, isNumber) }),
      }, title)
      : title;
    return make(
      "th",
      { scope: "col", class: isNumber && name !== "number" ? "is-number" : null },
      inner,
    );
  });
  byId("history-head").replaceChildren(
    make("th", { scope: "col" }, make("span", { class: "visually-hidden" }, "compare")),
    ...headings,
    make("th", { scope: "col" }, make("span", { class: "visually-hidden" }, "what to do with it")),
  );

  function drawRows({ listed, chosen, renaming, route }) {
    const key = document.activeElement?.closest("#history-rows")
      ? document.activeElement.dataset.key
      : null;
    const options = { chosen, renaming, opened: route.opened, handlers: actions };
    body.replaceChildren(...listed.runs.map((run) => historyRow(run, options)));
    if (key && !document.activeElement?.closest("#history-rows")) focusOn(key);
  }

  function drawAround({ listed, listProblem, asked, chosen }) {
    const { total, page } = listed ?? { total: 0, page: 1 };
    const first = (page - 1) * SIZE + 1;
    COLUMNS.forEach(([name], k) =>
      name && headings[k].setAttribute("aria-sort", directionOf(asked.sort, name))
    );
    byId("history-box").hidden = total === 0;
    setText(
      byId("history-empty"),
      listProblem ||
        (listed && total === 0
          ? (listed.asked.q
            ? "No run contains that."
            : "No run is kept yet. Every run comes here when it has ended.")
          : ""),
    );
    byId("history-pager").hidden = total <= SIZE;
    setText(
      byId("history-place"),
      `${first} to ${Math.min(total, first + SIZE - 1)} of ${total.toLocaleString("en-US")}`,
    );
    byId("history-earlier").disabled = page === 1;
    byId("history-later").disabled = first + SIZE > total;
    byId("history-compare").disabled = chosen.length < FEWEST;
    setText(
      byId("history-compare"),
      chosen.length < FEWEST ? "Compare" : `Compare ${chosen.length} runs`,
    );
    setText(
      byId("history-chosen"),
      chosen.length > 0 ? `Chosen: ${chosen.map((number) => `#${number}`).join(", ")}` : "",
    );
    byId("history-none").hidden = chosen.length === 0;
  }

  function draw(state) {
    const { listed, chosen, renaming, route, listProblem, asked, deleted } = state;
    // While a label is typed the rows stay; what is new comes when that has ended.
    const isTyping = renaming !== null && drawn?.renaming === renaming;
    const now = { listed, chosen, renaming, route };
    const isNew = drawn === null || Object.keys(now).some((key) => now[key] !== drawn[key]);
    if (listed && isNew && !isTyping) {
      drawn = now;
      drawRows(state);
    }
    drawAround({ listed, listProblem, asked, chosen });
    showDeleted(deleted);
  }

  const KEYS = ["listed", "chosen", "renaming", "route", "listProblem", "asked", "deleted"];
  store.subscribe((state, changed) => {
    if (KEYS.some((key) => changed.has(key))) draw(state);
    // A run that has ended is told of twice: when it ends, and when it is kept.
    if (changed.has("run") && (isOver(state.run) || state.run?.status === "starting")) refresh();
    if (changed.has("link") && state.link === "up") refresh();
  });
  addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
  draw(store.get());
}
