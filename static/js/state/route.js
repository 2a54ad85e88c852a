// Pure: which view of the page a URL names. `/?run=7` is a kept run, `/?compare=7,6` runs beside each other, and
// neither of them is the live page; the settings of the form stand in the same query.

/** @import { Route } from "../types/page.d.ts" */

export const FEWEST = 2;
export const MOST = 4; // runs beside each other

/** The live page. @type {Route} */
export const LIVE = { opened: null, comparing: [] };

const NUMBER = /^[1-9]\d{0,9}$/;
const NAME = /^(?:[1-9]\d{0,9}|r[\w-]{1,30})$/;

/**
 * The view that a URL's query asks for; what cannot be a run is left out.
 *
 * @param {string} query
 * @returns {Route}
 */
export function routeOf(query) {
  const asked = new URLSearchParams(query);
  const names = (asked.get("compare") ?? "").split(",").map((name) => name.trim()).filter((name) =>
    NAME.test(name)
  );
  const comparing = [...new Set(names)].slice(0, MOST);
  if (comparing.length >= FEWEST) return { opened: null, comparing };
  const run = (asked.get("run") ?? "").replace(/^#/, "");
  return NUMBER.test(run) ? { opened: Number(run), comparing: [] } : LIVE;
}

/**
 * What a view adds to the query of the settings, which is "" or begins with "?".
 *
 * @param {Route} route
 * @param {string} settingsQuery
 */
export function queryOf({ opened, comparing }, settingsQuery = "") {
  const own = opened !== null
    ? `run=${opened}`
    : comparing.length > 0
    ? `compare=${comparing.join(",")}`
    : "";
  return [own, settingsQuery.replace(/^\?/, "")].filter(Boolean).join("&").replace(/^(?=.)/, "?");
}

/**
 * "#7 · ", "#7, #6 · ": what a view adds to the title of the window.
 *
 * @param {Route} route
 */
export function routeWords({ opened, comparing }) {
  const names = opened === null ? comparing : [opened];
  return names.length > 0
    ? `${names.map(String).map((name) => (NUMBER.test(name) ? `#${name}` : name)).join(", ")} · `
    : "";
}

/** @param {Route} route */
export const isLive = ({ opened, comparing }) => opened === null && comparing.length === 0;

/**
 * Whether two views are the same.
 *
 * @param {Route} one
 * @param {Route} other
 */
export function isSameRoute(one, other) {
  return one.opened === other.opened && one.comparing.join() === other.comparing.join();
}
