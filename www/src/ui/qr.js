// A text as a QR code, for an authenticator to scan: bytes, correction level L,
// versions 1 to 9 (ISO/IEC 18004), made here because no other host may see a secret.
import { html } from "./html.js";

/** By version: code words in all, those of correction in a block, blocks. @type {[number, number, number][]} */
const sizes = [[26, 7, 1], [44, 10, 1], [70, 15, 1], [100, 20, 1], [134, 26, 1], [172, 18, 2], [196, 20, 2], [242, 24, 2], [292, 30, 2]];

/** @param {number} a @param {number} b the product in GF(256) by 0x11d */
function times(a, b) {
  let z = 0;
  for (let i = 7; i >= 0; i--) {
    z = (z << 1) ^ ((z >>> 7) * 0x11d);
    z ^= ((b >>> i) & 1) * a;
  }
  return z;
}

/** @param {number} degree the divisor whose rest is the correction */
function divisor(degree) {
  const out = Array(degree).fill(0);
  out[degree - 1] = 1;
  let root = 1;
  for (let i = 0; i < degree; i++) {
    for (let j = 0; j < degree; j++) out[j] = times(out[j], root) ^ (out[j + 1] ?? 0);
    root = times(root, 2);
  }
  return out;
}

/** @param {number[]} data @param {number[]} by */
function rest(data, by) {
  const out = by.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ /** @type {number} */ (out.shift());
    out.push(0);
    by.forEach((each, i) => (out[i] ^= times(each, factor)));
  }
  return out;
}

/** The code words of a text, corrections mixed in. @param {number[]} bytes @param {number} version */
function codeWords(bytes, version) {
  const [all, correction, blocks] = sizes[version - 1];
  const room = all - correction * blocks;
  const bits = [...(4).toString(2).padStart(4, "0"), ...[bytes.length, ...bytes].flatMap((byte) => [...byte.toString(2).padStart(8, "0")])];
  while (bits.length < room * 8 && (bits.length % 8 !== 0 || bits.length === (bytes.length + 1) * 8 + 4)) bits.push("0");
  const data = [];
  for (let i = 0; i < bits.length; i += 8) data.push(Number.parseInt(bits.slice(i, i + 8).join(""), 2));
  for (let pad = 0xec; data.length < room; pad ^= 0xfd) data.push(pad);
  const short = Math.floor(all / blocks) - correction;
  const shorts = blocks - (all % blocks);
  const by = divisor(correction);
  const parts = [];
  for (let i = 0, at = 0; i < blocks; i++) {
    const words = data.slice(at, at += short + (i < shorts ? 0 : 1));
    parts.push({ words, check: rest(words, by) });
  }
  const out = [];
  for (let i = 0; i <= short; i++) for (const { words } of parts) if (i < words.length) out.push(words[i]);
  for (let i = 0; i < correction; i++) for (const { check } of parts) out.push(check[i]);
  return out;
}

/** @param {number} value @param {number} by @param {number} length the value with the rest of its division behind it */
function guarded(value, by, length) {
  let out = value;
  for (let i = 0; i < length; i++) out = (out << 1) ^ ((out >>> (length - 1)) * by);
  return (value << length) | out;
}

