// Custom HTML and images: what they put on the page.

const BODY_POLL = 200;

// HTML waits for <body>; what it says was fixed before. The success of an HTML tag is told in a later task.
class HtmlTags {
  constructor(page) {
    this.page = page;
    this.waiting = [];
  }

  insert(tag, given, event, done) {
    const { page } = this;
    const insert = () => {
      page.current = event.seq;
      const who = { source: tag.name, event: event.seq, writes: isTrue(given.supportDocumentWrite) };
      page.host.insertHtml(String(given.html), who, (ok) => page.window.setTimeout(() => done(ok), 0));
    };
    if (page.document.body) {
      insert();
      return;
    }
    if (this.waiting.length === 0) this.awaitBody();
    this.waiting.push(insert);
  }

  // Tags that wait for <body> finish in no fixed order: `waiting: "reversed"` tries the worst one.
  awaitBody() {
    this.page.window.setTimeout(() => {
      if (!this.page.document.body) {
        this.awaitBody();
        return;
      }
      const waiting = this.waiting.splice(0);
      if (this.page.options.waiting === "reversed") waiting.reverse();
      for (const insert of waiting) insert();
    }, BODY_POLL);
  }
}

function image(page, tag, given, event, done) {
  const url = String(given.url);
  const name = given.cacheBusterQueryParam || "gtmcb";
  const busted = isTrue(given.useCacheBuster) ? `${url}${url.includes("?") ? "&" : "?"}${name}=${Math.floor(Math.random() * 2147483647)}` : url;
  page.host.image(busted, done);
}
