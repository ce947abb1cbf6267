// An address that no page has.

import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../design/States";

export function NotHere(): ReactElement {
  const { t } = useTranslation("app");
  return (
    <Empty>
      <h1>{t("missing.title")}</h1>
      <p>{t("missing.text")}</p>
      <Link to="/">{t("nav.board")}</Link>
    </Empty>
  );
}
