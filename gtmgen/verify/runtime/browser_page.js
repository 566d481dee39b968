// The page of a browser, as the runtime uses it.

function makeHost() {
  const log = window.__gtmLog;
  let running = null; // the tag whose inline script runs right now
  window.addEventListener("error", (error) => {
    if (error.message === undefined || !running) return;
    log({ kind: "error", event: running.event, source: running.source, message: String(error.error || error.message) });
  });

  // document.write() of a tag would wipe a page that is there. GTM keeps it back where the tag says "support document.write", and
  // puts it at the end of the page; elsewhere it is not carried out here, and told.
  const runInline = (run, who) => {
    const before = running;
    const written = [];
    const native = { write: document.write, writeln: document.writeln };
    const take = (...texts) => {
      if (who.writes) written.push(...texts);
      else log({ kind: "error", event: who.event, source: who.source, message: "document.write() would wipe the page; it is not carried out" });
    };
    running = who;
    document.write = take;
    document.writeln = (...texts) => take(...texts, "\n");
    try {
      run();
    } finally {
      Object.assign(document, native);
      running = before;
    }
    if (written.length > 0) insertHtml(written.join(""), who, () => {});
  };

  // Nodes are appended to <body> one after the other. Scripts are made anew, so that they run: inline ones at once; one
  // with src is waited for.
  const append = (parent, nodes, who, done) => {
    const next = () => {
      while (nodes.length > 0) {
        const node = nodes.shift();
        if (node.nodeName === "SCRIPT") {
          const script = document.createElement("script");
          for (const { name, value } of node.attributes) script.setAttribute(name, value);
          script.async = false;
          if (node.src) {
            script.onload = next;
            script.onerror = () => done(false);
            parent.appendChild(script);
            return;
          }
          script.text = node.text;
          runInline(() => parent.appendChild(script), who);
        } else if (node.nodeType === 1 && node.querySelector("script")) {
          const shell = node.cloneNode(false);
          parent.appendChild(shell);
          append(shell, Array.from(node.childNodes), who, (ok) => (ok ? next() : done(false)));
          return;
        } else {
          parent.appendChild(node);
        }
      }
      done(true);
    };
    next();
  };

  const insertHtml = (html, who, done) => {
    const holder = document.createElement("div");
    holder.innerHTML = "_" + html; // a leading script would be dropped by old parsers
    holder.firstChild.data = holder.firstChild.data.slice(1);
    append(document.body, Array.from(holder.childNodes), who, done);
  };

  return {
    window,
    document,
    log,
    insertHtml,
    // with the server's own cookies, and without asking it for permission: as Google's script does it
    send(url, { method, body }) {
      const type = body === undefined ? {} : { body, headers: { "Content-Type": "text/plain;charset=UTF-8" } };
      window.fetch(url, Object.assign({ method, mode: "no-cors", credentials: "include", keepalive: true }, type)).catch(() => {});
    },
    loadScript(url, done) {
      const script = document.createElement("script");
      script.async = true;
      script.onload = () => done(true);
      script.onerror = () => done(false);
      script.src = url;
      (document.head || document.documentElement).appendChild(script);
    },
    loadFrame(url, done) {
      const frame = document.createElement("iframe");
      Object.assign(frame.style, { display: "none", visibility: "hidden" });
      frame.onload = () => done(true);
      frame.onerror = () => done(false);
      frame.src = url;
      (document.body || document.documentElement).appendChild(frame);
    },
    image(url, done) {
      const image = new Image();
      image.onload = () => done(true);
      image.onerror = () => done(false);
      image.src = url;
    },
  };
}
