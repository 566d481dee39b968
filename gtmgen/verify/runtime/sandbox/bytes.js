// Texts as bytes and back, in hex and base64: bare V8 has neither TextEncoder nor btoa.

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The bytes of a text in UTF-8; half of a surrogate pair becomes U+FFFD, as TextEncoder does it.
function utf8(text) {
  const bytes = [];
  for (const letter of String(text)) {
    const code = letter.codePointAt(0);
    const encoded = encodeURIComponent(code >= 0xd800 && code <= 0xdfff ? "\ufffd" : letter);
    if (encoded.length === 1) bytes.push(encoded.charCodeAt(0));
    else for (let i = 0; i < encoded.length; i += 3) bytes.push(parseInt(encoded.slice(i + 1, i + 3), 16));
  }
  return bytes;
}

function hex(bytes) {
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function base64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const three = (bytes[i] << 16) | ((bytes[i + 1] || 0) << 8) | (bytes[i + 2] || 0);
    const four = [18, 12, 6, 0].map((shift) => BASE64[(three >> shift) & 63]).join("");
    text += four.slice(0, Math.min(4, bytes.length - i + 1)).padEnd(4, "=");
  }
  return text;
}

// A base64 text (the web-safe letters too) read as UTF-8; undefined where it is neither.
function fromBase64(text) {
  const letters = String(text).replace(/-/g, "+").replace(/_/g, "/").replace(/=+$/, "");
  if (/[^A-Za-z0-9+/]/.test(letters) || letters.length % 4 === 1) return undefined;
  let bits = 0, count = 0, escaped = "";
  for (const letter of letters) {
    bits = ((bits << 6) | BASE64.indexOf(letter)) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    escaped += `%${((bits >> count) & 255).toString(16).padStart(2, "0")}`;
  }
  return decoded(escaped, decodeURIComponent);
}
