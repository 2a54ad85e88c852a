// One band of the timeline: a canvas for shapes and a layer of DOM text above it. Tracks are stacked and share one
// TimeScale.

import { contextOf } from "../dom/elements.js";
/** @import { Track } from "../types/picture.d.ts" */

/**
 * Text at pixel places, reusing its elements.
 *
 * @param {HTMLElement} layer
 * @returns {Track["label"]}
 */
function createLabels(layer) {
  /** @type {{ element: HTMLElement, words: HTMLElement, text: string, className: string, transform: string }[]} */
  const shown = [];
  return (labels) => {
    labels.forEach(({ text, x, y, kind, align = "start" }, k) => {
      if (!shown[k]) {
        const element = layer.appendChild(document.createElement("span"));
        const words = element.appendChild(document.createElement("span"));
        shown[k] = { element, words, text: "", className: "", transform: "" };
      }
      const now = shown[k];
      const className = `label label-${kind} label-${align}`;
      const transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
      if (now.text !== text) now.words.textContent = now.text = text;
      if (now.className !== className) now.element.className = now.className = className;
      if (now.transform !== transform) now.element.style.transform = now.transform = transform;
    });
    for (const { element } of shown.splice(labels.length)) element.remove();
  };
}

/**
 * Builds a track at the end of a parent. `fit` gives a cleared context, scaled so that one unit is one CSS pixel.
 *
 * @param {HTMLElement} parent
 * @param {string} name
 * @returns {Track}
 */
export function createTrack(parent, name) {
  const element = parent.appendChild(document.createElement("div"));
  element.className = `track track-${name}`;
  const canvas = element.appendChild(document.createElement("canvas"));
  const layer = element.appendChild(document.createElement("div"));
  layer.className = "labels";
  const context = contextOf(canvas);
  return {
    element,
    label: createLabels(layer),
    fit(width, height) {
      const ratio = window.devicePixelRatio || 1;
      const pixels = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) {
        [canvas.width, canvas.height] = pixels;
        canvas.style.width = `${width}px`;
        canvas.style.height = element.style.height = `${height}px`;
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      return context;
    },
  };
}
