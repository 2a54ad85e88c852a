// The colours of css/tokens.css as the canvas needs them, read when something is drawn so that a theme change shows.

const NAMES = [
  "page",
  "band",
  "grid",
  "hairline",
  "ink",
  "muted",
  "select",
  "queued",
  "waiting",
  "executing",
  "failed",
  "unknown",
  "forecast",
  "now",
];

/** Reads the tokens as they are in force on an element: {name: "rgb(...)"}. */
export function readPalette(element) {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const palette = {};
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    palette[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return palette;
}

/** The same colour with another opacity; takes what readPalette gives. */
export function faded(rgb, opacity) {
  const [red, green, blue] = rgb.match(/[\d.]+/g);
  return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
}
