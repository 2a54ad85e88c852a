// The URL: which view the page shows, with the settings of the form. Back and forward lead through the views.

/** @import { Navigation, Page, Route } from "../types/page.d.ts" */
/** @import { Settings } from "../types/run.d.ts" */

import { isSameRoute, LIVE, queryOf, routeOf } from "./route.js";
import { queryFromSettings, settingsFromQuery } from "./settings.js";

/** Opening another view leaves what was chosen in the one before. */
const NOTHING_CHOSEN = { path: null, selected: null, pinned: false, hoverTime: null, view: null };

/** @param {string} selector */
const focusOn = (selector) => {
  const element = document.querySelector(selector);
  if (element instanceof HTMLElement) element.focus({ preventScroll: true });
};

/**
 * Wires the URL to the store's `route`.
 *
 * @param {Pick<Page, "store" | "options">} page
 * @returns {Navigation}
 */
export function createNavigation({ store, options: { fields } }) {
  /** @type {(settings: Settings) => void} */
  let onSettings = () => {};

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

  /**
   * Shows another view; the one before stays behind the browser's Back.
   *
   * @param {Route} route
   */
  function go(route) {
    if (isSameRoute(route, store.get().route)) return;
    store.set({ route, ...NOTHING_CHOSEN });
    history.pushState(null, "", url());
  }

  // A link to a view changes the view and keeps what is typed in the form; with a modifier it is any other link.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-route]") : null;
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) {
      return;
    }
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(routeOf(new URL(link.href).search));
    scrollTo({ top: 0 });
    focusOn("#comparing:not([hidden]) h2, #timeline");
  });

  return {
    go,
    live: () => go(LIVE),
    liveOnClick(element) {
      element.addEventListener("click", (event) => {
        event.preventDefault();
        go(LIVE);
        document.getElementById("timeline")?.focus();
      });
    },
    /** Writes changed settings into the URL of the view that is shown. */
    write() {
      history.replaceState(null, "", url());
    },
    /** The listener gets the settings that the browser went back to. */
    whenSettingsCome(listener) {
      onSettings = listener;
    },
  };
}
