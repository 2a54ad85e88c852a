// Your own app beside a run: what gunicorn was given, the pools as found, and the lines to paste.

import { make } from "../../dom/elements.js";

const row = (term, ...words) => [make("dt", {}, term), make("dd", {}, ...words)];

function pasteOf({ paste, paste_title: title }) {
  if (!paste?.length) return null;
  return make(
    "details",
    { class: "paste" },
    make("summary", {}, `${title}: the lines to paste`),
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

/** Returns a function that shows what a summary says of the app; nothing for a run of ours. */
export function createUserApp(element) {
  let shown;
  return (app) => {
    const key = JSON.stringify(app ?? null);
    if (key === shown) return;
    shown = key;
    element.hidden = !app;
    if (!app) return;
    const wasOpen = element.querySelector(".paste")?.open ?? false;
    const paste = pasteOf(app);
    if (paste) paste.open = wasOpen;
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
          ...(pools.length > 0 ? row("Pool as found", ...pools) : []),
        ),
        paste,
      ),
    );
  };
}
