// Who acts now, and the way to the wallet.

import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../design/Button";
import { short } from "../design/Reference";
import { useSign } from "../wallet/Signing";
import { useWallet } from "../wallet/Wallet";

export function WalletChip(): ReactElement {
  const { t } = useTranslation("app");
  const { account, locked, kind } = useWallet();
  const { openDrawer } = useSign();
  if (account === null) return <Link to="/wallet/setup">{t("wallet.none")}</Link>;
  return (
    <>
      <Link to="/wallet" title={account}>
        {short(account)}
        {locked && kind === "vault" ? ` · ${t("wallet.locked")}` : ""}
      </Link>
      <Button small tone="plain" onClick={openDrawer}>
        {t("wallet.sent")}
      </Button>
    </>
  );
}
