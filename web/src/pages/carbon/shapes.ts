// What REST says of projects, batches, serials and certificates, as far as the pages show it.

export interface ProjectRow {
  readonly id: string;
  readonly class: string;
  readonly name: string;
  readonly country: string;
  readonly type: string;
  readonly methodologies: readonly string[];
  readonly period_start: string;
  readonly period_end: string;
  readonly external: readonly { readonly registry: string; readonly project: string }[];
  readonly status: string;
  readonly since: number;
  readonly freezes: readonly string[];
}

export interface ProjectFound extends ProjectRow {
  readonly batches: readonly string[];
  readonly transactions: readonly string[];
}

export interface BatchRow {
  readonly id: string;
  readonly class: string;
  readonly project: string;
  readonly vintage: number;
  readonly start: string;
  readonly end: string;
  readonly methodology: string;
  readonly unit_type: string;
  readonly issued: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly labels: readonly string[];
  readonly freezes: readonly string[];
  readonly status: string;
}

export interface BatchFound extends BatchRow {
  readonly transactions: readonly string[];
}

export interface IntervalRow {
  readonly start: number;
  readonly end: number;
  readonly status: string;
  readonly owner: string;
  readonly cause: string;
  readonly since: number;
  readonly tonnes: string;
}

export interface CertificateRow {
  readonly id: string;
  readonly holder: string;
  readonly batch: string;
  readonly beneficiary: { readonly name: string } | null;
  readonly use: string;
  readonly purpose: string | null;
  readonly country: string;
  readonly privacy: string;
  readonly grams: string;
  readonly time: number;
}

export interface Certificates {
  readonly items: readonly CertificateRow[];
  readonly next: string | null;
  readonly sums: { readonly certificates: number; readonly grams: string };
}

export interface SumRow {
  /** Null for those whose beneficiary is not named in public. */
  readonly key: string | null;
  readonly certificates: number;
  readonly grams: string;
}

export interface AnchorRow {
  readonly file: string;
  readonly layout: string;
  readonly rows: number;
  readonly accepted: number;
  readonly report: string;
  readonly by: string;
  readonly time: number;
}
