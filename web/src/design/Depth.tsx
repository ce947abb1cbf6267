// How many tonnes stand at each price or better, on both sides of the book.

import type { ReactElement } from "react";
import type { Row } from "../data/book";
import { priceText, tonnes } from "../units/prices";
import styles from "./charts.module.css";

const WIDTH = 400;
const HEIGHT = 160;
const FLOOR = 140;

interface DepthFields {
  readonly bids: readonly Row[];
  readonly asks: readonly Row[];
  readonly summary: string;
}

export function Depth({ bids, asks, summary }: DepthFields): ReactElement {
  const [bidSums, askSums] = [summed(bids), summed(asks)];
  const low = bids.at(-1)?.[0] ?? asks[0]?.[0] ?? 0;
  const high = asks.at(-1)?.[0] ?? bids[0]?.[0] ?? 1;
  const most = Math.max(bidSums.at(-1)?.[1] ?? 0, askSums.at(-1)?.[1] ?? 0, 1);
  const x = (price: number) => ((price - low) / (high - low || 1)) * WIDTH;
  const y = (grams: number) => FLOOR - (grams / most) * (FLOOR - 12);
  return (
    <svg
      className={styles["depth"]}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={summary}
    >
      <path className={styles["bids"]} d={steps(bidSums, x, y)} />
      <path className={styles["asks"]} d={steps(askSums, x, y)} />
      <text className={styles["axis"]} x={2} y={HEIGHT - 4}>
        {priceText(low)}
      </text>
      <text className={styles["axis"]} x={WIDTH - 2} y={HEIGHT - 4} textAnchor="end">
        {priceText(high)}
      </text>
      <text className={styles["axis"]} x={2} y={10}>
        {`${tonnes(most)} t`}
      </text>
    </svg>
  );
}

function summed(rows: readonly Row[]): Row[] {
  let sum = 0;
  return rows.map(([price, grams]) => {
    sum += grams;
    return [price, sum];
  });
}

function steps(
  rows: readonly Row[],
  x: (price: number) => number,
  y: (grams: number) => number,
): string {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return "";
  const line = rows.map(([price, grams], place) => {
    const before = rows[place - 1]?.[1] ?? 0;
    return `L${x(price).toFixed(1)},${y(before).toFixed(1)}V${y(grams).toFixed(1)}`;
  });
  return `M${x(first[0]).toFixed(1)},${FLOOR}${line.join("")}L${x(last[0]).toFixed(1)},${FLOOR}Z`;
}
