// The bar of `bigeggs preview`: shows what the preview tells, and puts a page that was written anew in the place of
// the old one, part by part, without moving what is read.
"use strict";

const bar = document.getElementById("preview");
const details = document.getElementById("preview-details");
const panel = document.getElementById("preview-panel");
const button = document.getElementById("preview-run");
let state = null;

// What the preview tells.

const events = new EventSource("/events");
events.onmessage = (message) => {
  const before = state;
  state = JSON.parse(message.data);
  show(before);
  if (state.page !== bar.dataset.page) renew();
};
events.onerror = () => {
  say("The preview has ended. The page stays as it was.");
  button.disabled = true;
};

function show(before) {
  const sections = state.stale.map((section) => section.section);
  const wrong = Object.keys(state.errors);
  const training = state.training;
  const learning = training ? `${training.section} trains: ${epochs(training)}. ` : "";
  const running = state.running && !training ? `${state.running} runs. ` : "";
  const failed = wrong.length ? `Failed: ${wrong.join(", ").toLowerCase()}. ` : "";
  const stale = sections.length ? `Out of date: ${sections.join(", ")}.` : "Every section is up to date.";
  say(failed + learning + running + (state.known ? stale : "Looking at what is out of date …"));
  button.textContent = state.running ? "Stop" : "Run";
  button.disabled = !state.running && !sections.length;
  const next = panel.cloneNode(false);
  next.append(...errors(), ...curves(), ...lines(), ...reasons());
  follow(panel, next);
  // What went wrong, and a curve that begins, are worth a look; whoever closes them is not asked again.
  const hasCurve = (seen) => Boolean(seen && seen.training && seen.training.epoch);
  const isWrong = wrong.some((what) => !(before && what in before.errors));
  if (isWrong || (hasCurve(state) && !hasCurve(before))) details.open = true;
}

function say(text) {
  // A status that is set to what it was would be read out again.
  const place = document.getElementById("preview-state");
  if (place.textContent !== text) place.textContent = text;
  place.title = text;
}

function make(name, attributes = {}, ...content) {
  const made = name === "svg" || name in SHAPES
    ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
}

const SHAPES = { text: 1, polyline: 1, path: 1, circle: 1 };

function errors() {
  return Object.entries(state.errors).flatMap(([what, text]) => [
    make("p", { class: "wrong" }, `${what}:`), make("pre", {}, text)]);
}

function lines() {
  return state.lines.length ? [make("pre", {}, state.lines.join("\n"))] : [];
}

function reasons() {
  const items = state.stale.map((section) => make("li", {}, `${section.section} `,
    make("small", {}, section.reasons.length ? section.reasons.join("; ") : section.state)));
  return items.length ? [make("ul", {}, ...items)] : [];
}

// The curves of a training.

function epochs(training) {
  const number = training.epoch;
  return `${number || "no"} epoch${number === 1 ? "" : "s"} ${training.epochs ? `of ${training.epochs} ` : ""}done`;
}

function curves() {
  const training = state.training;
  if (!training || !training.epoch) return [];
  const title = `${training.section}: ${epochs(training)}. `;
  const key = [make("span", {}, "Dashed: training. Solid: validation.")];
  return [make("figure", { class: "curves" }, make("figcaption", {}, title, ...key),
    chart("loss", training), chart("accuracy", training))];
}

function chart(name, training) {
  const [left, right, top, bottom, width, height] = [44, 8, 24, 30, 360, 200];
  const kinds = { training: training.history[name] || [], validation: training.history[`val_${name}`] || [] };
  const values = Object.values(kinds).flat().filter(Number.isFinite);
  const last = Math.max(...Object.values(kinds).map((each) => each.length));
  // Early on the curve has room to be seen, and then room to grow.
  const end = Math.max(2, Math.min(training.epochs || Infinity, Math.max(10, 2 * last)));
  const [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [0, 1];
  const span = high - low || 1;
  const x = (epoch) => left + (epoch - 1) / (end - 1) * (width - left - right);
  const y = (value) => height - bottom - (value - low) / span * (height - top - bottom);
  const parts = [
    make("text", { x: left, y: 14, class: "title" }, name),
    make("path", { class: "axis", d: `M${left} ${top}V${height - bottom}H${width - right}` }),
    make("text", { x: left, y: height - bottom + 15, "text-anchor": "middle" }, "1"),
    make("text", { x: width - right, y: height - bottom + 15, "text-anchor": "end" }, `${end}`),
    make("text", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }, "epoch"),
    ...(values.length ? [low, high] : []).map((value) =>
      make("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, value.toFixed(2))),
  ];
  for (const [kind, series] of Object.entries(kinds)) {
    const points = series.map((value, i) => [x(i + 1), y(value)]).filter(([, height]) => Number.isFinite(height));
    const line = points.map((point) => point.map((place) => place.toFixed(1)).join(",")).join(" ");
    parts.push(make("polyline", { class: kind, points: line }));
    // A line of one point is not seen.
    if (points.length === 1) parts.push(make("circle", { class: kind, cx: points[0][0], cy: points[0][1], r: 2.5 }));
  }
  const told = Object.entries(kinds).map(([kind, series]) => `${kind} ${Number(series.at(-1)).toFixed(3)}`).join(", ");
  return make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${name} by epoch, now ${told}` },
    ...parts);
}

// What the reader asks for.

function work() {
  if (!button.disabled) fetch(state.running ? "/stop" : "/run", { method: "POST" });
}
button.addEventListener("click", work);
addEventListener("keydown", (event) => {
  const isPlain = !(event.ctrlKey || event.altKey || event.metaKey || event.repeat);
  if (event.key === "r" && isPlain && state && !state.running) work();
});

// A page that was written anew.

let renewing = false;
async function renew() {
  if (renewing) return;
  renewing = true;
  try {
    const text = await (await fetch("/")).text();
    const next = new DOMParser().parseFromString(text, "text/html");
    const place = placeOfReader();
    document.title = next.title;
    follow(document.querySelector("style"), next.querySelector("style"));
    follow(document.body, next.body);
    bar.dataset.page = next.getElementById("preview").dataset.page;
    keep(place);
  } finally {
    renewing = false;
  }
  if (state.page !== bar.dataset.page) setTimeout(renew, 200);
}

// The parts with names above the upper end of the window, the nearest first, and how far above.
function placeOfReader() {
  const parts = [...document.querySelectorAll("header, main [id]")];
  return parts.map((part) => [part, part.getBoundingClientRect().top]).filter(([, top]) => top <= 1).reverse();
}

function keep(place) {
  const still = place.map(([part, top]) => [part.isConnected ? part : document.getElementById(part.id), top]);
  const [part, top] = still.find(([part]) => part) || [null, 0];
  if (part) scrollBy({ top: part.getBoundingClientRect().top - top, behavior: "instant" });
}

// Makes an element as another one is and leaves what is the same alone: a figure that is enlarged stays so.
function follow(old, next) {
  if (old === bar || old.isEqualNode(next)) return;
  if (old.nodeType === Node.TEXT_NODE) {
    old.data = next.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const named = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  let place = old.firstChild;
  for (const wanted of [...next.childNodes]) {
    const same = wanted.id ? named.get(wanted.id) : place && !place.id && place;
    if (same && same.nodeName === wanted.nodeName) {
      if (same === place) place = place.nextSibling;
      else old.insertBefore(same, place);
      follow(same, wanted);
    } else {
      old.insertBefore(document.importNode(wanted, true), place);
    }
  }
  while (place) {
    const after = place.nextSibling;
    place.remove();
    place = after;
  }
}
