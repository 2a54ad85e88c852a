// Your own app beside a run: what gunicorn was given, the pools as found, and the lines to paste.

/** @import { Panel } from "../../types/page.d.ts" */
/** @import { AppCard } from "../../types/run.d.ts" */

import { byId, make } from "../../dom/elements.js";
import { whenChanged } from "../../lib/remember.js";

/**
 * @param {string} term
 * @param {...(string | Node)} words
 */
const row = (term, ...words) => [make("dt", {}, term), make("dd", {}, ...words)];

/** @param {AppCard} card */
function pasteOf({ paste, paste_title: title }) {
  if (!paste?.length) return null;
  return make(
    "details",
    { class: "paste" },
    make("summary", {}, `${title}: lines to paste`),
    ...paste.flatMap(({ where, lines }) => [
      make("p", { class: "paste-where" }, where),
      make(
        "pre",
        { class: "text-output", tabindex: "0", "aria-label": `Lines for ${where}` },
        lines,
      ),
    ]),
  );
}

/**
 * Shows what a summary says of the app; nothing for a run of our example app.
 *
 * @returns {Panel}
 */
export function createUserApp() {
  const element = byId("user-app");

  /** @param {AppCard | null} app */
  function show(app) {
    element.hidden = !app;
    if (!app) return;
    const before = /** @type {HTMLDetailsElement | null} */ (element.querySelector(".paste"));
    const paste = pasteOf(app);
    if (paste) paste.open = before?.open ?? false;
    const pools = app.pools.map((words) => make("div", {}, words));
    element.replaceChildren(
      make("span", { class: "part-title" }, "App"),
      make(
        "div",
        { class: "user-app" },
        make("p", { class: "user-app-name" }, `${app.module} on ${app.on}`),
        make(
          "dl",
          { class: "user-app-facts" },
          ...row("This run", app.used),
          ...row("Its own configuration", app.given),
          ...(pools.length > 0 ? row("Detected pool", ...pools) : []),
        ),
        paste,
      ),
    );
  }

  const showChanged = whenChanged(show);
  return { draw: ({ shown }) => showChanged(shown.summary?.app ?? null) };
}
