// What the account has and did: balances by class, own orders, history, certificates, and the ways
// in and out.

import { useValue } from "../../data/useRead";
import { Button } from "../../design/Button";
import { Link } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { Card } from "../../design/Card";
import { Empty, Shown, Skeleton } from "../../design/States";
import { type Column, Table } from "../../design/Table";
import { amountText } from "../../ops/amounts";
import { Unlock } from "../../wallet/parts";
import { useSign } from "../../wallet/Signing";
import { useWallet } from "../../wallet/Wallet";
import { Bare } from "../security/parts";
import { Certificates, History, Orders } from "./Activity";
import { type Holding, type Portfolio as Whole, readPortfolio } from "./holdings";
import { Ways } from "./Ways";
import styles from "./wallet.module.css";

const EVERY_MS = 4_000;

/** The page /wallet. */
export function Portfolio() {
  const { t } = useTranslation("wallet");
  const { account, isReady, kind, locked } = useWallet();
  return (
    <Page title={t("portfolio.title")}>
      {!isReady && <Skeleton rows={6} />}
      {isReady && account === null && (
        <Empty>
          <p>{t("portfolio.none")}</p>
          <Link to="/wallet/setup">{t("sign.setUp")}</Link>
        </Empty>
      )}
      {kind === "vault" && locked && (
        <Card>
          <Unlock />
        </Card>
      )}
      {account !== null && <Account account={account} />}
    </Page>
  );
}

function Account({ account }: { readonly account: string }) {
  const { t } = useTranslation("wallet");
  const { kind, own, backedUp, lock, locked } = useWallet();
  const { openDrawer } = useSign();
  const read = useCallback(() => readPortfolio(account), [account]);
  const reading = useValue(read, EVERY_MS);
  return (
    <>
      <p className={styles["account"]}>
        <code data-testid="account">{account}</code>
        <span>{t(account === own ? `portfolio.${kind}` : "portfolio.shared")}</span>
      </p>
      {!backedUp && (
        <p role="alert" className={styles["banner"]}>
          {t("security.notBackedUp")} <Link to="/wallet/setup">{t("security.backUp")}</Link>
        </p>
      )}
      {kind === "seat" && (
        <p className={styles["banner"]}>
          {t("seats.inMemory")} <Link to="/wallet/setup">{t("seats.keep")}</Link>
        </p>
      )}
      <Bare account={account} />
      <div className={styles["bar"]}>
        <Button onClick={openDrawer}>{t("drawer.title")}</Button>
        <Link to="/wallet/security">{t("portfolio.protection")}</Link>
        <Link to="/wallet/signing">{t("portfolio.room")}</Link>
        <Link to="/wallet/setup">{t("portfolio.security")}</Link>
        {kind === "vault" && !locked && (
          <Button onClick={() => void lock()}>{t("security.lock")}</Button>
        )}
      </div>
      <Shown reading={reading} rows={8}>
        {(whole) => <Whole account={account} whole={whole} again={reading.again} />}
      </Shown>
    </>
  );
}

interface WholeProps {
  readonly account: string;
  readonly whole: Whole;
  readonly again: () => void;
}

function Whole({ account, whole, again }: WholeProps) {
  const [isOpen, setOpen] = useState<string | null>(null);
  return (
    <>
      <Ways account={account} whole={whole} open={isOpen} setOpen={setOpen} done={again} />
      <Balances holdings={whole.holdings} />
      <Orders orders={whole.orders} done={again} />
      <Certificates rows={whole.certificates} />
      <History account={account} rows={whole.history} />
    </>
  );
}

function Balances({ holdings }: { readonly holdings: readonly Holding[] }) {
  const { t } = useTranslation("wallet");
  if (holdings.length === 0) return <Empty>{t("portfolio.empty")}</Empty>;
  const columns: Column<Holding>[] = [
    { name: "asset", title: t("portfolio.asset"), cell: ({ asset }) => <Asset asset={asset} /> },
    {
      name: "free",
      title: t("portfolio.free"),
      number: true,
      cell: ({ asset, free }) => bare(free, asset),
    },
    {
      name: "inOrders",
      title: t("portfolio.inOrders"),
      number: true,
      cell: ({ asset, inOrders }) => (inOrders === 0n ? "" : bare(inOrders, asset)),
    },
    {
      name: "held",
      title: t("portfolio.held"),
      number: true,
      cell: ({ heldTonnes }) => (heldTonnes === 0n ? "" : `${heldTonnes} t`),
    },
  ];
  return (
    <Card title={t("portfolio.balances")} bare>
      <Table
        caption={t("portfolio.balances")}
        columns={columns}
        rows={holdings}
        rowKey={({ asset }) => asset}
      />
    </Card>
  );
}

function Asset({ asset }: { readonly asset: string }) {
  const isBatch = /^[a-z][a-z0-9]+-[0-9]{5}-/.test(asset);
  if (!isBatch) return <>{asset.toUpperCase()}</>;
  return (
    <Link to="/batches/$id" params={{ id: asset }}>
      {asset}
    </Link>
  );
}

/** An amount without the id of its asset, which stands in the row's head. */
function bare(amount: bigint, asset: string): string {
  return amountText(amount, asset).replace(` ${asset}`, "");
}
