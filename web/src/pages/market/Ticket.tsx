// The order ticket: what to buy or sell, what it will cost, and the way to the signature.

import { Link } from "@tanstack/react-router";
import { type FormEvent, type ReactElement, useState } from "react";
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
import { type Typed, bestFor, isOrder, notional, offeredFor, orderOf } from "./ticket";
import { warningOf } from "./warning";

const PARTS = [25n, 50n, 75n, 100n] as const;
const BALANCE_EVERY_MS = 5_000;

interface TicketFields {
  readonly instrument: Instrument;
  readonly book: Book | null;
  /** What was typed so far; kept outside, so that looking at another panel loses nothing. */
  readonly typed: Typed;
  readonly put: (part: Partial<Typed>) => void;
}

interface Balances {
  readonly items: readonly { readonly asset: string; readonly amount: string }[];
}

export function Ticket({ instrument, book, typed, put }: TicketFields): ReactElement {
  const { t } = useTranslation("market");
  const { sign } = useSign();
  const { account, kind } = useWallet();
  const [isTried, tried] = useState(false);
  const [told, tell] = useState("");
  const digits = priceDigits(BigInt(instrument.tick));
  const best = bestFor(typed.side, book);
  // Offered once, when a price is first asked for: what is being typed never changes by itself.
  const offered = (side: Typed["side"]) => offeredFor(side, book, digits);

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

  const band = instrument.state;
  const warning = warningOf(typed.kind, price === undefined ? undefined : BigInt(price), {
    phase: book?.phase.toLowerCase() ?? "open",
    // A book that is still awaited is not an empty one.
    best: book === null ? 0 : best,
    band: band ? { low: BigInt(band.low), high: BigInt(band.high) } : null,
  });

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
            onClick={() => put({ side, price: offered(side) })}
          >
            {t(`ticket.${side}`)}
          </Button>
        ))}
      </div>
      <Choice
        label={t("ticket.kind")}
        value={typed.kind}
        options={(["market", "limit"] as const).map((name) => [name, t(`ticket.${name}`)])}
        onChoose={(value) =>
          put({ kind: value as Typed["kind"], price: typed.price || offered(typed.side) })
        }
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
      {warning !== null && (
        <p className={styles["warning"]} role="status">
          {t(`ticket.warning.${warning}`, {
            phase: t(`phase.${book?.phase.toLowerCase() ?? "open"}`),
            low: priceText(band?.low ?? 0, digits),
            high: priceText(band?.high ?? 0, digits),
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
