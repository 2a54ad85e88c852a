// Builds the settings form from the server's list of fields, and shows values and messages in it.

/** @import { Options } from "../types/api.d.ts" */
/** @import { Field, Settings } from "../types/run.d.ts" */

import { differences } from "../model/words/describe.js";
import { make, setText } from "../dom/elements.js";

/** @type {Record<string, string>} */
const GROUPS = {
  server: "Server",
  pool: "Pool (per worker)",
  database: "Database",
  burst: "Burst",
};

/** @param {Field} field */
const errorLine = (field) =>
  make("p", { id: `error-${field.name}`, class: "field-error", role: "alert" });

/**
 * @param {Field} field
 * @param {Options["modes"]} modes
 */
function modeButtons(field, modes) {
  const known = new Map(modes.map((mode) => [mode.name, mode]));
  /** @param {string} name */
  const button = (name) => {
    const { title = "", reason = "" } = known.get(name) ?? {};
    return make(
      "label",
      { class: "mode", title: reason || title },
      make("input", { type: "radio", name: field.name, value: name, disabled: Boolean(reason) }),
      make("span", {}, name),
    );
  };
  // Two worlds: a newcomer begins with the first, as the original example did.
  const names = field.choices ?? [];
  /** @param {boolean} isAsgi */
  const buttons = (isAsgi) =>
    names.filter((name) => (known.get(name)?.worker_class === "asgi") === isAsgi).map(button);
  return make(
    "fieldset",
    { class: "field field-modes" },
    make("legend", {}, field.label),
    make("div", { class: "modes" }, ...buttons(false)),
    make("p", { class: "modes-name" }, "ASGI"),
    make("div", { class: "modes" }, ...buttons(true)),
    make("p", { id: "mode-title", class: "hint" }),
    errorLine(field),
  );
}

/**
 * @param {Field} field
 * @param {Options["endpoints"]} endpoints
 */
function optionsOf(field, endpoints) {
  const unavailable = field.name === "endpoint"
    ? endpoints.filter((endpoint) => !endpoint.available).map((endpoint) => endpoint.name)
    : [];
  return (field.choices ?? []).map((name) =>
    make("option", { value: name, disabled: unavailable.includes(name) }, name)
  );
}

/**
 * @param {Field} field
 * @param {Options} options
 */
function control(field, options) {
  const { name } = field;
  const ids = { id: `field-${name}`, name, "aria-describedby": `help-${name} error-${name}` };
  if (field.type === "choice") return make("select", ids, ...optionsOf(field, options.endpoints));
  // A text field, not type=number: what a person types wrong stays readable and gets the server's message.
  const inputmode = field.type === "integer" ? "numeric" : "decimal";
  return make("input", {
    ...ids,
    type: "text",
    inputmode,
    autocomplete: "off",
    spellcheck: "false",
  });
}

/**
 * @param {Field} field
 * @param {Options} options
 */
function helpOf(field, options) {
  if (field.name !== "endpoint") return field.help ?? "";
  return options.endpoints.filter((endpoint) => !endpoint.available)
    .map((endpoint) => `${endpoint.name}: ${endpoint.reason}`).join(" ");
}

/**
 * A name like worker_connections may be broken after an underscore.
 *
 * @param {string} label
 */
function breakable(label) {
  return label.split(/(?<=_)/).flatMap((part, k) => (k === 0 ? [part] : [make("wbr"), part]));
}

/**
 * @param {Field} field
 * @param {Options} options
 */
function fieldRow(field, options) {
  const unit = field.unit ? make("span", { class: "unit" }, ` (${field.unit})`) : "";
  const help = helpOf(field, options);
  const isHint = field.name === "endpoint";
  return make(
    "div",
    { class: "field", title: isHint ? null : help },
    make("label", { for: `field-${field.name}` }, ...breakable(field.label), unit),
    control(field, options),
    make("p", { id: `help-${field.name}`, class: isHint ? "hint" : "visually-hidden" }, help),
    errorLine(field),
  );
}

/**
 * @param {string} name
 * @param {Field[]} fields
 * @param {Options} options
 */
function folded(name, fields, options) {
  return make(
    "details",
    { class: "group", "data-group": name },
    make(
      "summary",
      {},
      make("span", { class: "group-title" }, GROUPS[name] ?? name),
      make("span", { class: "group-summary" }),
    ),
    make("div", { class: "fields" }, ...fields.map((field) => fieldRow(field, options))),
  );
}

/** @param {Field[]} fields */
function byGroup(fields) {
  /** @type {Map<string, Field[]>} */
  const groups = new Map();
  for (const field of fields) groups.set(field.group, [...(groups.get(field.group) ?? []), field]);
  return groups;
}

/**
 * Fills a part of a form with the fields.
 *
 * @param {HTMLElement} box
 * @param {Options} options
 */
export function createForm(box, options) {
  const groups = byGroup(options.fields);
  const main = groups.get("main") ?? [];
  box.replaceChildren(
    ...main.map((
      field,
    ) => (field.name === "mode" ? modeButtons(field, options.modes) : fieldRow(field, options))),
    ...[...groups].filter(([name]) => name !== "main").map(([name, fields]) =>
      folded(name, fields, options)
    ),
  );
  const form = /** @type {HTMLFormElement} */ (box.closest("form"));
  /**
   * The field of a name: all of them are there, the mode as a group of radio buttons.
   *
   * @param {string} name
   */
  const element = (
    name,
  ) => /** @type {HTMLInputElement | HTMLSelectElement | RadioNodeList} */ (form.elements
    .namedItem(name));

  return {
    read: () =>
      Object.fromEntries(options.fields.map(({ name }) => [name, element(name).value.trim()])),

    /** @param {Settings} settings */
    show(settings) {
      for (const { name } of options.fields) {
        const value = String(settings[name]);
        if (element(name).value !== value) element(name).value = value;
      }
      const mode = options.modes.find(({ name }) => name === settings.mode);
      const title = box.querySelector("#mode-title");
      if (title) setText(title, mode?.title ?? "");
      for (const [name, fields] of groups) {
        const summary = box.querySelector(`[data-group="${name}"] .group-summary`);
        if (summary) setText(summary, differences(fields, settings) || "defaults");
      }
    },

    /** @param {Record<string, string>} errors messages by name */
    showErrors(errors) {
      for (const { name } of options.fields) {
        const line = box.querySelector(`#error-${name}`);
        if (!line) continue;
        setText(line, errors[name] ?? "");
        // A radio group is no element that could be marked.
        const field = element(name);
        if (field instanceof Element) field.setAttribute("aria-invalid", String(name in errors));
        const group = line.closest("details");
        if (group && name in errors) group.open = true;
      }
    },

    /**
     * Chooses a value of a field where the form has it.
     *
     * @param {string} name
     * @param {string} value
     */
    choose(name, value) {
      const found = element(name);
      if (found) found.value = value;
    },

    focusFirstError() {
      const first = box.querySelector("[aria-invalid=true]");
      if (first instanceof HTMLElement) first.focus();
    },
  };
}
