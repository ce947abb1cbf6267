// The book as a table: a press on a price takes it into the ticket.

import { type ReactElement, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Book, Row } from "../../data/book";
import { Empty } from "../../design/States";
import { priceDigits, priceText, tonneDigits, tonnes } from "../../units/prices";
import prices from "./price.module.css";
import styles from "./Trade.module.css";

const LEVELS = 10;
const SAID_EVERY_MS = 5_000;

interface BookFields {
  readonly book: Book | null;
  readonly tick: bigint;
  readonly lot: bigint;
  readonly onPrice: (price: bigint) => void;
}

export function BookTable({ book, tick, lot, onPrice }: BookFields): ReactElement {
  const { t } = useTranslation("market");
  if (book === null) return <Empty>{t("book.waiting")}</Empty>;
  const asks = book.asks.slice(0, LEVELS).reverse();
  const bids = book.bids.slice(0, LEVELS);
  const most = Math.max(1, ...asks.map(([, grams]) => grams), ...bids.map(([, grams]) => grams));
  const [bid, ask] = [bids[0]?.[0], asks.at(-1)?.[0]];
  const [digits, places] = [priceDigits(tick), tonneDigits(lot)];
  const level = (side: "bid" | "ask", row: Row) => (
    <Level
      key={row[0]}
      side={side}
      row={row}
      most={most}
      digits={digits}
      places={places}
      onPrice={onPrice}
    />
  );
  return (
    <>
      <table className={styles["levels"]}>
        <caption className="visually-hidden">{t("book.title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("book.price")}</th>
            <th scope="col">{t("book.tonnes")}</th>
            <th scope="col">
              <span className="visually-hidden">{t("book.share")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {asks.map((row) => level("ask", row))}
          <tr className={styles["middle"]}>
            <td colSpan={3}>
              {bid === undefined || ask === undefined
                ? t("book.oneSided")
                : t("book.spread", { spread: priceText(ask - bid, digits) })}
            </td>
          </tr>
          {bids.map((row) => level("bid", row))}
        </tbody>
      </table>
      <Said bid={bid} ask={ask} digits={digits} />
    </>
  );
}

interface LevelFields {
  readonly side: "bid" | "ask";
  readonly row: Row;
  readonly most: number;
  readonly digits: number;
  readonly places: number;
  readonly onPrice: (price: bigint) => void;
}

function Level({ side, row, most, digits, places, onPrice }: LevelFields): ReactElement {
  const { t } = useTranslation("market");
  const [price, grams] = row;
  const text = priceText(price, digits);
  return (
    <tr className={styles[side]}>
      <td>
        <button
          type="button"
          aria-label={t(`book.${side}`, { price: text })}
          onClick={() => onPrice(BigInt(price))}
        >
          {text}
        </button>
      </td>
      <td key={grams} className={prices["changed"]}>
        {tonnes(grams, places)}
      </td>
      <td>
        <svg
          className={styles["share"]}
          viewBox="0 0 100 10"
          preserveAspectRatio="none"
          aria-hidden
        >
          <rect x={100 - (grams / most) * 100} width={(grams / most) * 100} height={10} />
        </svg>
      </td>
    </tr>
  );
}

interface SaidFields {
  readonly bid: number | undefined;
  readonly ask: number | undefined;
}

/** The best prices for a screen reader, said at most every five seconds. */
function Said({ bid, ask, digits }: SaidFields & { readonly digits: number }): ReactElement {
  const { t } = useTranslation("market");
  const newest = useRef<SaidFields>({ bid, ask });
  newest.current = { bid, ask };
  const [said, say] = useState<SaidFields>({ bid, ask });
  useEffect(() => {
    const timer = setInterval(() => say(newest.current), SAID_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const text = (price: number | undefined) =>
    price === undefined ? "–" : priceText(price, digits);
  return (
    <p className="visually-hidden" aria-live="polite">
      {t("book.said", { bid: text(said.bid), ask: text(said.ask) })}
    </p>
  );
}
