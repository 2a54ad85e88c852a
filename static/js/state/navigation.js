// The URL: which view the page shows, with the settings of the form. Back and forward lead through the views.

import { isSameRoute, LIVE, queryOf, routeOf } from "./route.js";
import { queryFromSettings, settingsFromQuery } from "./settings.js";

/** Opening another view leaves what was chosen in the one before. */
const NOTHING_CHOSEN = { path: null, selected: null, pinned: false, hoverTime: null, view: null };

/** Wires the URL to the store's `route`; `onSettings` gets the settings that the browser went back to. */
export function createNavigation(store) {
  let onSettings = () => {};
  const { fields } = store.get().options;

  const url = () => {
    const { route, settings } = store.get();
    return location.pathname + queryOf(route, queryFromSettings(settings, fields));
  };

  addEventListener("popstate", () => {
    const route = routeOf(location.search);
    // A jump to a part of the page comes here as well, and changes nothing.
    if (!isSameRoute(route, store.get().route)) store.set({ route, ...NOTHING_CHOSEN });
    onSettings(settingsFromQuery(location.search, fields));
  });

  store.set({ route: routeOf(location.search) });

  /** Shows another view; the one before stays behind the browser's Back. */
  function go(route) {
    if (isSameRoute(route, store.get().route)) return;
    store.set({ route, ...NOTHING_CHOSEN });
    history.pushState(null, "", url());
  }

  // A link to a view changes the view and keeps what is typed in the form; with a modifier it is any other link.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-route]");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(routeOf(new URL(link.href).search));
    scrollTo({ top: 0 });
    const heading = document.querySelector("#comparing:not([hidden]) h2, #timeline");
    heading?.focus({ preventScroll: true });
  });

  return {
    go,
    live: () => go(LIVE),
    /** Writes changed settings into the URL of the view that is shown. */
    write() {
      history.replaceState(null, "", url());
    },
    whenSettingsCome(listener) {
      onSettings = listener;
    },
  };
}
