// The page of a browser.

function makeHost() {
  const log = window.__gtmLog;
  let running = null; // the tag whose inline script runs right now
  window.addEventListener("error", (error) => {
    if (error.message === undefined || !running) return;
    log({ kind: "error", event: running.event, source: running.source, message: String(error.error || error.message) });
  });

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
          const before = running;
          running = who;
          try {
            parent.appendChild(script);
          } finally {
            running = before;
          }
        } else if (node.nodeType === 1 && node.querySelector("script")) {
          const shell = node.cloneNode(false);
          parent.appendChild(shell);
          append(shell, Array.from(node.childNodes), who, next);
          return;
        } else {
          parent.appendChild(node);
        }
      }
      done(true);
    };
    next();
  };

  return {
    window,
    document,
    log,
    insertHtml(html, who, done) {
      const holder = document.createElement("div");
      holder.innerHTML = "_" + html; // a leading script would be dropped by old parsers
      holder.removeChild(holder.firstChild);
      append(document.body, Array.from(holder.childNodes), who, done);
    },
    image(url, done) {
      const image = new Image();
      image.onload = () => done(true);
      image.onerror = () => done(false);
      image.src = url;
    },
  };
}
