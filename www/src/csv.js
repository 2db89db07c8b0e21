// A file of rows for a spreadsheet, made here of what the API answers.
import { get } from "./api.js";

const PAGE = 100;
const MOST = 5000;

/** A cell that a spreadsheet would take for a formula is kept a text. @param {any} value */
function cell(value) {
  const text = value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Hands a text to the browser as a file. @param {string} name @param {string} text @param {string} type */
export function download(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @param {string} name @param {string[]} fields @param {any[]} rows */
export const downloadCsv = (name, fields, rows) =>
  download(name, `\ufeff${[fields, ...rows.map((row) => fields.map((field) => row[field]))].map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`,
    "text/csv;charset=utf-8");

/**
 * The rows of a list with its filters, page after page.
 * @param {string} path @param {Record<string, any>} query
 * @returns {Promise<{rows: any[], isWhole: boolean}>} isWhole: there were not too many
 */
export async function allRows(path, query) {
  const { page: _, per_page: __, ...filters } = query;
  /** @type {any[]} */
  const rows = [];
  let cursor = "";
  do {
    const { data, meta } = await get(path, { ...filters, per_page: PAGE, cursor });
    rows.push(...data);
    cursor = meta.next_cursor ?? "";
  } while (cursor && rows.length < MOST);
  return { rows, isWhole: !cursor };
}
