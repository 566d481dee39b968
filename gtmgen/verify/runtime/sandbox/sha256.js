// SHA-256 (FIPS 180-4), at once: a page's crypto.subtle answers later, and bare V8 has none. The constants are the fractions of the
// square and cube roots of the first primes, as the standard defines them.

const SHA256 = (() => {
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((p) => n % p)) primes.push(n);
  const fraction = (root) => ((root - Math.floor(root)) * 0x100000000) | 0;
  return {
    start: primes.slice(0, 8).map((p) => fraction(Math.sqrt(p))),
    rounds: primes.map((p) => fraction(Math.cbrt(p))),
  };
})();

function sha256(bytes) {
  const padded = bytes.concat(0x80);
  while (padded.length % 64 !== 56) padded.push(0);
  const bits = bytes.length * 8;
  for (const word of [Math.floor(bits / 0x100000000), bits >>> 0]) for (let shift = 24; shift >= 0; shift -= 8) padded.push((word >>> shift) & 255);

  const turn = (word, by) => (word >>> by) | (word << (32 - by));
  const state = SHA256.start.slice();
  for (let block = 0; block < padded.length; block += 64) {
    const w = [];
    for (let i = 0; i < 16; i += 1) {
      const at = block + 4 * i;
      w[i] = (padded[at] << 24) | (padded[at + 1] << 16) | (padded[at + 2] << 8) | padded[at + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const small0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
      const small1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
      w[i] = (w[i - 16] + small0 + w[i - 7] + small1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
      const big1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const t1 = (h + big1 + ((e & f) ^ (~e & g)) + SHA256.rounds[i] + w[i]) | 0;
      const big0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const t2 = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] = (state[i] + word) | 0; });
  }
  return state.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 255));
}

// A text's hash in the encoding that a template asks for; base64 where it asks for none (server-side facts, 5.2).
function sha256Text(text, options) {
  const hash = sha256(utf8(text));
  return options && options.outputEncoding === "hex" ? hex(hash) : base64(hash);
}
