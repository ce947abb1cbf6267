// The last trades: read once, then as the feed tells them.

import { type ReactElement, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TradeSeen } from "../../data/book";
import { useResource } from "../../data/useRead";
import { Shown } from "../../design/States";
import { Time } from "../../design/Time";
import { priceDigits, priceText, tonneDigits, tonnes } from "../../units/prices";
import { type Columns, type TapeRow, tapeOf } from "./columns";
import prices from "./price.module.css";
import styles from "./Trade.module.css";

const ROWS = 40;

interface TapeFields {
  readonly instrument: string;
  readonly trades: readonly TradeSeen[];
  readonly tick: bigint;
  readonly lot: bigint;
}

export function TapeTable({ instrument, trades, tick, lot }: TapeFields): ReactElement {
  const { t } = useTranslation("market");
  const reading = useResource<Columns>(`/instruments/${instrument}/tape?rows=${ROWS}`);
  const [fresh, add] = useState<readonly TapeRow[]>([]);
  useEffect(() => add([]), [instrument]);
  useEffect(() => {
    if (trades.length === 0) return;
    const now = Date.now();
    const rows = trades.map((trade) => ({
      no: trade.no,
      time: now,
      price: BigInt(trade.price),
      qty: BigInt(trade.qty),
      taker: trade.taker,
    }));
    add((old) => [...rows.reverse(), ...old].slice(0, ROWS));
  }, [trades]);
  const [digits, places] = [priceDigits(tick), tonneDigits(lot)];
  return (
    <Shown
      reading={reading}
      isEmpty={(found) => found.rows === 0 && fresh.length === 0}
      empty={<p>{t("tape.empty")}</p>}
    >
      {(found) => (
        <div className={styles["tapeRows"]} tabIndex={0} role="region" aria-label={t("tape.title")}>
          <table className={styles["levels"]}>
            <caption className="visually-hidden">{t("tape.title")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("book.price")}</th>
                <th scope="col">{t("book.tonnes")}</th>
                <th scope="col">{t("tape.time")}</th>
              </tr>
            </thead>
            <tbody>
              {merged(fresh, tapeOf(found)).map((row) => (
                <tr key={row.no}>
                  <td className={row.taker === "sell" ? prices["falling"] : prices["rising"]}>
                    {row.taker === "sell" ? "▼ " : "▲ "}
                    {priceText(row.price, digits)}
                  </td>
                  <td>{tonnes(row.qty, places)}</td>
                  <td>
                    <Time time={row.time} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Shown>
  );
}

/** Newest first, each trade once. */
function merged(fresh: readonly TapeRow[], read: readonly TapeRow[]): TapeRow[] {
  const found = new Map([...read, ...fresh].map((row) => [row.no, row]));
  return [...found.values()].sort((left, right) => right.no - left.no).slice(0, ROWS);
}
