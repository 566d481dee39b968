// The APIs that server templates alone have (server-side facts, 5.2).

const SERVER_APIS = {
  getAllEventData: (box) => () => {
    box.need("read_event_data");
    return deepCopy(box.host.eventData || {});
  },
  getEventData: (box) => (path) => {
    box.need("read_event_data", String(path));
    return deepCopy(atPath(box.host.eventData || {}, path));
  },
  getRequestHeader: (box) => (name) => {
    box.need("read_request", "header", name);
    const headers = box.request().headers || {};
    const found = Object.keys(headers).filter((key) => key.toLowerCase() === String(name).toLowerCase());
    return found.length ? found.flatMap((key) => headers[key]).join(", ") : undefined;
  },
  getRemoteAddress: (box) => () => {
    box.need("read_request", "remote_address");
    return box.request().remoteAddress;
  },
  getRequestBody: (box) => () => {
    box.need("read_request", "body");
    return box.request().body;
  },
  getRequestMethod: (box) => () => {
    box.need("read_request");
    return box.request().method || "GET";
  },
  getRequestPath: (box) => () => {
    box.need("read_request", "path");
    return box.request().path || "/";
  },
  getRequestQueryString: (box) => () => {
    box.need("read_request", "query_parameter", undefined);
    return (box.request().query || "").replace(/^\?/, "");
  },
  getRequestQueryParameter: (box) => (name) => {
    box.need("read_request", "query_parameter", name);
    return [].concat(searchParams(box.request().query || "")[name])[0];
  },
  getRequestQueryParameters: (box) => () => {
    box.need("read_request", "query_parameter", undefined);
    return searchParams(box.request().query || "");
  },
  getClientName: (box) => () => {
    box.need("read_container_data");
    return box.host.clientName;
  },
  sha256Sync: () => sha256Text,
  createRegex: () => (pattern, flags) => {
    // RE2 has no look-around and no references back; of the flags GTM takes g and i
    if (/[^gi]/.test(flags || "") || /\(\?<?[=!]|\\[1-9]|\\k</.test(pattern)) return null;
    try {
      return new RegExp(pattern, flags);
    } catch (_) {
      return null;
    }
  },
  testRegex: () => (regex, text) => (regex ? new RegExp(regex.source, regex.flags.replace("g", "")).test(makeString(text)) : false),
  computeEffectiveTldPlusOne: () => registrable,
  Promise: (box) => makePromises(box.queue),
  sendHttpGet: (box) => (url, second, third) =>
    typeof second === "function" ? http(box, url, third, undefined, second) : http(box, url, second, undefined),
  sendHttpRequest: (box) => (url, second, third, fourth) =>
    typeof second === "function" ? http(box, url, third, fourth, second) : http(box, url, second, third),
  templateDataStorage: (box) => {
    const { items, guarded } = storage(box, "templateDataStorage");
    return {
      getItemCopy: guarded((key) => (items.has(key) ? deepCopy(items.get(key)) : null)),
      setItemCopy: guarded((key, value) => { items.set(key, deepCopy(value)); }),
      removeItem: guarded((key) => { items.delete(key); }),
      clear: guarded(() => items.clear()),
    };
  },
};

// One request. Every status that is answered resolves; nothing answered rejects with {reason}. The older form takes a callback
// (statusCode, headers, body) and gives nothing back.
function http(box, url, options, body, callback) {
  box.need("send_http", String(url));
  const settings = Object.assign({ method: "GET", headers: {}, timeout: 15000 }, deepCopy(options));
  const request = { url: String(url), method: settings.method, headers: settings.headers, timeout: settings.timeout, body };
  box.report.requests.push(request);
  const answered = deferred(box.queue);
  const heard = (settle) => (what) => box.enter(() => {
    box.report.open -= 1;
    settle(what);
  });
  const good = heard((answer) => {
    request.status = answer.statusCode;
    answered.resolve({ statusCode: answer.statusCode, headers: deepCopy(answer.headers) || {}, body: answer.body });
  });
  const bad = heard((problem) => answered.reject({ reason: (problem && problem.reason) || "failed" }));
  box.report.open += 1;
  const answer = box.hostMust("http")(request.url, settings, body);
  if (answer && typeof answer.then === "function") answer.then(good, bad);
  else box.later(() => (answer && answer.statusCode !== undefined ? good(answer) : bad(answer)));
  if (!callback) return answered.promise;
  answered.promise.then(
    ({ statusCode, headers, body: text }) => callback(statusCode, headers, text),
    // what the older form is called with where nothing answered is not documented: status 0 fails every test of a template for 2xx
    () => callback(0, {}, undefined),
  );
  return undefined;
}

// What GTM has besides and is not simulated: `require` says so instead of handing out something that does nothing.
const SERVER_NOT_SIMULATED = [
  "addMessageListener", "BigQuery", "claimRequest", "extractEventsFromMpv1", "extractEventsFromMpv2", "Firestore", "getGoogleAuth",
  "getGoogleScript", "hasMessageListener", "hmacSha256", "isRequestMpv1", "isRequestMpv2", "returnResponse", "runContainer",
  "sendEventToGoogleAnalytics", "sendMessage", "sendPixelFromBrowser", "setPixelResponse", "setResponseBody", "setResponseHeader",
  "setResponseStatus",
];
