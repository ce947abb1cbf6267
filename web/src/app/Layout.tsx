// What stands around every page: the way to the others, the state of the chain, the wallet. The
// wallet stands inside the router, since its dialogs lead to pages.

import { Outlet } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { RoomProvider } from "../wallet/RoomProvider";
import { SigningProvider } from "../wallet/Signing";
import { WalletProvider } from "../wallet/Wallet";
import { Footer } from "./Footer";
import { Header } from "./Header";
import { Notices } from "./Notices";
import styles from "./Layout.module.css";

export function Layout(): ReactElement {
  const { t } = useTranslation("app");
  return (
    <WalletProvider>
      <RoomProvider>
        <SigningProvider>
          <div className={styles["frame"]}>
            <a className={styles["skip"]} href="#main">
              {t("skip")}
            </a>
            <Header />
            <Notices />
            <main id="main" tabIndex={-1} className={styles["main"]}>
              <Outlet />
            </main>
            <Footer />
          </div>
        </SigningProvider>
      </RoomProvider>
    </WalletProvider>
  );
}
