// Builds the settings form from the server's list of fields, and shows values and messages in it.

import { differences } from "../model/words/describe.js";
import { make, setText } from "../dom/elements.js";

const GROUPS = {
  server: "Server",
  pool: "Pool (per worker)",
  database: "Database",
  burst: "Burst",
};

const errorLine = (field) =>
  make("p", { id: `error-${field.name}`, class: "field-error", role: "alert" });

function modeButtons(field, modes) {
  const known = new Map(modes.map((mode) => [mode.name, mode]));
  const buttons = field.choices.map((name) => {
    const { title = "", reason = "" } = known.get(name) ?? {};
    return make(
      "label",
      { class: "mode", title: reason || title },
      make("input", { type: "radio", name: field.name, value: name, disabled: Boolean(reason) }),
      make("span", {}, name),
    );
  });
  return make(
    "fieldset",
    { class: "field field-modes" },
    make("legend", {}, field.label),
    make("div", { class: "modes" }, ...buttons),
    make("p", { id: "mode-title", class: "hint" }),
    errorLine(field),
  );
}

function optionsOf(field, endpoints) {
  const unavailable = field.name === "endpoint"
    ? endpoints.filter((endpoint) => !endpoint.available).map((endpoint) => endpoint.name)
    : [];
  return field.choices.map((name) =>
    make("option", { value: name, disabled: unavailable.includes(name) }, name)
  );
}

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

function helpOf(field, options) {
  if (field.name !== "endpoint") return field.help ?? "";
  return options.endpoints.filter((endpoint) => !endpoint.available)
    .map((endpoint) => `${endpoint.name}: ${endpoint.reason}`).join(" ");
}

/** A name like worker_connections may be broken after an underscore. */
function breakable(label) {
  return label.split(/(?<=_)/).flatMap((part, k) => (k === 0 ? [part] : [make("wbr"), part]));
}

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

function byGroup(fields) {
  const groups = new Map();
  for (const field of fields) groups.set(field.group, [...(groups.get(field.group) ?? []), field]);
  return groups;
}

/** Fills a form's place with the fields; returns {read, show, showErrors, focusFirstError}. */
export function createForm(place, options) {
  const groups = byGroup(options.fields);
  const main = groups.get("main") ?? [];
  place.replaceChildren(
    ...main.map((
      field,
    ) => (field.name === "mode" ? modeButtons(field, options.modes) : fieldRow(field, options))),
    ...[...groups].filter(([name]) => name !== "main").map(([name, fields]) =>
      folded(name, fields, options)
    ),
  );
  const form = place.closest("form");
  const element = (name) => form.elements.namedItem(name);

  return {
    read: () =>
      Object.fromEntries(options.fields.map(({ name }) => [name, element(name).value.trim()])),

    show(settings) {
      for (const { name } of options.fields) {
        if (element(name).value !== settings[name]) element(name).value = settings[name];
      }
      const mode = options.modes.find(({ name }) => name === settings.mode);
      const title = place.querySelector("#mode-title");
      if (title) setText(title, mode?.title ?? "");
      for (const [name, fields] of groups) {
        const summary = place.querySelector(`[data-group="${name}"] .group-summary`);
        if (summary) setText(summary, differences(fields, settings) || "defaults");
      }
    },

    showErrors(errors) {
      for (const { name } of options.fields) {
        const line = place.querySelector(`#error-${name}`);
        if (!line) continue;
        setText(line, errors[name] ?? "");
        // A radio group is no element that could be marked.
        if (element(name) instanceof Element) {
          element(name).setAttribute("aria-invalid", String(name in errors));
        }
        const group = line.closest("details");
        if (group && name in errors) group.open = true;
      }
    },

    /** Chooses a value of a field where the form has it. */
    choose(name, value) {
      const found = element(name);
      if (found) found.value = value;
    },

    focusFirstError: () => place.querySelector("[aria-invalid=true]")?.focus(),
  };
}
