import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";

export function Setup(): ReactElement {
  const { t } = useTranslation("wallet");
  return <Page title={t("setup.title")}>{null}</Page>;
}
