import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";

export function Portfolio(): ReactElement {
  const { t } = useTranslation("wallet");
  return <Page title={t("portfolio.title")}>{null}</Page>;
}
