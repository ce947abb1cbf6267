// Who acts now, and the way to the wallet.

import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../design/Button";
import { short } from "../design/Reference";
import { useWaiting } from "../wallet/RoomProvider";
import { useSign } from "../wallet/Signing";
import { useWallet } from "../wallet/Wallet";
import styles from "./Layout.module.css";

export function WalletChip(): ReactElement {
  const { t } = useTranslation("app");
  const { account, shared, locked, kind } = useWallet();
  const { openDrawer } = useSign();
  if (account === null) return <Link to="/wallet/setup">{t("wallet.none")}</Link>;
  return (
    <>
      {shared.length > 0 && <Acting />}
      <Link to="/wallet" title={account}>
        {short(account)}
        {locked && kind === "vault" ? ` · ${t("wallet.locked")}` : ""}
      </Link>
      {shared.length > 0 && <RoomLink />}
      <Button small tone="plain" onClick={openDrawer}>
        {t("wallet.sent")}
      </Button>
    </>
  );
}

/** The way to the signing room, with what waits there as far as it was read. */
function RoomLink(): ReactElement {
  const { t } = useTranslation("app");
  const number = useWaiting();
  return (
    <Link to="/wallet/signing">
      {number === null || number === 0 ? t("wallet.room") : t("wallet.roomOf", { number })}
    </Link>
  );
}

/** The choice of the account that one acts for; a change is said aloud by the browser. */
function Acting(): ReactElement | null {
  const { t } = useTranslation("app");
  const { account, own, shared, actFor } = useWallet();
  if (account === null || own === null) return null;
  return (
    <select
      className={styles["select"]}
      aria-label={t("wallet.acting")}
      value={account}
      onChange={(event) => actFor(event.target.value)}
    >
      <option value={own}>{t("wallet.own")}</option>
      {shared.map((address) => (
        <option key={address} value={address}>
          {t("wallet.shared", { name: `…${address.slice(-6)}` })}
        </option>
      ))}
    </select>
  );
}
