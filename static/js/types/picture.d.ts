// What the timeline draws, and the scales that it is drawn on.

import type { RowScale } from "../timeline/row-scale.js";
import type { TimeScale } from "../timeline/scale.js";
import type { Batch, Forecast, Request } from "./run.d.ts";

/** The part of the timeline that is shown: seconds and rows. */
export interface View {
  from: number;
  to: number;
  first: number;
  last: number;
}

export interface Bounds {
  end: number;
  rows: number;
}

/** A batch and its rows, from the first to before the last. */
export interface Extent extends Batch {
  from: number;
  to: number;
}

/** A worker's lanes, from line `from` to before `to`; its first request is at `first`. */
export interface LaneGroup {
  from: number;
  to: number;
  first: number;
  heading: string;
}

/** Rows in an order; lines: the rows of each lane, or null where each row has a line of its own. */
export interface Arrangement {
  ordered: Request[];
  lines: Request[][] | null;
  groups: LaneGroup[];
}

/** A quantity that changes in steps: values[k] from times[k] on, and 0 before the first. */
export interface Series {
  times: number[] | Float64Array;
  values: number[] | Float64Array;
}

export interface Completions {
  doneTimes: Float64Array;
  doneSeries: Series;
  requests: number;
}

export interface Picture extends Arrangement, Completions {
  status: string;
  now: number | null;
  positions: Int32Array; // seq -> position in `ordered`
  lineOf: Int32Array | null;
  order: string;
  rowCount: number;
  breaks: number[]; // the rows at which a batch begins
  batches: Extent[];
  batchEnds: Batch[];
  expected: Extent[]; // the batches of the forecast of which something is still to come
  forecast: Forecast | null | undefined;
  hasFailures: boolean;
  edge: number; // the latest moment that is known
  other: Completions | null | undefined; // of the run that this one is compared with
  end: number; // of the time axis
  selected: number; // position, or -1
  pinned: boolean;
  hoverTime: number | null;
  view: View | null;
}

/** Colours by the name of their token, as "rgb(...)". */
export type Palette = Record<string, string>;

/** How a picture lies in pixels. */
export interface Geometry {
  scale: TimeScale;
  rowScale: RowScale;
  width: number;
  height: number;
  palette: Palette;
  isNarrow: boolean;
}

/** Text at a place in pixels. */
export interface Label {
  text: string;
  x: number;
  y: number;
  kind: string;
  align?: "start" | "middle" | "end";
}

/** One band of the timeline. `fit` gives a cleared context, scaled so that one unit is one CSS pixel. */
export interface Track {
  element: HTMLElement;
  label(labels: Label[]): void;
  fit(width: number, height: number): CanvasRenderingContext2D;
}

export interface GaugePart {
  words: string;
  color: string;
  top: number; // the value at the upper edge
}

/** How late a worker's loop was: a beat due at `from` came at `to`. */
export interface Lateness {
  from: number;
  to: number;
}

export interface GaugeLimit {
  value: number;
  words: string;
  isMinor?: boolean;
}

/** A gauge as a track below the bars, and in words. */
export interface Gauge {
  title: string;
  isAlwaysShown?: boolean; // shown even when the gauges are hidden
  area?: GaugePart & { series: Series };
  line?: GaugePart & { series: Series };
  ramps?: GaugePart & { lates: Lateness[] };
  limits: GaugeLimit[];
  note?: string;
  read(at: number | null): string[]; // the figures at a moment, or the most
  sentence: string;
}
