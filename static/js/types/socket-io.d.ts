// What the page uses of the Socket.IO client in static/vendor.

import type { Frame, Run, Sample, Summary } from "./run.d.ts";

export interface Messages {
  connect(): void;
  disconnect(): void;
  connect_error(): void;
  state(message: Run): void;
  summary(message: Summary): void;
  gauges(message: { run: string; index: number; samples: Sample[] }): void;
  frame(message: Frame, acknowledge?: () => void): void;
}

export interface Socket {
  on<Name extends keyof Messages>(name: Name, listener: Messages[Name]): void;
  emit(name: "follow", message: { run: string | null; index: number }): void;
}

/** Times in milliseconds. */
export function io(options: {
  path: string;
  transports: string[];
  reconnectionDelay: number;
  reconnectionDelayMax: number;
}): Socket;
