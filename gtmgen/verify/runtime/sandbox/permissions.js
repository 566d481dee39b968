// What a template may do. A permission's parameters come as plain values; each test answers whether they allow the thing that is asked
// for (server-side facts, 5.3). A permission that is not listed here has no parameters: to have it is to be allowed.

const PERMISSIONS = (() => {
  const anyOr = (access, list, matches) => (granted, asked) =>
    granted[access] === "any" || (granted[list] || []).some((one) => matches(one, asked));
  const urls = (granted, url) => granted.allowedUrls === "any" || (granted.urls || []).some((one) => fitsUrl(one, url));
  // `a.*` stands for everything below `a`; a plain key for itself and what is below it
  const keyFits = (pattern, key) => fits(pattern, key) || String(key).startsWith(`${pattern}.`);
  // one key of the window, and what may be done with it
  const keyed = (granted, key, action) => (granted.keys || []).some((one) => keyFits(one.key, key) && one[action] === true);

  const request = (granted, part, name) => {
    if (granted.requestAccess === "any" || part === undefined) return true;
    if (part === "header") {
      if (!granted.headersAllowed) return false;
      const lower = String(name).toLowerCase();
      return granted.headerAccess === "any" || (granted.headerWhitelist || []).some((one) => one.headerName.toLowerCase() === lower);
    }
    if (part === "query_parameter") {
      if (!granted.queryParametersAllowed) return false;
      return granted.queryParameterAccess === "any" || (granted.queryParameterWhitelist || []).some((one) => one.queryParameter === name);
    }
    return granted[{ body: "bodyAllowed", path: "pathAllowed", remote_address: "remoteAddressAllowed" }[part]] === true;
  };

  const cookieAllowed = (granted, name, options) =>
    (granted.allowedCookies || []).some((one) => {
      const lasts = (options && (options["max-age"] !== undefined || options.expires !== undefined)) || false;
      return (
        fits(one.name, name) &&
        (one.domain === "*" || one.domain === ((options && options.domain) || "")) &&
        (one.path === "*" || one.path === ((options && options.path) || "/")) &&
        (one.secure === "any" || (one.secure === "yes") === Boolean(options && options.secure)) &&
        (one.session === "any" || (one.session === "no") === lasts)
      );
    });

  const addressPart = (granted, part, queryKey) => {
    if (granted.urlParts === "any" && part !== "query") return true;
    if (part === undefined) return granted.urlParts === "any" && granted.queriesAllowed === "any";
    if (granted.urlParts !== "any" && granted[part] !== true) return false;
    if (part !== "query" || granted.queriesAllowed === "any") return true;
    return queryKey !== undefined && (granted.queryKeys || []).includes(queryKey);
  };

  return {
    read_event_data: (granted, key) =>
      granted.eventDataAccess === "any" || (key !== undefined && (granted.keyPatterns || []).some((one) => keyFits(one, key))),
    read_data_layer: (granted, key) => granted.allowedKeys === "any" || (granted.keyPatterns || []).some((one) => keyFits(one, key)),
    write_data_layer: (granted, key) => (granted.keyPatterns || []).some((one) => keyFits(one, key)),
    send_http: urls,
    send_pixel: urls,
    inject_script: urls,
    inject_hidden_iframe: urls,
    get_cookies: anyOr("cookieAccess", "cookieNames", (one, name) => fits(one, name)),
    set_cookies: cookieAllowed,
    read_request: request,
    access_globals: (granted, action, key) => keyed(granted, key, action),
    access_local_storage: (granted, action, key) => keyed(granted, key, action),
    access_consent: (granted, type, action) =>
      (granted.consentTypes || []).some((one) => one.consentType === type && one[action] === true),
    get_url: addressPart,
    get_referrer: addressPart,
  };
})();

// A URL against a pattern like `https://*.example.com/path/*`: a * in the host stands for letters of the host alone.
function fitsUrl(pattern, url) {
  const parts = parseAddress(String(url));
  const wanted = /^([^:]+):\/\/([^/]+)(\/.*)?$/.exec(pattern);
  if (!parts || !wanted) return false;
  return (
    fits(`${wanted[1]}:`, parts.protocol) && fits(wanted[2].toLowerCase(), parts.host) && fits(wanted[3] || "/", parts.pathname + parts.search)
  );
}

function allowed(permissions, permission, args) {
  if (!Object.prototype.hasOwnProperty.call(permissions, permission)) return false;
  const test = PERMISSIONS[permission];
  return test ? Boolean(test(permissions[permission], ...args)) : true;
}
