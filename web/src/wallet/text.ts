// Free text: at most so many bytes, and no control, direction or invisible character (engine.md 1).

const REFUSED =
  /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;
const encoder = new TextEncoder();

/** Whether a text holds no character that the ledger refuses. */
export function isClean(text: string): boolean {
  return !REFUSED.test(text);
}

/** Whether a text is clean and no longer than so many bytes of UTF-8. */
export function fits(text: string, bytes: number): boolean {
  return isClean(text) && encoder.encode(text).length <= bytes;
}
