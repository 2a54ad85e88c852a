// A run as the server tells of it, and what the page derives from its marks. Times are seconds since the release.

export type Phase =
  | "queued"
  | "handling"
  | "waiting"
  | "connecting"
  | "executing"
  | "holding"
  | "responding"
  | "done"
  | "failed"
  | "unknown"
  | "thread-queued";

export interface Mark {
  seq: number;
  phase: Phase;
  at: number;
  worker: number;
  lane: number;
  connection: number;
  status: number; // of the answer, 0 where none came
  failure: string; // why it failed, in a word
  message: string;
  note: string; // what the app says that it does
  timing: string; // the server's own metrics
}

/** Marks on the wire, column by column; what only some of them tell, by their offset. */
export interface Frame {
  run: string;
  index: number;
  seq: number[];
  phase: number[];
  at: number[];
  worker: number[];
  lane: number[];
  connection: number[];
  status?: Record<number, number>;
  failure?: Record<number, string>;
  message?: Record<number, string>;
  note?: Record<number, string>;
  timing?: Record<number, string>;
}

export interface Span {
  phase: Phase;
  from: number;
  to: number | null; // null while it goes on
}

/** One request: everything that its marks say. */
export interface Request {
  seq: number;
  marks: Mark[];
  spans: Span[];
  outcome: "done" | "failed" | null;
  end: number | null;
  status: string;
  word: string; // why it failed
  message: string;
  worker: number;
  lane: number;
  connection: number;
  executingAt: number | null;
  waitingAt: number | null;
  handlingAt: number | null;
}

/** One sample of a gauge: [at, name, worker, values]. */
export type Sample = [number, string, number | null, Record<string, number>];

/** Settings by name: typed by the server, or texts as the form has them. */
export type Settings = Record<string, string | number>;

/** A field of the settings, as the server describes it. */
export interface Field {
  name: string;
  label: string;
  type: "integer" | "number" | "choice";
  default: string | number;
  group: string;
  help?: string;
  unit?: string;
  choices?: string[];
}

/** A request of a mix, and how often it is asked compared with the others. */
export interface RequestSpec {
  name: string;
  weight: number;
}

export interface Batch {
  count: number;
  at: number;
  seqs?: number[];
}

export interface Forecast {
  sentence?: string;
  reason?: string;
  total_seconds: number;
  low_seconds?: number;
  high_seconds?: number;
  batches: Batch[];
}

export interface Target {
  kind?: string; // example, app or url
  mode?: string;
  state?: string;
  pids?: number[];
  master?: number | null;
  worker_class?: string;
}

export interface RunError {
  cause: string;
  cure: string;
  stderr: string;
}

/** How far a run is: the server's `state` message. `run` is null while there is none. */
export interface Run {
  run: string | null;
  status: string;
  target: Target | null;
  error: RunError | null;
  notes: string[];
  settings: Settings;
  forecast: Forecast | null;
  marks_lost: number;
  history_id?: number | null;
  label?: string;
  step?: string;
  step_seconds?: number;
  elapsed?: number | null;
  asks?: RequestSpec[];
  compared_with?: string | null;
  started_at?: string; // of a kept run
  versions?: Record<string, string>;
}

export interface Suggestion {
  title: string;
  settings: Settings;
  forecast_seconds?: number | null; // of a user app nobody knows before the run
}

export interface Diagnosis {
  limit: string;
  sentence: string;
  evidence: string;
  suggestions?: Suggestion[];
}

export interface Failure {
  word: string;
  count: number;
  cause: string;
  cure: string;
}

/** What one path of a mix did; times in seconds. */
export interface PathRow {
  name: string;
  count: number;
  median: number | null;
  p95: number | null;
  longest: number | null;
  errors: number;
  pool_wait_share: number;
  statuses: Record<string, number>;
  metrics: Record<string, number>;
}

/** What is known of a user app beside its run. */
export interface AppCard {
  module: string;
  on: string;
  given: string;
  used: string;
  pools: string[];
  pool?: Settings;
  paste: { where: string; lines: string }[];
  paste_title: string;
}

/** The run so far in words and numbers: the server's `summary` message. */
export interface Summary {
  run: string | null;
  sentence: string;
  counts: Partial<Record<Phase, number>>;
  requests: number;
  done: number;
  failed: number;
  total_seconds: number;
  batches: Batch[];
  picture?: string; // "batches" or "waiting": what shows best how the run went
  paths?: PathRow[];
  failures: Failure[];
  diagnosis: Diagnosis | null;
  app?: AppCard | null;
}

/** A whole run as the API gives it. */
export interface RunRecord {
  state: Run;
  frame: Frame;
  gauges: { samples: Sample[] };
  summary: Summary;
}
