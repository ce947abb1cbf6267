// The signing room: what waits for signatures of the account that acts, the accounts that the key
// signs for with others, and the way to open one.

import { Link } from "@tanstack/react-router";
import { type ReactElement, useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { useValue } from "../../data/useRead";
import { Card } from "../../design/Card";
import { Address } from "../../design/Reference";
import { Empty, Shown, Skeleton } from "../../design/States";
import { readAccount } from "../../wallet/door";
import { Unlock } from "../../wallet/parts";
import { signersOf } from "../../wallet/signers";
import { useWallet } from "../../wallet/Wallet";
import { OpenShared } from "./OpenShared";
import { SharedAccounts } from "./SharedAccounts";
import { Waiting } from "./Waiting";
import styles from "./room.module.css";

/** The page /wallet/signing. */
export function SigningRoom(): ReactElement {
  const { t } = useTranslation("room");
  const { account, isReady, kind, locked, key } = useWallet();
  return (
    <Page title={t("title")} lead={t("lead")} side={<Link to="/wallet">{t("wallet")}</Link>}>
      {!isReady && <Skeleton rows={6} />}
      {isReady && account === null && (
        <Empty>
          <p>{t("none")}</p>
          <Link to="/wallet/setup">{t("setUp")}</Link>
        </Empty>
      )}
      {kind === "watch" && <Empty>{t("watch")}</Empty>}
      {kind === "vault" && locked && (
        <Card>
          <p className={styles["muted"]}>{t("locked")}</p>
          <Unlock />
        </Card>
      )}
      {account !== null && key !== null && <Open account={account} signingKey={key} />}
    </Page>
  );
}

interface OpenFields {
  readonly account: string;
  readonly signingKey: string;
}

function Open({ account, signingKey }: OpenFields): ReactElement {
  const { t } = useTranslation("room");
  const { own } = useWallet();
  const read = useCallback(
    async () => signersOf((await readAccount(account)).stored, []).signers.length,
    [account],
  );
  const reading = useValue(read, 0);
  return (
    <>
      <Card
        title={t("waiting.title")}
        side={
          <span className={styles["muted"]}>
            {t(account === own ? "forOwn" : "forShared")} <Address address={account} />
          </span>
        }
      >
        <Shown
          reading={reading}
          rows={3}
          isEmpty={(count) => count < 2}
          empty={<p>{t("waiting.alone")}</p>}
        >
          {() => <Waiting key={account} signingKey={signingKey} />}
        </Shown>
      </Card>
      <div className={styles["two"]}>
        <SharedAccounts />
        <OpenShared />
      </div>
    </>
  );
}
