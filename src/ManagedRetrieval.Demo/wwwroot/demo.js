// What a page cannot do without a script: frames, a canvas, a file to keep.

let longest = 0;
let last = 0;

// Looks at every frame for how long the page stood still before it.
export function watchFrames() {
  const look = now => {
    if (last > 0 && !document.hidden) {
      longest = Math.max(longest, now - last);
    }
    last = document.hidden ? 0 : now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

export function forgetPauses() {
  longest = 0;
  last = 0;
}

export function longestPause() {
  return longest;
}

export function download(name, bytes) {
  const address = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

const maps = new WeakMap();

// points are floats: x and y of each item in turn, from -1 to 1.
export function showMap(canvas, tip, points, titles) {
  let map = maps.get(canvas);
  if (!map) {
    map = { marked: [], shown: -1 };
    maps.set(canvas, map);
    const redraw = () => draw(canvas, map);
    new ResizeObserver(redraw).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    canvas.addEventListener("pointermove", event => point(canvas, map, nearest(canvas, map, event)));
    canvas.addEventListener("pointerdown", event => point(canvas, map, nearest(canvas, map, event)));
    canvas.addEventListener("pointerleave", () => point(canvas, map, -1));
    canvas.addEventListener("blur", () => point(canvas, map, -1));
    canvas.addEventListener("keydown", event => step(canvas, map, event));
  }
  map.tip = tip;
  map.points = new Float32Array(points.slice().buffer);
  map.titles = titles;
  map.marked = [];
  map.shown = -1;
  point(canvas, map, -1);
}

export function markOnMap(canvas, marked) {
  const map = maps.get(canvas);
  if (map) {
    map.marked = marked;
    point(canvas, map, -1);
  }
}

function place(canvas, map, item) {
  const margin = 14;
  const width = canvas.clientWidth - 2 * margin;
  const height = canvas.clientHeight - 2 * margin;
  return [margin + (map.points[2 * item] + 1) / 2 * width, margin + (1 - map.points[2 * item + 1]) / 2 * height];
}

function draw(canvas, map) {
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  const style = getComputedStyle(canvas);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  context.fillStyle = style.getPropertyValue("--dot");
  for (let item = 0; item < map.titles.length; item++) {
    dot(context, place(canvas, map, item), 2);
  }
  context.lineWidth = 1.5;
  context.strokeStyle = style.getPropertyValue("--surface");
  map.marked.forEach((item, rank) => {
    if (item >= 0) {
      context.fillStyle = style.getPropertyValue(rank === 0 ? "--best" : "--mark");
      dot(context, place(canvas, map, item), rank === 0 ? 7 : 5);
      context.stroke();
    }
  });
  if (map.shown >= 0) {
    context.strokeStyle = style.getPropertyValue("--text");
    dot(context, place(canvas, map, map.shown), 7, false);
    context.stroke();
  }
}

function dot(context, [x, y], radius, filled = true) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  if (filled) {
    context.fill();
  }
}

function nearest(canvas, map, event) {
  let best = -1;
  let distance = 20 * 20;
  for (let item = 0; item < map.titles.length; item++) {
    const [x, y] = place(canvas, map, item);
    // Marked items lie on top, so they win over what is as near.
    const away = (x - event.offsetX) ** 2 + (y - event.offsetY) ** 2 - (map.marked.includes(item) ? 16 : 0);
    if (away < distance) {
      [best, distance] = [item, away];
    }
  }
  return best;
}

function point(canvas, map, item) {
  map.shown = item;
  draw(canvas, map);
  map.tip.hidden = item < 0;
  if (item >= 0) {
    map.tip.textContent = map.titles[item];
    const [x, y] = place(canvas, map, item);
    const width = map.tip.offsetWidth;
    map.tip.style.left = `${Math.max(0, Math.min(x - width / 2, canvas.clientWidth - width))}px`;
    map.tip.style.top = `${y > 44 ? y - 40 : y + 14}px`;
  }
}

// Left and right go through the answers, so that the map can be read without a pointer.
function step(canvas, map, event) {
  const answers = map.marked.filter(item => item >= 0);
  const direction = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (direction !== 0 && answers.length > 0) {
    event.preventDefault();
    const at = answers.indexOf(map.shown);
    point(canvas, map, answers[at < 0 ? (direction > 0 ? 0 : answers.length - 1) : (at + direction + answers.length) % answers.length]);
  }
}
