// Files that were dropped for a dry run, as the door takes them.

export const FILE_BYTES = 16 * 1024 * 1024;
export const FILES_MAX = 8;

interface Sized {
  readonly size: number;
}

/** What stops files before they are sent: the rule's word, and the facts of it. */
export function stopOf(files: readonly Sized[]): {
  readonly word: "tooMany" | "tooLarge";
  readonly code: string;
  readonly facts: Readonly<Record<string, number>>;
} | null {
  if (files.length > FILES_MAX) {
    const facts = { files: files.length, limit: FILES_MAX };
    return { word: "tooMany", code: "too_many_files", facts };
  }
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  if (bytes <= FILE_BYTES) return null;
  return { word: "tooLarge", code: "file_too_large", facts: { bytes, limit: FILE_BYTES } };
}

/** A file's name as a report has it: of letters, digits, dots, dashes and lines below. */
export function plainName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]/g, "_").slice(-100) || "_";
}

/** Files as a form of parts named `file`. */
export function formOf(files: readonly File[]): FormData {
  const form = new FormData();
  for (const file of files) form.append("file", file, plainName(file.name));
  return form;
}
