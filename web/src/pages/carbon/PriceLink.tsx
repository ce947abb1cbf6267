// The price of a tonne of a project or batch, leading to where it trades.

import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useDocument } from "../../data/useRead";
import { CarbonPricesDocument } from "../../gql/graphql";
import { moneyText } from "../../ops/amounts";
import { type Price, cheapest, pricesOf } from "./prices";

const EVERY_MS = 10_000;

/** The prices that are known now; none while they are read. */
export function usePrices(): readonly Price[] {
  const reading = useDocument(CarbonPricesDocument, {}, EVERY_MS);
  return reading.state === "ready" ? pricesOf(reading.data) : [];
}

interface PriceFields {
  readonly prices: readonly Price[];
  readonly of: string;
}

export function PriceLink({ prices, of }: PriceFields): ReactElement {
  const { t } = useTranslation("carbon");
  const found = cheapest(prices, of);
  if (found === null) return <>{t("price.none")}</>;
  return (
    <Link to="/trade/$instrument" params={{ instrument: found.instrument }}>
      {moneyText(found.price, found.quote)}
    </Link>
  );
}
