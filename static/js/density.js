// Rows thinner than a pixel: how much of each pixel line is in which phase. densityRuns is pure, drawDensity draws it.

// How much of its row a phase covers when it is drawn as a bar: thin lines stay light when they melt together.
const INK = {
  queued: ["queued", 0.22], waiting: ["waiting", 0.5], connecting: ["executing", 0.7], executing: ["executing", 1],
  holding: ["executing", 0.6], handling: ["executing", 0.4], responding: ["executing", 0.4], unknown: ["unknown", 0.2],
};
const COLORS = ["queued", "waiting", "executing", "unknown"];

function edgesOf(rows, scale, edgeSeconds) {
  const edges = [];
  for (const row of rows) {
    for (const { phase, from, to } of row.spans) {
      const left = Math.round(scale.clampedX(from));
      const right = Math.round(scale.clampedX(to ?? edgeSeconds));
      if (right <= left) continue;
      const [color, ink] = INK[phase];
      const weight = ink / rows.length;
      edges.push({ x: left, color, weight }, { x: right, color, weight: -weight });
    }
  }
  return edges.sort((a, b) => a.x - b.x);
}

/** Returns the runs of equal mixture of one pixel line: [{x, width, mix: {color: opacity}}]. */
export function densityRuns(rows, scale, edgeSeconds) {
  const runs = [];
  const mix = Object.fromEntries(COLORS.map((color) => [color, 0]));
  let x = null;
  for (const edge of edgesOf(rows, scale, edgeSeconds)) {
    if (x !== null && edge.x > x && COLORS.some((color) => mix[color] > 0.004)) {
      runs.push({ x, width: edge.x - x, mix: { ...mix } });
    }
    x = edge.x;
    mix[edge.color] += edge.weight;
  }
  return runs;
}

/** Draws all rows, many to a pixel line. */
export function drawDensity(context, ordered, { top, rowScale, scale, palette, edgeSeconds }) {
  const lines = Math.ceil(rowScale.height);
  for (let line = 0; line < lines; line += 1) {
    const first = Math.floor(line / rowScale.row);
    const rows = ordered.slice(first, Math.max(first + 1, Math.floor((line + 1) / rowScale.row)));
    if (rows.length === 0) break;
    for (const { x, width, mix } of densityRuns(rows, scale, edgeSeconds)) {
      for (const color of COLORS) {
        if (mix[color] <= 0.004) continue;
        context.globalAlpha = Math.min(1, mix[color]);
        context.fillStyle = palette[color];
        context.fillRect(x, top + line, width, 1);
      }
    }
    const failed = rows.filter((row) => row.outcome === "failed");
    context.fillStyle = palette.failed;
    context.globalAlpha = 1;
    for (const row of failed) context.fillRect(scale.clampedX(row.end) - 1.5, top + line, 3, 1);
  }
  context.globalAlpha = 1;
}
