// Retiring in three steps: which tonnes, what the certificate says, sign; it ends on the
// certificate. Own tonnes, or a purchase and its retirement in one transaction.

import { useValue } from "../../data/useRead";
import { Button } from "../../design/Button";
import { useSearch } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { Card } from "../../design/Card";
import { Shown } from "../../design/States";
import { useSign } from "../../wallet/Signing";
import type { Op } from "../../wallet/body";
import { useWallet } from "../../wallet/Wallet";
import { Ended, type Finished } from "./Ended";
import { readPortfolio } from "./holdings";
import { readOffers } from "./offers";
import { ClaimForm, emptyClaim } from "./ClaimForm";
import { type Claim, type Lot, retire } from "./retirement";
import { Source } from "./Source";
import styles from "./wallet.module.css";

const EVERY_MS = 5_000;
const SALT_BYTES = 32;

/** What is chosen to be retired, and the order before it when it is bought. */
export interface Chosen {
  readonly lot: Lot;
  readonly order: Op | null;
}

/** The page /retire. */
export function Retire() {
  const { t } = useTranslation("wallet");
  const { account } = useWallet();
  const wanted: { instrument?: unknown; batch?: unknown } = useSearch({ strict: false });
  const read = useCallback(
    async () => ({
      offers: await readOffers(),
      whole: account === null ? null : await readPortfolio(account),
    }),
    [account],
  );
  const reading = useValue(read, EVERY_MS);
  return (
    <Page title={t("retire.title")} lead={t("retire.why")}>
      <Shown reading={reading} rows={8}>
        {({ offers, whole }) => (
          <Steps
            account={account}
            offers={offers}
            whole={whole}
            wanted={String(wanted.instrument ?? wanted.batch ?? "")}
          />
        )}
      </Shown>
    </Page>
  );
}

interface StepsProps {
  readonly account: string | null;
  readonly offers: Awaited<ReturnType<typeof readOffers>>;
  readonly whole: Awaited<ReturnType<typeof readPortfolio>> | null;
  readonly wanted: string;
}

function Steps({ account, offers, whole, wanted }: StepsProps) {
  const { t } = useTranslation("wallet");
  const { sign } = useSign();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [claim, setClaim] = useState<Claim>(emptyClaim);
  const [finished, setFinished] = useState<Finished | null>(null);
  if (finished !== null) return <Ended finished={finished} again={() => setFinished(null)} />;
  const finish = async () => {
    if (chosen === null) return;
    const salt = randomHex();
    const { op, opening } = retire(chosen.lot, claim, salt);
    const outcome = await sign(chosen.order === null ? [op] : [chosen.order, op]);
    if (outcome.status !== "applied") return;
    const retired = outcome.receipt.events.find(({ event }) => event === "registry.Retired");
    setFinished({ certificate: String(retired?.["certificate"]), opening });
  };
  return (
    <>
      <div className={styles["columns"]}>
        <Card title={t("retire.source")}>
          <Source offers={offers} whole={whole} wanted={wanted} change={setChosen} />
        </Card>
        <Card title={t("retire.claim")}>
          <ClaimForm claim={claim} change={setClaim} account={account} />
        </Card>
      </div>
      <div>
        <Button
          tone="primary"
          disabled={chosen === null || !isComplete(claim)}
          onClick={() => void finish()}
        >
          {t(chosen?.order ? "retire.buyAndRetire" : "retire.retire")}
        </Button>
      </div>
    </>
  );
}

function isComplete({ country, start, end, name }: Claim): boolean {
  const hasPeriod = (start === "") === (end === "") && start <= end;
  return /^[A-Z]{2}$/.test(country) && hasPeriod && name.trim() !== "";
}

function randomHex(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
