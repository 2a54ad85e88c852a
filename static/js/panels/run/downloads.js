// The files of the run that is shown: one link for each format, and the way to its replay.

/** @import { Panel } from "../../types/page.d.ts" */

import { filePath } from "../../state/api.js";
import { byId, make } from "../../dom/elements.js";
import { whenChanged } from "../../lib/remember.js";
import { isOver } from "../../model/run/status.js";

/** The formats of dashboard/exports, and what opens them; a test holds the names against each other. */
export const FORMATS = {
  jsonl: ["JSON lines", "every mark; can be imported again"],
  csv: ["CSV", "one row per request, for spreadsheets"],
  har: ["HAR", "for a browser's network panel"],
  trace: ["Trace", "for ui.perfetto.dev and chrome://tracing"],
  svg: ["SVG", "the waterfall as a vector image"],
  png: ["PNG", "the waterfall as a bitmap image"],
  html: ["HTML", "the interactive timeline in one file"],
};

/** @returns {Panel} */
export function createDownloads() {
  const line = byId("files");

  /**
   * @param {string} name the run's, "" while there is nothing to download
   * @param {number | null} replay the number under which it is kept, if it is not opened already
   */
  function show(name, replay) {
    line.hidden = name === "";
    if (name === "") return;
    const links = Object.entries(FORMATS).map(([format, [title, purpose]]) => {
      const href = filePath(name, format);
      const link = { href, download: true, "data-format": format, title: purpose };
      return make("li", {}, make("a", link, title));
    });
    const replayLink = { class: "button", href: `/?run=${replay}`, "data-route": "" };
    line.replaceChildren(
      make("span", { class: "part-title", id: "files-title" }, "Files"),
      make("ul", { "aria-labelledby": "files-title" }, ...links),
    );
    if (replay) line.append(make("a", replayLink, `Replay #${replay}`));
  }

  const showChanged = whenChanged(show);
  return {
    draw({ shown: { run, kept, isOpened, moment } }) {
      const isWhole = isOpened ? moment !== null : isOver(run);
      const name = isOpened ? String(kept?.number ?? "") : run?.run ?? "";
      showChanged(isWhole ? name : "", isOpened ? null : run?.history_id ?? null);
    },
  };
}
