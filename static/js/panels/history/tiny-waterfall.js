// The tiny waterfall of a kept run, as SVG: when the service of two dozen of its requests began and ended.

const SVG = "http://www.w3.org/2000/svg";
const ROW = 10; // of a picture 1000 wide
const MOST_ROWS = 24;

function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** A failed one is thin and ends in a block, so that no colour is needed to see it. */
function barOf([start, end, failed], row, height) {
  const width = Math.max(6, end - start);
  const top = row * height;
  if (!failed) {
    return [shape("rect", { class: "tiny-bar", x: start, y: top, width, height: height * 0.8 })];
  }
  return [
    shape("rect", {
      class: "tiny-failed",
      x: start,
      y: top + height * 0.3,
      width,
      height: height * 0.25,
    }),
    shape("rect", {
      class: "tiny-failed",
      x: Math.min(end, 1000) - 24,
      y: top,
      width: 24,
      height: height * 0.8,
    }),
  ];
}

/** bars: [start, end, failed] in thousandths of the run's time, from top to bottom. */
export function tinyWaterfall(bars, words) {
  const whole = MOST_ROWS * ROW;
  const height = whole / Math.max(4, bars.length);
  const svg = shape("svg", {
    class: "tiny",
    viewBox: `0 0 1000 ${whole}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": words,
  });
  svg.append(...bars.flatMap((bar, row) => barOf(bar, row, height)));
  return svg;
}
