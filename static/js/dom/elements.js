// Small helpers for building elements. All text goes in as text, never as markup.

export const byId = (id) => document.getElementById(id);

/** Makes an element: attributes by name (true sets, false and null leave out), on* functions as listeners. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(
    ...children.filter((child) =>
      child !== null && child !== undefined && child !== false && child !== ""
    ),
  );
  return element;
}

/** Sets an element's text where it differs, so that nothing is announced or laid out twice. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
