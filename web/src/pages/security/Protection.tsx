// How the account is protected: what waits, the lock, where value may go, guardians, keys.

import { Link } from "@tanstack/react-router";
import { type ReactElement, useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { useValue } from "../../data/useRead";
import { Card } from "../../design/Card";
import { Empty, Shown, Skeleton } from "../../design/States";
import layout from "../../design/layout.module.css";
import { Unlock } from "../../wallet/parts";
import { useWallet } from "../../wallet/Wallet";
import { GuardForm } from "./GuardForm";
import { isBare, readSecurity, type Security } from "./guard";
import { LockCard } from "./LockCard";
import { Pending } from "./Pending";
import { Signers } from "./Signers";
import { Trusted } from "./Trusted";
import styles from "./security.module.css";

const EVERY_MS = 4_000;

export function Protection(): ReactElement {
  const { t } = useTranslation("security");
  const { account, isReady, kind, locked } = useWallet();
  return (
    <Page title={t("title")} lead={t("lead")} side={<Ways />}>
      {!isReady && <Skeleton rows={6} />}
      {isReady && account === null && (
        <Empty>
          <p>{t("none")}</p>
          <Link to="/wallet/setup">{t("setUp")}</Link>
        </Empty>
      )}
      {kind === "vault" && locked && (
        <Card>
          <Unlock />
        </Card>
      )}
      {account !== null && <Mine account={account} />}
    </Page>
  );
}

/** The ways to the key of this browser, and to what waits for signatures. */
function Ways(): ReactElement {
  const { t } = useTranslation("security");
  return (
    <span className={layout["links"]}>
      <Link to="/wallet/signing">{t("room")}</Link>
      <Link to="/wallet/setup">{t("backup")}</Link>
    </span>
  );
}

function Mine({ account }: { readonly account: string }): ReactElement {
  const read = useCallback(() => readSecurity(account), [account]);
  const reading = useValue(read, EVERY_MS);
  return (
    <Shown reading={reading} rows={10}>
      {(security) => <Parts account={account} security={security} again={reading.again} />}
    </Shown>
  );
}

export interface PartFields {
  readonly account: string;
  readonly security: Security;
  readonly again: () => void;
}

function Parts(fields: PartFields): ReactElement {
  const { t } = useTranslation("security");
  const { guard } = fields.security;
  return (
    <>
      {isBare(fields.security) && (
        <p className={`${styles["tells"]} ${styles["loosens"]}`}>{t("bare")}</p>
      )}
      <div className={layout["two"]}>
        <Card title={t("pending.title")}>
          <Pending {...fields} />
        </Card>
        <Card title={t("lock.title")}>
          <LockCard {...fields} />
        </Card>
      </div>
      <div className={layout["two"]}>
        <Card title={t("guard.title")}>
          <GuardForm key={JSON.stringify(guard, plain)} {...fields} />
        </Card>
        <Card title={t("trusted.title")}>
          <Trusted {...fields} />
        </Card>
      </div>
      <Card title={t("signers.title")}>
        <Signers {...fields} />
      </Card>
    </>
  );
}

/** Amounts as text, since JSON has no large integers. */
function plain(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
