"use strict";
// The list in the page is the truth about names; the data beside it holds places, tools and edges.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const [search, canvas, panel] = [byId("search"), byId("map"), byId("panel")];
const pen = canvas.getContext("2d");
const domains = [];
for (const item of document.querySelectorAll("#list li")) {
  const number = Number(item.dataset.n);
  const title = item.querySelector("a").textContent;
  const summary = item.querySelector("p").textContent;
  const tools = data.tools[number];
  domains[number] = {
    number, title, summary, tools, id: item.id, ...data.domains[number],
    low: title.toLowerCase(), about: summary.toLowerCase(),
    names: tools.map(([name]) => name.toLowerCase()).join("\n"),
  };
}
data.islands.forEach((island, number) => {
  for (const domain of island.domains) domains[domain].hue = (number * 137.5) % 360;
});
let hits = new Map(); // what the search found: domain → score
let chosen = null;
let pointed = null;

// Elements. Whatever comes from a catalog goes in as text.
function element(name, content, ...children) {
  const made = document.createElement(name);
  if (content) made.textContent = content;
  made.append(...children);
  return made;
}

function link(domain) {
  const made = element("a", domain.title);
  made.href = "#" + domain.id;
  return made;
}

// Search
function score(domain, words) {
  let total = 0;
  for (const word of words) {
    let one = 0;
    const parts = domain.low.split(" ");
    if (parts.some((part) => part === word || part === word + "s")) one = 140;
    else if (parts.some((part) => part.startsWith(word))) one = 100;
    else if (domain.low.includes(word)) one = 60;
    if (domain.about.includes(word)) one += 15;
    if (domain.names.includes(word)) {
      const saying = domain.names.split("\n").filter((name) => name.includes(word)).length;
      one += 5 + 40 * saying / domain.tools.length;
    }
    if (!one) return 0;
    total += one;
  }
  return total;
}

function find() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  hits = new Map();
  if (words.length) {
    for (const domain of domains) {
      const points = score(domain, words);
      if (points) hits.set(domain, points);
    }
  }
  show(null);
  const found = [...hits].sort((a, b) => b[1] - a[1] || a[0].number - b[0].number).slice(0, 80);
  byId("results").replaceChildren(...found.map(([domain]) => element("li", "", result(domain, words))));
  byId("found").textContent = words.length ? `${hits.size} of ${domains.length} domains` : "";
  current(0);
  frame([...hits.keys()].slice(0, 400));
}

function result(domain, words) {
  const made = link(domain);
  const saying = domain.tools.map(([name]) => name).filter((name) => words.some((word) => name.toLowerCase().includes(word)));
  const about = saying.length ? `${saying.length} of its tools: ${saying.slice(0, 3).join(", ")}` : domain.summary;
  made.append(" ", element("small", String(domain.tools.length)), element("p", about));
  return made;
}

function current(step) {
  const rows = [...byId("results").querySelectorAll("a")];
  const was = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = Math.min(rows.length - 1, Math.max(0, step ? was + step : 0));
  rows.forEach((row, number) => row.toggleAttribute("aria-current", number === next));
  rows[next]?.scrollIntoView({ block: "nearest" });
  return rows[next];
}

// What ties whom, before anything is chosen
function telling() {
  const parts = [];
  for (const graph of data.graphs) {
    const rows = graph.between.slice(0, 8).map((row) => element("li", "", link(domains[row[0]]),
      ` ${graph.directed ? "→" : "–"} `, link(domains[row[1]]), element("p", spoken(graph, row))));
    if (rows.length) parts.push(element("h3", `Most telling edges (${graph.kind})`), element("ul", "", ...rows));
  }
  byId("list").after(element("aside", "", ...parts));
}

const spoken = (graph, [from, to, , one, other, sure, why]) =>
  `${domains[from].tools[one][0]} ${graph.directed ? "→" : "–"} ${domains[to].tools[other][0]}: ${why} (${sure})`;

// One domain
function show(domain) {
  chosen = domain;
  const article = byId("domain");
  article.hidden = !domain;
  article.replaceChildren();
  const searching = Boolean(search.value.trim());
  byId("results").hidden = Boolean(domain) || !searching;
  for (const part of [byId("list"), byId("list").nextSibling]) part.hidden = Boolean(domain) || searching;
  byId("found").hidden = Boolean(domain);
  if (domain) {
    const back = element("button", "Back");
    back.addEventListener("click", leave);
    article.append(back, element("h2", domain.title), element("p", domain.summary), ...inventory(domain), ...ties(domain));
    panel.scrollTop = 0;
  }
  draw();
}

function inventory(domain) {
  const rows = domain.tools.map(([name, about]) => element("li", "", element("b", name), element("p", about)));
  return [element("h3", `${domain.tools.length} tools`), element("ul", "", ...rows)];
}

