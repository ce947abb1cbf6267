// Which tonnes: bought now, of the market, or held serials.

import { useValue } from "../../data/useRead";
import { Button } from "../../design/Button";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { baseUnits, moneyText, tonnesText } from "../../ops/amounts";
import type { Portfolio } from "./holdings";
import { type Book, type Offer, readBook } from "./offers";
import type { Chosen } from "./Retire";
import { buy, GRAMS, isWhole, partsOf, purchase } from "./retirement";
import { Choice } from "../../design/Field";
import { Facts } from "../../design/Card";
import { Entry } from "./Entry";
import { named } from "./Ways";
import styles from "./wallet.module.css";

const EVERY_MS = 2_000;
const WAYS = ["buy", "market", "held"] as const;
type Way = (typeof WAYS)[number];

interface Props {
  readonly offers: readonly Offer[];
  readonly whole: Portfolio | null;
  readonly wanted: string;
  readonly change: (chosen: Chosen | null) => void;
}

/** The choice of a source, an amount, and what it costs. */
export function Source({ offers, whole, wanted, change }: Props) {
  const { t } = useTranslation("wallet");
  const [way, setWay] = useState<Way>("buy");
  const [tonnes, setTonnes] = useState("1");
  const props = { tonnes, wanted, change };
  return (
    <div className={styles["form"]}>
      <div className={styles["bar"]} role="group" aria-label={t("retire.source")}>
        {WAYS.map((one) => (
          <Button
            key={one}
            aria-pressed={way === one}
            onClick={() => {
              change(null);
              setWay(one);
            }}
          >
            {t(`retire.${one}`)}
          </Button>
        ))}
      </div>
      <Entry label={t("ways.tonnes")} value={tonnes} change={setTonnes} />
      {way === "buy" && <Bought {...props} offers={offers} />}
      {way === "market" && <Owned {...props} whole={whole} />}
      {way === "held" && <Serials {...props} whole={whole} />}
    </div>
  );
}

interface Chosing {
  readonly tonnes: string;
  readonly wanted: string;
  readonly change: (chosen: Chosen | null) => void;
}

function Bought({
  tonnes,
  wanted,
  change,
  offers,
}: Chosing & { readonly offers: readonly Offer[] }) {
  const { t } = useTranslation("wallet");
  const fits = offers.find((one) => one.instrument === wanted || one.batch === wanted) ?? offers[0];
  const [instrument, setInstrument] = useState(fits?.instrument ?? "");
  const offer = offers.find((one) => one.instrument === instrument);
  const read = useCallback(() => readBook(instrument), [instrument]);
  const reading = useValue<Book>(instrument === "" ? null : read, EVERY_MS);
  const book = reading.state === "ready" ? reading.data : null;
  const grams = baseUnits(tonnes, 6);
  const isLot = offer !== undefined && grams !== null && grams > 0n && grams % offer.lot === 0n;
  const plan = useMemo(
    () => (book === null || !isLot ? null : purchase(book.asks, grams, offer.tick, book.high)),
    [book, grams, isLot, offer],
  );
  const limit = plan === null || plan.short > 0n ? null : plan.limit;
  useEffect(() => {
    if (offer === undefined || grams === null || limit === null) return change(null);
    change({
      lot: { batch: offer.batch, grams, parts: [] },
      order: buy(offer.instrument, grams, limit),
    });
  }, [change, offer?.instrument, offer?.batch, grams, limit]);
  if (offer === undefined) return <p>{t("retire.noOffer")}</p>;
  return (
    <>
      <Choice
        label={t("orders.instrument")}
        value={instrument}
        onChoose={setInstrument}
        options={named(offers.map((one) => one.instrument))}
      />
      <p>
        {t("retire.ofBatch")} <code>{offer.batch}</code>
      </p>
      {!isLot && <p role="status">{t("retire.lots", { lot: tonnesText(offer.lot) })}</p>}
      {book !== null && book.phase !== "open" && <p role="status">{t("retire.closed")}</p>}
      {plan !== null && plan.short > 0n && (
        <p role="alert">
          {t("retire.short", { available: tonnesText((grams ?? 0n) - plan.short) })}
        </p>
      )}
      {plan !== null && plan.short === 0n && (
        <Facts
          rows={[
            [t("retire.limit"), `${moneyText(plan.limit, offer.quote)}/t`],
            [t("retire.cost"), moneyText(plan.cost, offer.quote)],
          ]}
        />
      )}
      <small>{t("retire.bothOrNeither")}</small>
    </>
  );
}

interface OwnProps extends Chosing {
  readonly whole: Portfolio | null;
}

function Owned({ tonnes, wanted, change, whole }: OwnProps) {
  const { t } = useTranslation("wallet");
  const usable = (whole?.holdings ?? []).filter(
    ({ asset, free }) => /^[a-z0-9]+-[0-9]{5}-/.test(asset) && free > 0n,
  );
  const [batch, setBatch] = useState(
    usable.find(({ asset }) => asset === wanted)?.asset ?? usable[0]?.asset ?? "",
  );
  const free = usable.find(({ asset }) => asset === batch)?.free ?? 0n;
  const grams = baseUnits(tonnes, 6);
  const isFit = grams !== null && isWhole(grams) && grams <= free;
  useEffect(() => {
    change(isFit && grams !== null ? { lot: { batch, grams, parts: [] }, order: null } : null);
  }, [change, batch, grams, isFit]);
  if (usable.length === 0) return <p>{t("retire.noneOwned")}</p>;
  return (
    <>
      <Choice
        label={t("retire.batch")}
        value={batch}
        onChoose={setBatch}
        options={named(usable.map(({ asset }) => asset))}
      />
      <p>{t("ways.have", { amount: tonnesText(free) })}</p>
      {!isFit && <p role="status">{t("retire.notSoMuch")}</p>}
    </>
  );
}

function Serials({ tonnes, wanted, change, whole }: OwnProps) {
  const { t } = useTranslation("wallet");
  const batches = [...new Set((whole?.held ?? []).map((one) => one.batch))];
  const [batch, setBatch] = useState(batches.includes(wanted) ? wanted : (batches[0] ?? ""));
  const count = baseUnits(tonnes, 0);
  const held = (whole?.held ?? []).filter((one) => one.batch === batch);
  const parts =
    count === null
      ? null
      : partsOf(
          held.map(({ first, last }) => [first, last]),
          count,
        );
  const text = parts?.map(([first, last]) => `${first}–${last}`).join(", ") ?? "";
  useEffect(() => {
    if (parts === null || count === null) return change(null);
    change({ lot: { batch, grams: count * GRAMS, parts }, order: null });
    // The text says the parts, which are new objects at each drawing.
  }, [change, batch, text]);
  if (batches.length === 0) return <p>{t("retire.noneHeld")}</p>;
  return (
    <>
      <Choice
        label={t("retire.batch")}
        value={batch}
        onChoose={setBatch}
        options={named(batches)}
      />
      {parts === null ? (
        <p role="status">{t("retire.notSoMuch")}</p>
      ) : (
        <p>{t("retire.serials", { text })}</p>
      )}
    </>
  );
}
