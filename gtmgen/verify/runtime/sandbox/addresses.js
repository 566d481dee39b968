// URLs without a browser's help: bare V8 has no URL.

const PORTS = { "http:": "80", "https:": "443", "ftp:": "21", "ws:": "80", "wss:": "443" };

function decoded(text, decode) {
  try {
    return decode(text);
  } catch (_) {
    return undefined; // a % that begins nothing
  }
}

// The query's parameters; one that is there several times is a list of its values.
function searchParams(search) {
  const params = {};
  for (const pair of search.replace(/^\?/, "").split("&")) {
    if (!pair) continue;
    const at = pair.indexOf("=");
    const [name, value] = [at < 0 ? pair : pair.slice(0, at), at < 0 ? "" : pair.slice(at + 1)].map((part) => {
      const text = part.replace(/\+/g, " ");
      const read = decoded(text, decodeURIComponent);
      return read === undefined ? text : read;
    });
    const before = Object.prototype.hasOwnProperty.call(params, name) ? params[name] : undefined;
    params[name] = before === undefined ? value : [].concat(before, value);
  }
  return params;
}

// An absolute http-like URL's parts as parseUrl names them, undefined for anything else (server-side facts, 5.2).
function parseAddress(text) {
  if (typeof text !== "string") return undefined;
  const found = /^([a-z][a-z0-9+.-]*:)\/\/(?:([^/?#@]*)@)?([^/?#:@\s\\]+|\[[0-9a-f:.]+\])(?::(\d*))?(\/[^?#]*)?(\?[^#]*)?(#[^]*)?$/i.exec(text.trim());
  if (!found) return undefined;
  const protocol = found[1].toLowerCase();
  const hostname = found[3].toLowerCase();
  const port = found[4] && found[4] !== PORTS[protocol] ? found[4] : "";
  const host = port ? `${hostname}:${port}` : hostname;
  const [username = "", password = ""] = (found[2] || "").split(":");
  // a browser escapes what may not stand in a URL
  const escaped = (part) => (part || "").replace(/[\s"<>`]|[^\x00-\x7f]+/g, (letters) => encodeURIComponent(letters));
  const pathname = escaped(found[5]) || "/";
  const search = found[6] && found[6] !== "?" ? escaped(found[6]) : "";
  const hash = found[7] && found[7] !== "#" ? escaped(found[7]) : "";
  const login = found[2] ? `${found[2]}@` : "";
  return {
    href: `${protocol}//${login}${host}${pathname}${search}${hash}`,
    origin: `${protocol}//${host}`,
    protocol, username, password, host, hostname, port, pathname, search, searchParams: searchParams(search), hash,
  };
}

// Second-level names that registries sell below, as far as they are known here: the public suffix list has thousands more, and a private
// suffix (github.io, myshopify.com) is taken for a domain. GTM has the whole list.
const SOLD_BELOW = /^(?:ac|co|com|edu|go|gob|gov|gv|ltd|me|mil|ne|net|nom|or|org|plc|sch)$/;

// The domain that a site can set cookies on: `shop.example.co.uk` -> `example.co.uk`. Takes a domain or a URL.
function registrable(domainOrUrl) {
  const text = String(domainOrUrl);
  const parts = parseAddress(text.includes("://") ? text : `https://${text}`);
  if (!parts) return "";
  const labels = parts.hostname.replace(/\.$/, "").split(".");
  if (/^[\d.]+$/.test(parts.hostname) || labels.length < 2) return parts.hostname;
  const [second, top] = labels.slice(-2);
  const three = top.length === 2 && SOLD_BELOW.test(second) && labels.length > 2;
  return labels.slice(three ? -3 : -2).join(".");
}
