// Pure: settings <-> the query of the URL. Only what differs from the default is written.

/** The default settings: {name: text}. */
export function defaultsOf(fields) {
  return Object.fromEntries(fields.map((field) => [field.name, String(field.default)]));
}

/** The settings a URL's query asks for, over the defaults; names that are no field are left out. */
export function settingsFromQuery(query, fields) {
  const asked = new URLSearchParams(query);
  const settings = defaultsOf(fields);
  for (const name of Object.keys(settings)) {
    if (asked.has(name)) settings[name] = asked.get(name);
  }
  return settings;
}

/** The query that says the settings, "" when all are defaults. */
export function queryFromSettings(settings, fields) {
  const query = new URLSearchParams();
  for (const field of fields) {
    const value = String(settings[field.name] ?? field.default);
    if (value !== String(field.default)) query.set(field.name, value);
  }
  const text = query.toString();
  return text && `?${text}`;
}

/** Whole settings, as a suggestion has them, in the form's texts. */
export function asTexts(settings, fields) {
  return Object.fromEntries(
    fields.map((field) => [field.name, String(settings[field.name] ?? field.default)]),
  );
}
