// What a text costs on the air, computed while one types: the same answer as the server's preview.
// 23.038 section 6.2.1 (alphabet), 23.040 section 9.2.3.24.1 (parts of a concatenated message).

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€"; // through an escape: two septets each

const COST = new Map([...[...BASIC].map((char) => [char, 1]), ...[...EXTENSION].map((char) => [char, 2])]);

const GSM7 = { name: "GSM-7", alone: 160, joined: 153 };
const UCS2 = { name: "UCS-2", alone: 70, joined: 67 };

// Characters that are spelled alike in the cheaper spelling.
const ALIKE = [
  ['"', "«»“”„‟″"],
  ["'", "‘’‚‛´`‹›′"],
  ["-", "–—−‐‑‒―•·"],
  [" ", "\t\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"],
  ["\n", "\u2028\u2029"],
  ["", "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff"],
];
const ONE_BY_ONE = Object.entries({
  œ: "oe", Œ: "OE", ł: "l", Ł: "L", đ: "d", Đ: "D", ı: "i", "…": "...", "²": "2", "³": "3",
  "½": "1/2", "¼": "1/4", "¾": "3/4", "×": "x", "÷": "/", "±": "+/-", µ: "u", ª: "a", º: "o",
  "№": "No", "®": "(R)", "©": "(C)", "™": "TM", "→": "->",
});
const SPELLINGS = new Map([
  ...ALIKE.flatMap(([to, chars]) => [...chars].map((char) => [char, to])),
  ...ONE_BY_ONE,
]);

// {alphabet, parts, left, characters, culprits: [char…], cheaper: {text, parts} or null}
export function count(typed) {
  const text = typed.replace(/\r\n?/g, "\n").normalize("NFC");
  const own = split(text);
  const spelled = spell(text);
  const other = split(spelled);
  const gains = other.parts < own.parts || (other.alphabet !== own.alphabet && other.parts <= own.parts);
  return {
    ...own,
    characters: [...text].length,
    culprits: [...text].filter((char) => !COST.has(char)),
    cheaper: gains ? { text: spelled, parts: other.parts } : null,
  };
}

function split(text) {
  const plain = [...text].every((char) => COST.has(char));
  const limits = plain ? GSM7 : UCS2;
  const measure = plain ? septets : (piece) => piece.length;
  const used = measure(text);
  if (used <= limits.alone) return { alphabet: limits.name, parts: 1, left: limits.alone - used };
  let parts = 1;
  let filled = 0;
  for (const cost of pieces(text, measure, limits.joined)) {
    if (filled + cost > limits.joined) {
      parts += 1;
      filled = 0;
    }
    filled += cost;
  }
  return { alphabet: limits.name, parts, left: limits.joined - filled };
}

function septets(text) {
  let sum = 0;
  for (const char of text) sum += COST.get(char);
  return sum;
}

// What stays together in one part: a letter and its marks, an emoji and what is joined to it, a flag.
function* pieces(text, measure, limit) {
  for (const sequence of sequences([...text])) {
    const cost = measure(sequence.join(""));
    if (cost <= limit) yield cost;
    else for (const char of sequence) yield measure(char);
  }
}

function* sequences(chars) {
  let sequence = [];
  let flags = 0;
  for (const [at, char] of chars.entries()) {
    const before = chars[at - 1] ?? "";
    flags = isFlagLetter(before) ? flags + 1 : 0;
    const second = flags % 2 === 1 && isFlagLetter(char);
    if (sequence.length && !(second || before === "\u200d" || extending(char))) {
      yield sequence;
      sequence = [];
    }
    sequence.push(char);
  }
  if (sequence.length) yield sequence;
}

function isFlagLetter(char) {
  return /^[\u{1f1e6}-\u{1f1ff}]$/u.test(char);
}

function extending(char) {
  return char > "\u02ff" && /^[\p{M}\u200c\u200d\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}]$/u.test(char);
}

// The same words within GSM-7; unchanged when one character has no spelling there, since then
// losing an accent would save nothing.
function spell(text) {
  const chars = [...text];
  let spelled = "";
  for (const [at, char] of chars.entries()) {
    const to = COST.has(char) ? char : spelling(char, chars[at - 1] ?? "");
    if (to === null) return text;
    spelled += to;
  }
  return spelled;
}

function spelling(char, before) {
  if (char === "°") {
    if (before === "n" || before === "N") return "o";
    return before && !before.trim() ? "deg" : " deg";
  }
  if (SPELLINGS.has(char)) return SPELLINGS.get(char);
  if (/^[\u0300-\u036f]$/.test(char)) return "";
  const bare = /^[\u00c0-\u024f\u1e00-\u1eff]$/.test(char) ? char.normalize("NFD")[0] : char;
  return bare !== char && COST.has(bare) ? bare : null;
}
