// The server as it is asked from outside: a hit is run until its templates wait for answers; whoever asked brings these, and so on until
// nothing waits. Nothing of it waits for a clock.
//
// makeVisits(run) -> {serve(visit, hit), goOn(number, answers)}; both give, as JSON, {number, asked [{url, options, body}], report}
//   run      (hit, host) => report
//   visit    any name: what templates keep (templateDataStorage) lasts as long as a visit does, and no other visit finds it
//   answers  {statusCode, headers, body} or {reason} for each that was asked, in that order

function makeVisits(run) {
  const kept = {};
  const hits = [];
  const told = (number) => {
    const { asked, report } = hits[number];
    return JSON.stringify({ number, asked: asked.map(({ url, options, body }) => ({ url, options, body })), report });
  };
  return {
    serve(visit, hit) {
      const asked = [];
      const host = {
        now: () => Date.now(),
        random: Math.random,
        shared: kept[visit] || (kept[visit] = {}),
        http: (url, options, body) => ({
          then(good, bad) {
            asked.push({ url, options: options || {}, body: body === undefined ? "" : body, good, bad });
          },
        }),
      };
      hits.push({ asked, report: run(hit, host) });
      return told(hits.length - 1);
    },
    goOn(number, answers) {
      const asked = hits[number].asked.splice(0);
      asked.forEach(({ good, bad }, place) => (answers[place].reason ? bad : good)(answers[place]));
      return told(number);
    },
  };
}
