// What became of a transaction, in a word.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Badge } from "../../design/Card";

export function StatusBadge({ status }: { readonly status: string }): ReactElement {
  const { t } = useTranslation("explorer");
  const tone = status === "applied" ? "good" : status === "pending" ? "attention" : "bad";
  return <Badge tone={tone}>{t(`status.${status}`)}</Badge>;
}
