// Pure: settings <-> the query of the URL. Only what differs from the default is written.

/** @import { Field, Settings } from "../types/run.d.ts" */

/**
 * The default settings: {name: text}.
 *
 * @param {Field[]} fields
 * @returns {Record<string, string>}
 */
export function defaultsOf(fields) {
  return Object.fromEntries(fields.map((field) => [field.name, String(field.default)]));
}

/**
 * The settings a URL's query asks for, over the defaults; names that are no field are left out.
 *
 * @param {string} query
 * @param {Field[]} fields
 */
export function settingsFromQuery(query, fields) {
  const asked = new URLSearchParams(query);
  const settings = defaultsOf(fields);
  for (const name of Object.keys(settings)) {
    settings[name] = asked.get(name) ?? settings[name];
  }
  return settings;
}

/**
 * The query that says the settings, "" when all are defaults.
 *
 * @param {Settings} settings
 * @param {Field[]} fields
 */
export function queryFromSettings(settings, fields) {
  const query = new URLSearchParams();
  for (const field of fields) {
    const value = String(settings[field.name] ?? field.default);
    if (value !== String(field.default)) query.set(field.name, value);
  }
  const text = query.toString();
  return text && `?${text}`;
}

/**
 * Whole settings, as a suggestion has them, in the form's texts.
 *
 * @param {Settings} settings
 * @param {Field[]} fields
 * @returns {Record<string, string>}
 */
export function asTexts(settings, fields) {
  return Object.fromEntries(
    fields.map((field) => [field.name, String(settings[field.name] ?? field.default)]),
  );
}
