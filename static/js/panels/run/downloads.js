// The files of the run that is shown: one link for each format, and the way to its replay.

import { filePath } from "../../state/api.js";
import { byId, make } from "../../dom/elements.js";
import { isOver } from "../../model/run/status.js";

/** The formats of dashboard/exports, and what opens them; a test holds the names against each other. */
export const FORMATS = {
  jsonl: ["JSON lines", "every mark; poolscope import reads it"],
  csv: ["CSV", "one row for each request, for spreadsheets"],
  har: ["HAR", "for the network panel of a browser"],
  trace: ["Trace", "for ui.perfetto.dev and chrome://tracing"],
  svg: ["SVG", "the waterfall as a drawing"],
  png: ["PNG", "the waterfall as a picture"],
  html: ["HTML", "the timeline in one file, without a server"],
};

/** Wires the line of links; the returned function shows those of a state. */
export function createDownloads() {
  const line = byId("files");
  let shown = "";

  return ({ run, kept, isOpened, moment }) => {
    const isWhole = isOpened ? moment !== null : isOver(run);
    const name = isOpened ? String(kept?.number ?? "") : run?.run;
    const replay = !isOpened && run?.history_id ? run.history_id : null;
    const key = isWhole && name ? `${name} ${replay}` : "";
    if (key === shown) return;
    shown = key;
    line.hidden = key === "";
    if (key === "") return;
    const links = Object.entries(FORMATS).map(([format, [title, purpose]]) =>
      make(
        "li",
        {},
        make("a", {
          href: filePath(name, format),
          download: true,
          "data-format": format,
          title: purpose,
        }, title),
      )
    );
    line.replaceChildren(
      make("span", { class: "part-title", id: "files-title" }, "Files"),
      make("ul", { "aria-labelledby": "files-title" }, ...links),
      replay
        ? make(
          "a",
          { class: "button", href: `/?run=${replay}`, "data-route": "" },
          `Replay #${replay}`,
        )
        : "",
    );
  };
}
