// Values over places in order, such as epochs: as lines or as parts of a whole, and as a table.

import type { ReactElement, ReactNode } from "react";
import styles from "./charts.module.css";
import { HEIGHT, linePath, placeX, stackBoxes, valueY, WIDTH } from "./plotting";
import { Table } from "./Table";

const TONES = ["tone1", "tone2", "tone3", "tone4", "tone5", "tone6"] as const;

/** One series: its name for a machine, its label for a reader, and a value at each place. */
export interface Series {
  readonly name: string;
  readonly label: string;
  readonly values: readonly (number | null)[];
  readonly isDashed?: boolean;
}

interface PlotFields {
  /** What the plot says, in a sentence that is read aloud. */
  readonly summary: string;
  /** What each place is called, in order. */
  readonly places: readonly string[];
  readonly series: readonly Series[];
  readonly text: (value: number) => string;
  readonly words: { readonly place: string; readonly asTable: string };
  /** The value at the top of the plot; the highest of all when it is left out. */
  readonly most?: number;
}

interface LinesFields extends PlotFields {
  /** A value under which something ends, drawn across. */
  readonly least?: number;
}

/** Each series as a line from zero upwards. */
export function Lines(fields: LinesFields): ReactElement {
  const { places, series, least } = fields;
  const most = fields.most ?? highest(series);
  return (
    <Frame fields={fields} most={most}>
      {least !== undefined && (
        <path className={styles["least"]} d={`M0,${valueY(least, most)}H${WIDTH}`} />
      )}
      {series.map(({ name, values, isDashed }, number) => (
        <g key={name} className={styles[TONES[number] ?? "rest"]} data-series={name}>
          <path
            className={`${styles["line"]} ${isDashed ? styles["dashed"] : ""}`}
            d={linePath(values, most)}
          />
          {values.map((value, place) =>
            value === null ? null : (
              <path
                key={places[place]}
                className={styles["dot"]}
                data-place={places[place]}
                d={`M${placeX(place, places.length)},${valueY(value, most)}h0.01`}
              />
            ),
          )}
        </g>
      ))}
    </Frame>
  );
}

/** Each place as a bar of the series' values, which together are at most the whole. */
export function Stacks(fields: PlotFields & { readonly most: number }): ReactElement {
  const { places, series, most } = fields;
  return (
    <Frame fields={fields} most={most}>
      {places.map((name, place) => {
        const values = series.map((one) => one.values[place] ?? 0);
        const boxes = stackBoxes(values, place, places.length, most);
        return (
          <g key={name} data-place={name}>
            {boxes.map((box, number) => (
              <rect
                key={series[number]?.name}
                className={`${styles["part"]} ${styles[TONES[number] ?? "rest"]}`}
                {...box}
              >
                <title>{told(fields, place)}</title>
              </rect>
            ))}
          </g>
        );
      })}
    </Frame>
  );
}

interface FrameFields {
  readonly fields: PlotFields;
  readonly most: number;
  readonly children: ReactNode;
}

function Frame({ fields, most, children }: FrameFields): ReactElement {
  const { summary, places, series, text } = fields;
  return (
    <figure className={styles["plot"]}>
      <Legend series={series} />
      <div className={styles["frame"]}>
        <span className={styles["high"]}>{text(most)}</span>
        <span className={styles["low"]}>{text(0)}</span>
        <svg
          className={styles["area"]}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={summary}
        >
          {places.map((name, place) => (
            <rect
              key={name}
              className={styles["column"]}
              x={placeX(place, places.length) - WIDTH / places.length / 2}
              y={0}
              width={WIDTH / places.length}
              height={HEIGHT}
            >
              <title>{told(fields, place)}</title>
            </rect>
          ))}
          {children}
        </svg>
        <div className={styles["ends"]} aria-hidden>
          <span>{places[0]}</span>
          <span>{places.length > 1 && places.at(-1)}</span>
        </div>
      </div>
      <AsTable {...fields} />
    </figure>
  );
}

function Legend({ series }: { readonly series: readonly Series[] }): ReactElement {
  return (
    <ul className={styles["legend"]} aria-hidden>
      {series.map(({ name, label, isDashed }, number) => (
        <li key={name} className={styles[TONES[number] ?? "rest"]}>
          <svg viewBox="0 0 16 8">
            <path
              className={`${styles["line"]} ${isDashed ? styles["dashed"] : ""}`}
              d="M0,4H16"
            />
          </svg>
          <span>{label}</span>
        </li>
      ))}
    </ul>
  );
}

function AsTable({ summary, places, series, text, words }: PlotFields): ReactElement {
  const rows = places.map((name, place) => ({ name, place })).reverse();
  return (
    <details className={styles["asTable"]}>
      <summary>{words.asTable}</summary>
      <Table
        caption={summary}
        rows={rows}
        rowKey={(row) => row.name}
        columns={[
          { name: "place", title: words.place, cell: (row) => row.name },
          ...series.map(({ name, label, values }) => ({
            name,
            title: label,
            number: true,
            cell: (row: { readonly place: number }) => valueText(values[row.place], text),
          })),
        ]}
      />
    </details>
  );
}

/** What stands at a place, in a line. */
function told({ places, series, text }: PlotFields, place: number): string {
  const values = series.map(({ label, values }) => `${label} ${valueText(values[place], text)}`);
  return [places[place], ...values].join("\n");
}

function valueText(value: number | null | undefined, text: (value: number) => string): string {
  return value === null || value === undefined ? "–" : text(value);
}

function highest(series: readonly Series[]): number {
  const values = series.flatMap((one) => one.values.filter((value) => value !== null));
  return Math.max(1, ...values);
}
