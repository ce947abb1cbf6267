// Setting up the wallet: new words, words or a file that one has, an address to watch, or a seat
// of the demo world.

import { Button } from "../../design/Button";
import { useNavigate } from "@tanstack/react-router";
import { Page } from "../../app/Page";
import { Card } from "../../design/Card";
import { Skeleton } from "../../design/States";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { NoteOfFault } from "../../wallet/parts";
import { SEAT_KINDS, useWallet } from "../../wallet/Wallet";
import { Create } from "./Create";
import { ImportFile, Restore, Watch } from "./Restore";
import { Keep, Security } from "./Security";
import styles from "./wallet.module.css";

const WAYS = ["create", "restore", "file", "watch"] as const;
type Way = (typeof WAYS)[number];

/** The page /wallet/setup. */
export function Setup() {
  const { t } = useTranslation("wallet");
  const { isReady, kind } = useWallet();
  return (
    <Page title={t("setup.title")} lead={t("setup.promise")}>
      {!isReady && <Skeleton rows={4} />}
      {isReady && kind === "vault" && <Security />}
      {isReady && kind === "seat" && <Keep />}
      {isReady && (kind === "none" || kind === "watch") && <Choose />}
    </Page>
  );
}

function Choose() {
  const { t } = useTranslation("wallet");
  const [way, setWay] = useState<Way | null>(null);
  const navigate = useNavigate();
  const done = () => void navigate({ to: "/wallet" });
  const forms: Record<Way, ReactNode> = {
    create: <Create done={done} />,
    restore: <Restore done={done} />,
    file: <ImportFile done={done} />,
    watch: <Watch done={done} />,
  };
  return (
    <>
      <div className={styles["ways"]} role="group" aria-label={t("setup.title")}>
        {WAYS.map((one) => (
          <Button key={one} aria-pressed={way === one} onClick={() => setWay(one)}>
            <b>{t(`setup.${one}`)}</b>
            <span>{t(`setup.${one}Why`)}</span>
          </Button>
        ))}
      </div>
      {way !== null && (
        <Card key={way} title={t(`setup.${way}`)}>
          <div className={styles["stack"]}>{forms[way]}</div>
        </Card>
      )}
      <Seats done={done} />
    </>
  );
}

function Seats({ done }: { readonly done: () => void }) {
  const { t } = useTranslation("wallet");
  const { takeSeat } = useWallet();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  return (
    <Card title={t("seats.title")}>
      <div className={styles["stack"]}>
        <p>{t("seats.why")}</p>
        <div className={styles["ways"]}>
          {SEAT_KINDS.map((kind) => (
            <Button
              key={kind}
              disabled={isBusy}
              onClick={() => {
                setBusy(true);
                setError(null);
                takeSeat(kind)
                  .then(done, setError)
                  .finally(() => setBusy(false));
              }}
            >
              <b>{t(`seats.${kind}`)}</b>
              <span>{t(`seats.${kind}Why`)}</span>
            </Button>
          ))}
        </div>
        {error !== null && <NoteOfFault error={error} />}
      </div>
    </Card>
  );
}
