// The way of a price in one small line.

import type { ReactElement } from "react";
import styles from "./charts.module.css";

const WIDTH = 96;
const HEIGHT = 24;
const EDGE = 2;

/** `values`: prices in order of time; fewer than two draw nothing. */
export function Spark({ values }: { readonly values: readonly number[] }): ReactElement | null {
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined || values.length < 2) return null;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || 1;
  const points = values.map((value, place) => {
    const x = EDGE + (place / (values.length - 1)) * (WIDTH - 2 * EDGE);
    const y = HEIGHT - EDGE - ((value - low) / span) * (HEIGHT - 2 * EDGE);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const tone = last >= first ? styles["rising"] : styles["falling"];
  return (
    <svg className={`${styles["spark"]} ${tone}`} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden>
      <polyline points={points.join(" ")} />
    </svg>
  );
}
