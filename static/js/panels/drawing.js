// Keeps a page drawn: anew when the store, the theme or the size of something has changed.

/** @import { Palette } from "../types/picture.d.ts" */
/** @import { Store } from "../types/page.d.ts" */

import { byId } from "../dom/elements.js";
import { createFrameLoop } from "../dom/frame-loop.js";
import { readPalette } from "../timeline/palette.js";
import { createTheme } from "./theme.js";

/**
 * Starts to draw; `draw` returns whether the picture moves by itself.
 *
 * @param {Store} store
 * @param {Element[]} sized those whose size counts; on the first of them the colours are read
 * @param {(palette: Palette) => boolean} draw
 */
export function startDrawing(store, sized, draw) {
  // Read again only when the theme changes: reading makes the browser compute styles.
  /** @type {Palette | null} */
  let palette = null;
  const loop = createFrameLoop(() => draw(palette ??= readPalette(sized[0])));
  createTheme(byId("theme"), (how) => {
    palette = null;
    if (how?.atOnce) loop.now();
    else loop.request();
  });
  store.subscribe(loop.request);
  const resized = new ResizeObserver(loop.request);
  for (const element of sized) resized.observe(element);
  addEventListener("resize", loop.request);
  loop.request();
}
