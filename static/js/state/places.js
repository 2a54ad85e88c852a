// The URL: which view the page shows, with the settings of the form. Back and forward lead through the views.

import { isSamePlace, LIVE, placeOf, queryOf } from "./place.js";
import { queryFromSettings, settingsFromQuery } from "./settings.js";

/** Opening another view leaves what was chosen in the one before. */
const NOTHING_CHOSEN = { path: null, selected: null, pinned: false, hoverTime: null, view: null };

/** Wires the URL to the store's `place`; `onSettings` gets the settings that the browser went back to. */
export function createPlaces(store) {
  let onSettings = () => {};
  const { fields } = store.get().options;

  const url = () => {
    const { place, settings } = store.get();
    return location.pathname + queryOf(place, queryFromSettings(settings, fields));
  };

  addEventListener("popstate", () => {
    const place = placeOf(location.search);
    // A jump to a part of the page comes here as well, and changes nothing.
    if (!isSamePlace(place, store.get().place)) store.set({ place, ...NOTHING_CHOSEN });
    onSettings(settingsFromQuery(location.search, fields));
  });

  store.set({ place: placeOf(location.search) });

  /** Shows another view; the one before stays behind the browser's Back. */
  function go(place) {
    if (isSamePlace(place, store.get().place)) return;
    store.set({ place, ...NOTHING_CHOSEN });
    history.pushState(null, "", url());
  }

  // A link to a view changes the view and keeps what is typed in the form; with a modifier it is any other link.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-place]");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(placeOf(new URL(link.href).search));
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
