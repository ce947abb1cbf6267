// The foot of every page: whose chart library it is, and where the licences stand.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import styles from "./Layout.module.css";

export function Footer(): ReactElement {
  const { t } = useTranslation("app");
  return (
    <footer className={styles["footer"]}>
      <span>{t("footer.licence")}</span>
      <span>{t("footer.charts")}</span>
      <a href="/licenses.md">{t("footer.licences")}</a>
    </footer>
  );
}
