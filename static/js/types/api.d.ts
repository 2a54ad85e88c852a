// What the HTTP API answers, beside runs.

import type { Field, Phase, Settings } from "./run.d.ts";

/** What the server offers: everything that the form needs. */
export interface Options {
  version: string;
  kind: string; // of the target: example, app or url
  asks: string; // what is requested, where no endpoint says it
  phases: Phase[];
  modes: { name: string; title: string; reason: string; worker_class: string }[];
  endpoints: { name: string; path: string; available: boolean; reason: string }[];
  fields: Field[];
  app: object | null;
}

/** A run as GET /api/runs lists it. */
export interface ListedRun {
  run: string;
  status: string;
}

/** Which page of the history is asked for. */
export interface HistoryQuery {
  page: number;
  sort: string;
  q: string;
}

/** A kept run as the history lists it. */
export interface KeptRun {
  number: number;
  label: string;
  pinned: boolean;
  started_at: string;
  status: string;
  mode: string;
  endpoint: string;
  requests: number;
  failed: number;
  pool: number | null;
  total_seconds: number;
  batches: number;
  done: number;
  limit: string;
  sentence: string;
  settings: Settings;
  waterfall?: TinyBar[];
}

/** [start, end, failed] in thousandths of the run's time. */
export type TinyBar = [number, number, boolean | number];

export interface HistoryPage {
  runs: KeptRun[];
  total: number;
  page: number;
  size: number;
}

export interface Figure {
  label: string;
  unit: string;
  values: (string | number)[];
  ratios: (number | null)[];
}

/** What GET /api/compare says of several runs. */
export interface Comparison {
  sentence: string;
  runs: { label?: string; sentence: string }[];
  settings: { label: string; unit: string; values: (string | number)[] }[];
  figures: Figure[];
}

export interface MatrixCell {
  worker_class: string;
  driver: string;
  verdict: string;
  seconds: number | null;
  reason: string;
}

export interface Survey {
  going: boolean;
  cells: MatrixCell[];
  combinations: number;
  rows: [string, string][]; // driver, database
  worker_classes: string[];
}
