// The HTTP API. A refusal becomes a Problem, which carries what the server said about each field.

export class Problem extends Error {
  constructor({ title = "The dashboard refused", status = 0, detail = "", errors = [] }) {
    super(detail || title);
    this.status = status;
    this.errors = errors;
  }

  /** Messages by field name. */
  get byField() {
    return Object.fromEntries(this.errors.map(({ field, message }) => [field, message]));
  }
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Problem({ title: "The dashboard does not answer. Is it still running?" });
  }
  if (response.ok) return response;
  const { status } = response;
  const isJson = response.headers.get("content-type")?.includes("json");
  throw new Problem(isJson ? await response.json() : { title: `The dashboard answered ${status}`, status });
}

async function post(path, body = {}) {
  const response = await ask(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  return response.json().catch(() => ({}));
}

export const api = {
  options: async () => (await ask("/api/options")).json(),
  forecast: (settings) => post("/api/forecast", settings),
  /** compare: the run before, to be laid beside the new one, or null. */
  launch: (settings, compare = null) => post(`/api/runs${compare ? `?compare=${encodeURIComponent(compare)}` : ""}`, settings),
  runs: async () => (await ask("/api/runs")).json(),
  record: async (run) => (await ask(`/api/runs/${encodeURIComponent(run)}/record`)).json(),
  cancel: (run) => post(`/api/runs/${encodeURIComponent(run)}/cancel`),
  matrix: async () => (await ask("/api/matrix")).json(),
  measureMatrix: () => post("/api/matrix"),
  text: async (run) => (await ask(textPath(run))).text(),
};

export function textPath(run) {
  return `/api/runs/${encodeURIComponent(run)}/text`;
}
