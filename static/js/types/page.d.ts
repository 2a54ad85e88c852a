// What the page holds, and what its parts get to draw.

import type { Comparison, HistoryPage, HistoryQuery, ListedRun, Options } from "./api.d.ts";
import type { Forecast, Request, Run, Sample, Settings, Summary } from "./run.d.ts";
import type { Gauge, Palette, Picture, View } from "./picture.d.ts";

/** Which view the URL names. */
export interface Route {
  opened: number | null; // the number of a kept run
  comparing: string[]; // names of runs, as the API takes them
}

/** How far a replay is: `at` seconds of the run at `since` of the page's clock. */
export interface Replay {
  at: number;
  isPlaying: boolean;
  since: number;
  speed: number;
}

/** A whole run as it is laid beside another one. */
export interface ComparedRun {
  run: string | null;
  number: number | null;
  label: string;
  status: string;
  settings: Settings;
  summary: Summary;
  rows: Request[];
}

/** A kept run that is opened, as far as it is here. */
export type OpenedRun =
  | { number: number; problem: string; isRunning?: boolean }
  | {
    number: number;
    problem?: undefined;
    isRunning?: undefined;
    run: Run;
    rows: Request[];
    samples: Sample[];
    summary: Summary;
    end: number;
    text: string | null;
  };

export interface DeletedRun {
  number: number;
  undo: string;
}

/** The only mutable state of the page. */
export interface PageState {
  options: Options | null; // what the server offers
  link: "connecting" | "up" | "lost";
  run: Run | null; // the server's last `state` message
  runAt: number; // when it came, seconds of this page's clock
  rows: Request[]; // replaced, never changed
  held: number; // how many marks of this run we have: the index to follow from
  samples: Sample[];
  summary: Summary | null; // the server's last one of this run
  text: string | null; // the plain text of this run, once it has ended
  before: ListedRun | null; // the run before this one, once this one has ended
  compareChoice: { run: string | null; with: string | null } | null; // which run a person wants beside that run
  other: (ComparedRun & { problem?: undefined }) | { run: string; problem: string } | null; // the run to compare with
  route: Route;
  kept: OpenedRun | null;
  replay: Replay;
  compared: ComparedRuns | { key: string; problem: string; report?: undefined } | null; // the runs beside each other
  asked: HistoryQuery;
  listed: (HistoryPage & { asked: HistoryQuery }) | null; // the page of the history that came last
  listProblem: string; // why there is none
  chosen: number[]; // kept runs to compare, in the order in which they were chosen
  renaming: number | null; // the run whose label is being typed
  deleted: DeletedRun[]; // runs that can be brought back
  settings: Settings; // the form, as typed
  typed: Settings | null; // the form, complete and typed by the server; null while it holds an error
  forecast: Forecast | null; // the server's forecast for the form
  fieldErrors: Record<string, string>;
  launching: boolean; // Launch was pressed; the server's `state` has not come yet
  launchError: string;
  order: "service" | "sending" | "lanes";
  gaugesShown: boolean | null; // once a person has chosen; until then they show as soon as there is a run
  path: string | null; // the only path that the timeline shows
  selected: number | null; // seq of the request shown in the readout
  pinned: boolean;
  view: View | null; // the part of the timeline that is shown
  hoverTime: number | null; // seconds under the pointer; the pool gauge shows that moment
}

export interface ComparedRuns {
  key: string;
  problem?: undefined;
  report: Comparison;
  runs: ComparedRun[];
}

export interface Store {
  get(): Readonly<PageState>;
  set(patch: Partial<PageState>): void;
  subscribe(listener: (state: PageState, changed: Set<keyof PageState>) => void): () => boolean;
}

/** The state as it is shown: that of the live run, or of the opened one at the moment of its replay. */
export interface ShownState extends PageState {
  now: number | null; // seconds since release while the run goes on
  whole: number | null; // seconds that the time axis has, null when it grows
  moment: { at: number; end: number } | null; // of the replay
  isOpened: boolean;
}

/** Everything that one drawing of the page shows; each panel takes from it what it needs. */
export interface Scene {
  live: Readonly<PageState>;
  shown: ShownState;
  at: number; // seconds of this page's clock
  isStill: boolean; // nothing will be drawn after this by itself
  settings: Settings; // those of the run, or of the form while there is none
  picture: Picture;
  gauges: Gauge[]; // all of them, whether they are shown as tracks or not
  unknown: number; // how many requests have an unknown phase
  threadQueued: number; // how many have waited for one of a pool's threads
  palette: Palette;
}

export interface Panel {
  draw(scene: Scene): void;
}

export interface Navigation {
  go(route: Route): void;
  live(): void;
  liveOnClick(element: HTMLElement): void; // wires a button or a link that leads back to the live page
  write(): void;
  whenSettingsCome(listener: (settings: Settings) => void): void;
}

/** What the panels of the page with the store share. */
export interface Page {
  options: Options;
  store: Store;
  clock: () => number; // seconds
  navigation: Navigation;
  openedRun: {
    shown(state: PageState, clock: number): ShownState;
    relabel(number: number, label: string): void;
  };
  controls: Panel & { take(settings: Settings): void; launchWith(settings: Settings): void };
}

/** What the panels need that an exported file has as well. */
export type Stage = Pick<Page, "store" | "clock">;
