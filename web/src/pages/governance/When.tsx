// What happens to a proposal next, and when; or when it ended.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Countdown } from "../../design/Countdown";
import { Time } from "../../design/Time";
import type { ProposalRow } from "./shapes";

export function When({ row }: { readonly row: ProposalRow }): ReactElement {
  const { t } = useTranslation("governance");
  if (row.state === "open") {
    return (
      <>
        {t("when.closes")} <Countdown time={row.closes} />
      </>
    );
  }
  if (row.state === "passed" && row.runs !== null) {
    return (
      <>
        {t("when.runs")} <Countdown time={row.runs} />
      </>
    );
  }
  return (
    <>
      {t("when.ended")} <Time time={row.ended ?? row.closes} />
    </>
  );
}
