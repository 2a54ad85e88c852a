// The live link: follows the mark log over Socket.IO and asks again from where it is after every break.

/** @import { Store } from "../types/page.d.ts" */

// @ts-types="../types/socket-io.d.ts"
import { io } from "../../vendor/socket.io-client/socket.io.esm.min.js";
import { afterFrame, afterGauges, afterState, afterSummary } from "./live.js";

/**
 * Connects the store to the server; `clock` gives seconds of this page's clock.
 *
 * @param {Store} store
 * @param {() => number} clock seconds of this page's clock
 */
export function connect(store, clock) {
  const socket = io({
    path: "/socket.io",
    transports: ["websocket"],
    reconnectionDelay: 300,
    reconnectionDelayMax: 2000, // milliseconds
  });

  function follow() {
    const { run, held } = store.get();
    socket.emit("follow", { run: run?.run ?? null, index: held });
  }

  socket.on("connect", () => {
    store.set({ link: "up" });
    follow();
  });
  socket.on("disconnect", () => store.set({ link: "lost" }));
  socket.on("connect_error", () => store.set({ link: "lost" }));

  socket.on("state", (message) => store.set(afterState(store.get(), message, clock())));
  socket.on("summary", (summary) => store.set(afterSummary(store.get(), summary)));
  socket.on("gauges", (message) => store.set(afterGauges(store.get(), message)));
  socket.on("frame", (frame, acknowledge) => {
    const patch = afterFrame(store.get(), frame);
    if (patch === null) follow();
    else store.set(patch);
    acknowledge?.();
  });
  return socket;
}