function ties(domain) {
  const parts = [];
  for (const graph of data.graphs) {
    const out = graph.between.filter(([from]) => from === domain.number);
    const into = graph.between.filter(([, to]) => to === domain.number);
    if (graph.directed) {
      parts.push(...tied(graph, `Feeds (${graph.kind})`, out, 1), ...tied(graph, `Fed by (${graph.kind})`, into, 0));
    } else {
      parts.push(...tied(graph, `Like it (${graph.kind})`, [...out.map((row) => [row, 1]), ...into.map((row) => [row, 0])], null));
    }
    const within = (graph.within[domain.number] || []).map(([from, to, sure, why]) =>
      element("li", "", element("p", spoken(graph, [domain.number, domain.number, 1, from, to, sure, why]))));
    if (within.length) parts.push(element("h3", `Within (${graph.kind})`), element("ul", "", ...within));
  }
  return parts;
}

function tied(graph, title, rows, end) {
  if (!rows.length) return [];
  const items = rows.slice(0, 12).map((given) => {
    const [row, side] = end === null ? given : [given, end];
    const count = row[2] === 1 ? " 1 edge" : ` ${row[2]} edges`;
    return element("li", "", link(domains[row[side]]), element("small", count), element("p", spoken(graph, row)));
  });
  return [element("h3", title), element("ul", "", ...items)];
}

function leave() {
  history.replaceState(null, "", "#");
  show(null);
  search.focus();
}

function arrive() {
  const domain = domains.find((one) => "#" + one.id === decodeURIComponent(location.hash));
  if (domain) {
    show(domain);
    frame([domain]);
  } else if (chosen) show(null);
}

// The map
const view = { x: 0, y: 0, scale: 1 };
let box = { width: 1, height: 1 };

function bounds(some) {
  const xs = some.map((one) => one.at[0]), ys = some.map((one) => one.at[1]), pad = some.map((one) => one.r);
  return some.reduce((edge, _, n) => [
    Math.min(edge[0], xs[n] - pad[n]), Math.min(edge[1], ys[n] - pad[n]),
    Math.max(edge[2], xs[n] + pad[n]), Math.max(edge[3], ys[n] + pad[n]),
  ], [Infinity, Infinity, -Infinity, -Infinity]);
}

function frame(some) {
  const [left, top, right, bottom] = bounds(some.length ? some : data.islands);
  const least = some.length ? 9 : 1; // a single domain is shown with those around it
  const width = Math.max(least, right - left), height = Math.max(least, bottom - top);
  view.scale = Math.min(box.width / width, box.height / height) * 0.94;
  [view.x, view.y] = [(left + right) / 2, (top + bottom) / 2];
  draw();
}

const screen = ([x, y]) => [(x - view.x) * view.scale + box.width / 2, (y - view.y) * view.scale + box.height / 2];
const world = (x, y) => [(x - box.width / 2) / view.scale + view.x, (y - box.height / 2) / view.scale + view.y];
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function draw() {
  if (!canvas.width) return;
  const [ink, faint, paper, mark, edge] = ["--ink", "--faint", "--paper", "--mark", "--edge"].map(style);
  const [saturation, lightness] = [style("--saturation"), style("--lightness")];
  pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  pen.clearRect(0, 0, box.width, box.height);
  for (const island of data.islands) disc(island.at, island.r, paper, edge);
  for (const domain of domains) {
    const out = hits.size && !hits.has(domain);
    pen.globalAlpha = out ? 0.16 : 1;
    disc(domain.at, domain.r, `hsl(${domain.hue} ${saturation} ${lightness})`, domain === chosen || domain === pointed ? mark : "");
  }
  pen.globalAlpha = 1;
  if (chosen) lines((from, to) => from === chosen.number || to === chosen.number, mark);
  else if (!hits.size) lines((from, to, rank) => rank < 150, edge);
  labels(ink, faint, paper);
}

function disc(at, radius, fill, stroke) {
  const [x, y] = screen(at), size = radius * view.scale;
  if (x < -size || y < -size || x > box.width + size || y > box.height + size) return;
  pen.beginPath();
  pen.arc(x, y, Math.max(1, size), 0, 7);
  pen.fillStyle = fill;
  pen.fill();
  if (stroke) {
    pen.strokeStyle = stroke;
    pen.lineWidth = 2;
    pen.stroke();
  }
}

// Of each graph, the edges between domains stand strongest first.
function lines(wanted, colour) {
  pen.strokeStyle = colour;
  for (const graph of data.graphs) {
    pen.setLineDash(graph.directed ? [] : [3, 4]);
    graph.between.forEach(([from, to, , , , sure], rank) => {
      if (!wanted(from, to, rank)) return;
      const [x, y] = screen(domains[from].at), [u, v] = screen(domains[to].at);
      pen.lineWidth = 0.7 + 1.5 * sure;
      pen.beginPath();
      pen.moveTo(x, y);
      pen.quadraticCurveTo((x + u) / 2 + (v - y) / 8, (y + v) / 2 - (u - x) / 8, u, v);
      pen.stroke();
    });
  }
  pen.setLineDash([]);
}

