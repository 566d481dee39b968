// What becomes of a value that stands in a script's text, in HTML or in an address (gtm-runtime.md 4.3, runtime-measured.md 5).

const hex = (c, width) => c.charCodeAt(0).toString(16).padStart(width, "0");

function escapeString(value) {
  return String(value).replace(/[\\'"`\/<>&=$\x00-\x1f\u2028\u2029]/g, (c) => (c > "\xff" ? "\\u" + hex(c, 4) : "\\x" + hex(c, 2)));
}

function escapeHtml(value) {
  return String(value).replace(/[&<>"'`=\x00]/g, (c) => (c === "\x00" ? "&#xfffd;" : "&#" + c.charCodeAt(0) + ";"));
}

// What cannot stand in an address is percent-encoded; what is encoded already stays.
function escapeUrl(value) {
  return String(value).replace(/[^\x21\x23-\x26\x2a-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]/gu, (c) => encodeURIComponent(c));
}

const ESCAPES = {
  string: escapeString,
  html: escapeHtml,
  url: escapeUrl,
  component: (value) => encodeURIComponent(String(value)),
  // the value itself: a call that finds it by its number
  code: (value, page) => `google_tag_manager["rm"]["${page.publicId}"](${page.keep(value)})`,
};
