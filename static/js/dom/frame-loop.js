// Draws at most once per animation frame, less often when drawing is dear, and goes on by itself while something moves.

const SHARE = 0.4; // of the time at most may go into drawing
// Milliseconds between drawings that only move the now-line: what has news must not find the page busy.
const GLIDE = 33;
const CALM = 500; // when less motion is wanted

/**
 * `draw` returns whether the picture moves by itself. Returns {request, now}: ask for one drawing, or draw at once.
 *
 * @param {() => boolean} draw
 */
export function createFrameLoop(draw) {
  const lessMotion = matchMedia("(prefers-reduced-motion: reduce)");
  let isAsked = false;
  let notBefore = 0;
  let calmTimer = 0;

  function once() {
    clearTimeout(calmTimer);
    const began = performance.now();
    const moves = draw();
    const ended = performance.now();
    notBefore = ended + (ended - began) * (1 / SHARE - 1) - 16;
    if (moves) calmTimer = setTimeout(request, lessMotion.matches ? CALM : GLIDE);
  }

  function step() {
    if (performance.now() < notBefore) {
      requestAnimationFrame(step);
      return;
    }
    isAsked = false;
    once();
  }

  function request() {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(step);
  }

  return { request, now: once };
}
