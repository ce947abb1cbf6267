// The order ticket: what to buy or sell, what it will cost, and the way to the signature.

import { Link } from "@tanstack/react-router";
import { type FormEvent, type ReactElement, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Book } from "../../data/book";
import { useResource } from "../../data/useRead";
import { Button } from "../../design/Button";
import { Choice, Field } from "../../design/Field";
import { amountText, moneyText } from "../../ops/amounts";
import { priceDigits, priceText, tonnes } from "../../units/prices";
import { useSign } from "../../wallet/Signing";
import { useWallet } from "../../wallet/Wallet";
import type { Instrument } from "./Trade";
import styles from "./Trade.module.css";
import { type Typed, isOrder, notional, orderOf } from "./ticket";

const PARTS = [25n, 50n, 75n, 100n] as const;
const BALANCE_EVERY_MS = 5_000;
const FIRST_TONNES = "1";

interface TicketFields {
  readonly instrument: Instrument;
  readonly book: Book | null;
  /** A price that was pressed in the book. */
  readonly chosen: bigint | null;
}

interface Balances {
  readonly items: readonly { readonly asset: string; readonly amount: string }[];
}

export function Ticket({ instrument, book, chosen }: TicketFields): ReactElement {
  const { t } = useTranslation("market");
  const { sign } = useSign();
  const { account, kind } = useWallet();
  const [typed, type] = useState<Typed>({
    side: "buy", kind: "market", price: "", tonnes: FIRST_TONNES, tif: "gtc",
  });
  const [isTried, tried] = useState(false);
  const [told, tell] = useState("");
  const digits = priceDigits(BigInt(instrument.tick));
  const best = typed.side === "buy" ? book?.asks[0]?.[0] : book?.bids[0]?.[0];
  const put = (part: Partial<Typed>) => type((old) => ({ ...old, ...part }));

  useEffect(() => {
    if (chosen !== null) put({ price: priceText(chosen, digits), kind: "limit" });
  }, [chosen, digits]);

  // The first price offered is the best one, until the visitor types another.
  useEffect(() => {
    if (best === undefined) return;
    type((old) => (old.price === "" ? { ...old, price: priceText(best, digits) } : old));
  }, [best, digits]);

  const path = account === null ? null : `/accounts/${account}/balances?limit=100`;
  const balances = useResource<Balances>(path, BALANCE_EVERY_MS);
  const asset = typed.side === "buy" ? instrument.quote : instrument.assetId;
  const free = balances.state === "ready" ? freeOf(balances.data, asset) : null;
  const made = orderOf(typed, instrument);
  const wrong = (field: "price" | "tonnes") =>
    isTried && !isOrder(made) && made.field === field ? t(`ticket.wrong.${made.rule}`, rule) : null;
  const rule = {
    tick: priceText(instrument.tick, digits),
    lot: tonnes(instrument.lot),
    most: tonnes(instrument.qtyMax),
  };
  const price = isOrder(made) && typeof made["price"] === "bigint" ? made["price"] : best;
  const qty = isOrder(made) && typeof made["qty"] === "bigint" ? made["qty"] : null;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    tried(true);
    if (!isOrder(made)) return;
    tell("");
    const outcome = await sign([made]);
    if (outcome.status === "applied") {
      tell(t("ticket.applied", { height: String(outcome.height) }));
      balances.again();
    }
  };

  const share = (part: bigint) => {
    if (free === null || price === undefined) return;
    const lot = BigInt(instrument.lot);
    const whole = typed.side === "sell" ? free : (free * 1_000_000n) / BigInt(price);
    // A lot below what money buys leaves room for the fee.
    const grams = (((whole * part) / 100n) / lot) * lot;
    put({ tonnes: tonnes(grams) });
  };

  return (
    <form className={styles["form"]} onSubmit={(event) => void submit(event)} noValidate>
      <div className={styles["sides"]} role="group" aria-label={t("ticket.side")}>
        {(["buy", "sell"] as const).map((side) => (
          <Button
            key={side}
            {...(typed.side === side ? { tone: side } : {})}
            aria-pressed={typed.side === side}
            onClick={() => put({ side, price: "" })}
          >
            {t(`ticket.${side}`)}
          </Button>
        ))}
      </div>
      <Choice
        label={t("ticket.kind")}
        value={typed.kind}
        options={(["market", "limit"] as const).map((name) => [name, t(`ticket.${name}`)])}
        onChoose={(value) => put({ kind: value as Typed["kind"] })}
      />
      {typed.kind === "limit" && (
        <Field
          label={t("ticket.price", { quote: instrument.quote.toUpperCase() })}
          inputMode="decimal"
          autoComplete="off"
          value={typed.price}
          wrong={wrong("price")}
          onChange={(event) => put({ price: event.target.value })}
        />
      )}
      <Field
        label={t("ticket.tonnes")}
        side={free === null ? null : t("ticket.free", { amount: amountText(free, asset) })}
        inputMode="decimal"
        autoComplete="off"
        value={typed.tonnes}
        wrong={wrong("tonnes")}
        onChange={(event) => put({ tonnes: event.target.value })}
      />
      {free !== null && (
        <div className={styles["fractions"]} role="group" aria-label={t("ticket.share")}>
          {PARTS.map((part) => (
            <Button key={part} small onClick={() => share(part)}>
              {`${part}%`}
            </Button>
          ))}
        </div>
      )}
      {typed.kind === "limit" && (
        <Choice
          label={t("ticket.tif")}
          value={typed.tif}
          options={(["gtc", "day", "ioc"] as const).map((name) => [name, t(`ticket.${name}`)])}
          onChoose={(value) => put({ tif: value as Typed["tif"] })}
        />
      )}
      {qty !== null && price !== undefined && (
        <p className={styles["told"]}>
          {t(typed.side === "buy" ? "ticket.pays" : "ticket.gets", {
            amount: moneyText(notional(BigInt(price), qty), instrument.quote),
          })}
        </p>
      )}
      {account === null || kind === "watch" ? (
        <p className={styles["told"]}>
          {t("ticket.noWallet")} <Link to="/">{t("ticket.takeSeat")}</Link>
          {" · "}
          <Link to="/wallet/setup">{t("ticket.makeWallet")}</Link>
        </p>
      ) : (
        <Button tone={typed.side} type="submit">
          {t(`ticket.do.${typed.side}`, { tonnes: typed.tonnes })}
        </Button>
      )}
      <p className={styles["told"]} role="status">
        {told}
      </p>
    </form>
  );
}

function freeOf(balances: Balances, asset: string): bigint {
  return BigInt(balances.items.find((item) => item.asset === asset)?.amount ?? 0);
}