/** Whether a mask turns a module. @type {((x: number, y: number) => boolean)[]} */
const masks = [
  (x, y) => (x + y) % 2 === 0, (_, y) => y % 2 === 0, (x) => x % 3 === 0, (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0, (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** @param {string} text @returns {boolean[][]} dark modules by row */
export function qrCode(text) {
  const bytes = [...new TextEncoder().encode(text)];
  const version = sizes.findIndex(([all, correction, blocks]) => bytes.length + 2 <= all - correction * blocks) + 1;
  if (version === 0) throw new RangeError("the text is too long for a code");
  const size = version * 4 + 17;
  const dark = Array.from({ length: size }, () => Array(size).fill(false));
  const fixed = Array.from({ length: size }, () => Array(size).fill(false));
  const set = (/** @type {number} */ x, /** @type {number} */ y, /** @type {boolean} */ isDark) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    dark[y][x] = isDark;
    fixed[y][x] = true;
  };
  const square = (/** @type {number} */ cx, /** @type {number} */ cy, /** @type {number} */ radius, /** @type {number[]} */ light) => {
    for (let dy = -radius; dy <= radius; dy++)
      for (let dx = -radius; dx <= radius; dx++) set(cx + dx, cy + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))));
  };
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) square(x, y, 4, [2, 4]);
  const at = version === 1 ? [] : version < 7 ? [6, size - 7] : [6, (size - 1) / 2, size - 7];
  at.forEach((x, i) => at.forEach((y, j) => {
    const isFinder = (i === 0 && j === 0) || (i === 0 && j === at.length - 1) || (i === at.length - 1 && j === 0);
    if (!isFinder) square(x, y, 2, [1]);
  }));
  const format = (/** @type {number} */ mask) => {
    const bits = guarded((1 << 3) | mask, 0x537, 10) ^ 0x5412;
    const bit = (/** @type {number} */ i) => ((bits >>> i) & 1) === 1;
    for (let i = 0; i <= 5; i++) set(8, i, bit(i));
    set(8, 7, bit(6));
    set(8, 8, bit(7));
    set(7, 8, bit(8));
    for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i));
    for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(i));
    for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(i));
    set(8, size - 8, true);
  };
  format(0);
  if (version >= 7) {
    const bits = guarded(version, 0x1f25, 12);
    for (let i = 0; i < 18; i++) {
      const isDark = ((bits >>> i) & 1) === 1;
      const [a, b] = [size - 11 + (i % 3), Math.floor(i / 3)];
      set(a, b, isDark);
      set(b, a, isDark);
    }
  }
  const words = codeWords(bytes, version);
  let n = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++)
      for (let j = 0; j < 2; j++) {
        const x = right - j;
        const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
        if (!fixed[y][x] && n < words.length * 8) {
          dark[y][x] = ((words[n >>> 3] >>> (7 - (n & 7))) & 1) === 1;
          n++;
        }
      }
  }
  const turn = (/** @type {number} */ mask) => dark.forEach((row, y) => row.forEach((_, x) => {
    if (!fixed[y][x] && masks[mask](x, y)) row[x] = !row[x];
  }));
  /** Long runs and full squares are hard to read. */
  const badness = () => {
    let sum = 0;
    for (let a = 0; a < size; a++)
      for (const of of [(/** @type {number} */ b) => dark[a][b], (/** @type {number} */ b) => dark[b][a]])
        for (let b = 1, run = 1; b < size; b++) {
          run = of(b) === of(b - 1) ? run + 1 : 1;
          sum += run === 5 ? 3 : run > 5 ? 1 : 0;
        }
    for (let y = 1; y < size; y++)
      for (let x = 1; x < size; x++)
        if (dark[y][x] === dark[y - 1][x] && dark[y][x] === dark[y][x - 1] && dark[y][x] === dark[y - 1][x - 1]) sum += 3;
    return sum;
  };
  let best = 0;
  let least = Infinity;
  for (let mask = 0; mask < 8; mask++) {
    turn(mask);
    format(mask);
    const bad = badness();
    if (bad < least) [best, least] = [mask, bad];
    turn(mask);
  }
  turn(best);
  format(best);
  return dark;
}

/** Dark on white in both themes, as cameras want it. @param {{text: string, label: string}} props */
export function QrCode({ text, label }) {
  const rows = qrCode(text);
  const width = rows.length + 8;
  const path = rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join("");
  return html`<svg class="chart" width="208" height="208" viewBox=${`0 0 ${width} ${width}`} role="img" aria-label=${label} shape-rendering="crispEdges">
    <rect width=${width} height=${width} fill="#fff" /><path d=${path} fill="#000" /></svg>`;
}
