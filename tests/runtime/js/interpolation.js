// {{name}} in text, in JavaScript and in HTML.
//
// In JavaScript's expression position the value itself is handed over, by a call into the runtime (types kept, nothing can
// break out). Inside a string literal and in HTML it becomes escaped text. A template is cut into parts once, when loaded.

const REFERENCE = /\{\{([^{}]+)\}\}/g;
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|delete|void|instanceof|new|do|else|throw))\s*$/;

function references(text) {
  return Array.from(String(text).matchAll(REFERENCE), (match) => match[1]);
}

// [{text} | {name, where}], where is "text", "code", "string" or "html".
function cut(text, whereAt = () => "text") {
  const parts = [];
  let last = 0;
  for (const match of text.matchAll(REFERENCE)) {
    if (match.index > last) parts.push({ text: text.slice(last, match.index) });
    parts.push({ name: match[1], where: whereAt(match.index) });
    last = match.index + match[0].length;
  }
  if (last < text.length) parts.push({ text: text.slice(last) });
  return parts;
}

// Which stretches of a script are string literals, comments or regular expressions: [[from, to]].
function literals(code) {
  const found = [];
  let i = 0;
  const until = (from, end) => {
    let at = from;
    let inClass = false;
    while (at < code.length) {
      const c = code[at];
      if (c === "\\") at += 1;
      else if (end === "/" && c === "[") inClass = true;
      else if (end === "/" && c === "]") inClass = false;
      else if (c === end && !inClass) return at + 1;
      else if (c === "\n" && end !== "`") return at;
      at += 1;
    }
    return at;
  };
  while (i < code.length) {
    const c = code[i];
    const start = i;
    if (c === "'" || c === '"' || c === "`") i = until(i + 1, c);
    else if (c === "/" && code[i + 1] === "/") i = (code.indexOf("\n", i) + 1 || code.length + 1) - 1;
    else if (c === "/" && code[i + 1] === "*") i = (code.indexOf("*/", i + 2) + 1 || code.length) + 1;
    else if (c === "/" && BEFORE_REGEX.test(code.slice(Math.max(0, i - 40), i))) i = until(i + 1, "/");
    else {
      i += 1;
      continue;
    }
    found.push([start, i]);
  }
  return found;
}

function cutCode(code) {
  const spans = literals(code);
  return cut(code, (at) => (spans.some(([from, to]) => from <= at && at < to) ? "string" : "code"));
}

function cutHtml(html) {
  const spans = [];
  for (const match of html.matchAll(/<!--[\s\S]*?-->|<script\b[^>]*>([\s\S]*?)<\/script\s*>/gi)) {
    if (match[1] === undefined) continue;
    const from = match.index + match[0].indexOf(">") + 1;
    const inner = literals(match[1]).map(([a, b]) => [from + a, from + b]);
    spans.push({ from, to: from + match[1].length, inner });
  }
  return cut(html, (at) => {
    const script = spans.find((span) => span.from <= at && at < span.to);
    if (!script) return "html";
    return script.inner.some(([from, to]) => from <= at && at < to) ? "string" : "code";
  });
}

const hex = (c, width) => c.charCodeAt(0).toString(16).padStart(width, "0");

function escapeString(value) {
  return String(value).replace(/[\\'"`\/<>&=$\x00-\x1f\u2028\u2029]/g, (c) => (c > "\xff" ? "\\u" + hex(c, 4) : "\\x" + hex(c, 2)));
}

function escapeHtml(value) {
  return String(value).replace(/[&<>"'`=\x00]/g, (c) => (c === "\x00" ? "&#xfffd;" : "&#" + c.charCodeAt(0) + ";"));
}

// A parameter's value: a whole {{name}} keeps its type; in mixed text undefined and null are empty.
function fill(parts, value) {
  if (parts.length === 1 && parts[0].name !== undefined) return value(parts[0].name);
  return parts.map((part) => (part.name === undefined ? part.text : value(part.name))).join("");
}

// Code or HTML, ready to run. `store` keeps a value and returns the number that the runtime's function finds it by.
function assemble(parts, value, store, containerId) {
  const pieces = parts.map((part) => {
    if (part.name === undefined) return part.text;
    const found = value(part.name);
    if (part.where === "string") return escapeString(found);
    if (part.where === "html") return escapeHtml(found);
    return `google_tag_manager["rm"]["${containerId}"](${store(found)})`;
  });
  return pieces.join("");
}