// What is wanted most comes first; a label that would lie upon another is left out.
function labels(ink, faint, paper) {
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  const above = (one) => [one.at[0], one.at[1] - one.r];
  const islands = data.islands.filter((one) => !hits.size || one.domains.some((number) => hits.has(domains[number])));
  const wanted = islands.map((one) => [short(one.title, Math.max(18, one.r * view.scale / 3)), above(one), 13, 600, ink]);
  const shown = hits.size ? [...hits.keys()] : domains.slice();
  for (const one of shown.sort((a, b) => b.r - a.r)) {
    if (view.scale > 24 || hits.size) wanted.push([short(one.title, view.scale / 4 + 8), one.at, 11.5, 400, faint]);
  }
  for (const one of [pointed, chosen]) if (one) wanted.unshift([one.title, one.at, 14, 700, ink]);
  const taken = [];
  for (const [words, at, size, weight, colour] of wanted) {
    const [x, y] = screen(at);
    if (x < 0 || y < -20 || x > box.width || y > box.height + 20) continue;
    pen.font = `${weight} ${size}px system-ui, sans-serif`;
    const half = pen.measureText(words).width / 2 + 3;
    if (taken.some(([u, v, w]) => Math.abs(u - x) < half + w && Math.abs(v - y) < size + 3)) continue;
    taken.push([x, y, half]);
    pen.lineWidth = 4;
    pen.strokeStyle = paper;
    pen.strokeText(words, x, y);
    pen.fillStyle = colour;
    pen.fillText(words, x, y);
  }
}

const short = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);

function at(x, y) {
  const [u, v] = world(x, y);
  let best = null, least = 0.55; // a cell is one wide
  for (const domain of domains) {
    const far = Math.hypot(domain.at[0] - u, domain.at[1] - v);
    if (far < least) [best, least] = [domain, far];
  }
  return best;
}

function zoom(by, x = box.width / 2, y = box.height / 2) {
  const [u, v] = world(x, y);
  view.scale = Math.min(400, Math.max(1, view.scale * by));
  const [a, b] = world(x, y);
  [view.x, view.y] = [view.x + u - a, view.y + v - b];
  draw();
}

let held = null;
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  held = { x: event.offsetX, y: event.offsetY, moved: false };
});
canvas.addEventListener("pointermove", (event) => {
  const [x, y] = [event.offsetX, event.offsetY];
  if (held) {
    held.moved ||= Math.hypot(x - held.x, y - held.y) > 4;
    if (!held.moved) return;
    [view.x, view.y] = [view.x - (x - held.x) / view.scale, view.y - (y - held.y) / view.scale];
    [held.x, held.y] = [x, y];
    draw();
    return;
  }
  const domain = at(x, y);
  const hint = byId("hint");
  hint.textContent = domain ? `${domain.title} (${domain.tools.length} tools)` : "";
  hint.style.left = `${Math.min(x + 14, box.width - 240)}px`;
  hint.style.top = `${y + 14}px`;
  if (domain !== pointed) {
    pointed = domain;
    draw();
  }
});
canvas.addEventListener("pointerup", (event) => {
  const domain = held && !held.moved && at(event.offsetX, event.offsetY);
  held = null;
  if (domain) location.hash = domain.id;
});
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
}, { passive: false });
canvas.addEventListener("keydown", (event) => {
  const step = 60 / view.scale;
  const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
  if (event.key in moves) [view.x, view.y] = [view.x + moves[event.key][0], view.y + moves[event.key][1]];
  else if (event.key === "+" || event.key === "=") zoom(1.3);
  else if (event.key === "-") zoom(1 / 1.3);
  else if (event.key === "0") frame([]);
  else if (event.key === "Enter") {
    const domain = at(box.width / 2, box.height / 2);
    if (domain) location.hash = domain.id;
  } else return;
  event.preventDefault();
  draw();
});
search.addEventListener("input", find);
search.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") current(event.key === "ArrowDown" ? 1 : -1);
  else if (event.key === "Enter") location.hash = byId("results").querySelector("a[aria-current]")?.hash || "";
  else return;
  event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search) {
    event.preventDefault();
    search.select();
    search.focus();
  } else if (event.key === "Escape") {
    if (chosen) leave();
    else {
      search.value = "";
      find();
    }
  }
});
addEventListener("hashchange", arrive);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

document.body.classList.add("drawn");
byId("ground").hidden = false;
telling();
new ResizeObserver(([entry]) => {
  const first = !canvas.width || box.width === 1;
  box = { width: entry.contentRect.width, height: entry.contentRect.height };
  canvas.width = Math.round(box.width * devicePixelRatio);
  canvas.height = Math.round(box.height * devicePixelRatio);
  if (!first) draw();
  else if (location.hash.length > 1) arrive();
  else frame([]);
}).observe(byId("ground"));
search.focus();
