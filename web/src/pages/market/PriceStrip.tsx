// The figures of the day in one line.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Badge } from "../../design/Card";
import type { TradeQuery } from "../../gql/graphql";
import { changeBp, changeText, priceDigits, priceText, rateText, tonnes } from "../../units/prices";
import type { Instrument } from "./Trade";
import prices from "./price.module.css";
import styles from "./Trade.module.css";
import { useFees } from "./fees";

interface StripFields {
  readonly data: TradeQuery;
  readonly instrument: Instrument;
  readonly isLive: boolean;
}

export function PriceStrip({ data, instrument, isLive }: StripFields): ReactElement {
  const { t } = useTranslation("market");
  const { ticker } = data;
  const fees = useFees();
  const digits = priceDigits(BigInt(instrument.tick));
  const last = ticker?.lastPrice ?? null;
  const ref = BigInt(ticker?.ref ?? instrument.ref);
  const change = last === null ? 0 : changeBp(BigInt(last), ref);
  const tone = change > 0 ? prices["rising"] : change < 0 ? prices["falling"] : "";
  const figures: [string, string][] = [
    [t("strip.high"), maybePrice(ticker?.dayTop, digits)],
    [t("strip.low"), maybePrice(ticker?.dayBottom, digits)],
    [t("strip.volume"), `${tonnes(ticker?.dayQty ?? 0)} t`],
    [t("strip.trades"), String(ticker?.dayTrades ?? 0)],
    [t("strip.ref"), priceText(ref, digits)],
    [t("strip.band"), bandText(instrument, digits)],
    [t("strip.fees"), fees === null ? "–" : `${rateText(fees.maker)} / ${rateText(fees.taker)}`],
  ];
  return (
    <dl className={styles["strip"]}>
      <div>
        <dt>{t("strip.last", { quote: instrument.quote.toUpperCase() })}</dt>
        <dd className={`${styles["last"]} ${tone}`}>{maybePrice(last, digits)}</dd>
      </div>
      <div>
        <dt>{t("strip.change")}</dt>
        <dd className={tone}>
          {change > 0 ? "▲ " : change < 0 ? "▼ " : ""}
          {changeText(change)}
        </dd>
      </div>
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div>
        <dt>{t("strip.phase")}</dt>
        <dd>
          <Badge tone={ticker?.phase === "OPEN" ? "good" : "attention"}>
            {t(`phase.${(ticker?.phase ?? "closed").toLowerCase()}`)}
          </Badge>{" "}
          {!isLive && <Badge tone="attention">{t("strip.reconnecting")}</Badge>}
        </dd>
      </div>
    </dl>
  );
}

function maybePrice(price: string | null | undefined, digits: number): string {
  return price === null || price === undefined ? "–" : priceText(price, digits);
}

/** The prices that today's band admits; its width while they are not known. */
function bandText({ state, bandBp }: Instrument, digits: number): string {
  if (!state) return `±${bandBp / 100}%`;
  return `${priceText(state.low, digits)} – ${priceText(state.high, digits)}`;
}
