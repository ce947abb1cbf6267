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
  readonly watch: readonly Readonly<Record<string, string>>[];
}
