// The report of a dry run, as registry.md 14 states it.

export interface DefectRow {
  readonly row: number;
  readonly line: number;
  readonly column: string;
  readonly code: string;
  readonly severity: "error" | "warning" | "note";
  readonly value: string;
  readonly natural_key: string;
  readonly message: string;
}

export interface FileRow {
  readonly file: string;
  readonly sha256: string;
  readonly layout: string;
  readonly rows: number;
  readonly serials: { readonly total: number; readonly ok: number };
  readonly codes: Readonly<Record<string, number>>;
  readonly defects: readonly DefectRow[];
}

export interface Report {
  readonly files: readonly FileRow[];
  readonly watch: readonly WatchRow[];
  readonly totals: {
    /** With how many files of the mirror, and up to which block (null: no node answered). */
    readonly compared: { readonly files: number; readonly height: number | null };
  };
}

export const KINDS = [
  "same_numbers", "same_project", "retired_over_issued", "ghost", "conversion_unmatched",
] as const;

/** What files, or a file and the ledger, say against each other. */
export interface WatchRow {
  readonly kind: (typeof KINDS)[number];
  readonly registry: string;
  readonly key: string;
  readonly rows: readonly PlaceRow[];
  readonly message: string;
}

/** A row of a file, with its text. */
export interface PlaceRow {
  readonly file: string;
  readonly sha256: string;
  readonly row: number;
  readonly text: string;
}

/** The layouts of registry.md 14; `auto` tells them by the header. */
export const LAYOUTS = [
  "auto",
  "verra.units", "verra.projects",
  "gs.projects", "gs.issuances", "gs.retirements",
  "acr.retirements", "acr.cancellations", "acr.issuances", "acr.projects",
  "car.retirements", "car.cancellations", "car.issuances", "car.projects",
  "art.retirements", "art.cancellations", "art.issuances", "art.projects",
  "cdc.retirements", "cdc.issuances", "cdc.projects",
  "iso.issuances", "iso.retirements", "iso.projects",
  "arb.issuances",
] as const;

const COLUMNS = [
  "row", "line", "column", "code", "severity", "value", "natural_key", "message",
] as const;

/** The report of a file as CSV (RFC 4180), as the command line writes it. */
export function csvOf(file: FileRow): string {
  const severities = new Map(file.defects.map((row) => [row.code, row.severity]));
  const rows: (string | number)[][] = [
    [...COLUMNS],
    ...file.defects.map((row) => COLUMNS.map((name) => inert(row[name]))),
    ["total", "", "", "rows", "", file.rows, "", ""],
    ["total", "", "", "serials", "", file.serials.total, "", ""],
    ["total", "", "", "serials_ok", "", file.serials.ok, "", ""],
    ...Object.entries(file.codes)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([code, count]) => ["total", "", "", code, severities.get(code) ?? "", count, "", ""]),
  ];
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** Keeps a spreadsheet from reading a cell of somebody else's file as a formula. */
function inert(value: string | number): string | number {
  return typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
}

function cell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
