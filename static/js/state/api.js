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

/**
 * Does something, and hands what the server refused to `onProblem`; other errors are thrown.
 *
 * @template Result
 * @param {() => Promise<Result>} action
 * @param {(problem: Problem) => Result} onProblem
 * @returns {Promise<Result>}
 */
export async function attempt(action, onProblem) {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return onProblem(error);
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
  throw new Problem(
    isJson ? await response.json() : { title: `The dashboard answered ${status}`, status },
  );
}

async function send(method, path, body) {
  const response = await ask(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return response.json().catch(() => ({}));
}

const post = (path, body = {}) => send("POST", path, body);

/** Where a run is: one that is kept by its number, "7" or 7, one of this dashboard by its name, "r3-7f". */
function pathOf(run) {
  return /^\d+$/.test(run) ? `/api/history/${run}` : `/api/runs/${encodeURIComponent(run)}`;
}

export const api = {
  options: async () => (await ask("/api/options")).json(),
  forecast: (settings) => post("/api/forecast", settings),
  /** compare: the run before, to be laid beside the new one, or null. */
  launch: (settings, compare = null) =>
    post(`/api/runs${compare ? `?compare=${encodeURIComponent(compare)}` : ""}`, settings),
  runs: async () => (await ask("/api/runs")).json(),
  record: async (run) => (await ask(`/api/runs/${encodeURIComponent(run)}/record`)).json(),
  cancel: (run) => post(`/api/runs/${encodeURIComponent(run)}/cancel`),
  matrix: async () => (await ask("/api/matrix")).json(),
  measureMatrix: () => post("/api/matrix"),
  text: async (run) => (await ask(textPath(run))).text(),
  /** One page of the kept runs; asked: {page, size, sort, q}. */
  kept: async (asked) => (await ask(`/api/history?${new URLSearchParams(asked)}`)).json(),
  keptRun: async (number) => (await ask(pathOf(number))).json(),
  /** The whole record of a run, by number or by name. */
  recordOf: (run) => (/^\d+$/.test(run) ? api.keptRun(run) : api.record(run)),
  /** change: {label} or {pinned}. */
  change: (number, change) => send("PATCH", pathOf(number), change),
  remove: async (number) => (await ask(pathOf(number), { method: "DELETE" })).json(),
  undo: (path) => post(path),
  /** A run out of a file of JSON lines. */
  importRun: async (file) =>
    (await ask("/api/history", {
      method: "POST",
      headers: { "Content-Type": "application/x-ndjson" },
      body: file,
    })).json(),
  compare: async (names) =>
    (await ask(`/api/compare?${new URLSearchParams({ runs: names.join(",") })}`)).json(),
};

export const textPath = (run) => `${pathOf(run)}/text`;

export const filePath = (run, format) => `${pathOf(run)}/export?${new URLSearchParams({ format })}`;
