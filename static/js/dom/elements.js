// Small helpers for building elements. All text goes in as text, never as markup.

/** @typedef {Node | string | null | undefined | false} Child left out when it is empty */
/** @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} Attributes */

/**
 * The element with an id. Error where the page has none of that kind.
 *
 * @template {HTMLElement} [Kind=HTMLElement]
 * @param {string} id
 * @param {{ new (): Kind, prototype: Kind }} [kind]
 * @returns {Kind}
 */
export function byId(id, kind) {
  const element = document.getElementById(id);
  if (!(element instanceof (kind ?? HTMLElement))) throw new Error(`The page has no such #${id}`);
  return /** @type {Kind} */ (element);
}

/**
 * Makes an element: attributes by name (true sets, false and null leave out), on* functions as listeners.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {...Child} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/**
 * Makes a small button.
 *
 * @param {string} words
 * @param {(event: any) => void} onclick
 * @param {Attributes} attributes
 * @param {...Child} more what stands behind the words
 */
export function button(words, onclick, attributes = {}, ...more) {
  return make(
    "button",
    { type: "button", class: "button", ...attributes, onclick },
    words,
    ...more,
  );
}

/**
 * Makes the head of a table, a column for each name.
 *
 * @param {Iterable<string>} names
 * @param {...Child} before cells before them
 */
export function tableHead(names, ...before) {
  const cells = [...names].map((name) => make("th", { scope: "col" }, name));
  return make("thead", {}, make("tr", {}, ...before, ...cells));
}

/**
 * Fills a select with choices: [value, words].
 *
 * @param {HTMLSelectElement} select
 * @param {[string | number, string][]} choices
 */
export function offer(select, choices) {
  select.replaceChildren(...choices.map(([value, words]) => make("option", { value }, words)));
}

/**
 * The drawing context of a canvas. Error where the browser has none to give.
 *
 * @param {HTMLCanvasElement} canvas
 */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("The browser gives no context to draw with");
  return context;
}

/**
 * Sets an element's text where it differs, so that nothing is announced or laid out twice.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
