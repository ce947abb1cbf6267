// What the reader's account is in stake, and the next step on the way of a validator.

import { Link } from "@tanstack/react-router";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { useResource } from "../../data/useRead";
import { Button } from "../../design/Button";
import { Card } from "../../design/Card";
import type { Reader } from "./chances";
import { Declare } from "./Declare";
import { State } from "./parts";
import type { ValidatorRow } from "./shapes";
import styles from "./stake.module.css";

const EVERY_MS = 4_000;

interface MineFields {
  readonly rows: readonly ValidatorRow[];
  readonly reader: Reader | null;
  /** Whether there are validators beyond these rows; null while none were read. */
  readonly isCut: boolean | null;
  readonly again: () => void;
}

export function Mine({ rows, reader, isCut, again }: MineFields): ReactElement {
  const { t } = useTranslation("stake");
  const listed = rows.find(({ operator }) => operator === reader?.account);
  const isAsked = isCut === true && listed === undefined && reader?.account != null;
  const path = isAsked ? `/stake/validators/${reader.account}` : null;
  const reading = useResource<ValidatorRow>(path, EVERY_MS);
  const own = listed ?? (reading.state === "ready" ? reading.data : null);
  const isUnknown = isCut === null || (isAsked && reading.state === "loading");
  if (reader === null || (reader.account !== null && isUnknown)) {
    return <Card title={t("mine.title")}>{t("mine.reading")}</Card>;
  }
  if (reader.account === null) {
    return (
      <Card title={t("mine.title")}>
        <p>
          {t("mine.noWallet")} <Link to="/wallet/setup">{t("mine.setUp")}</Link>
        </p>
      </Card>
    );
  }
  if (own !== null) return <Own found={own} />;
  if (!reader.roles.includes("enterprise")) {
    return <Card title={t("mine.title")}>{t("mine.noEnterprise")}</Card>;
  }
  const known = rows.map(({ pubkey }) => pubkey);
  return <NotYet operator={reader.account} known={known} again={again} />;
}

/** The own validator and what its state asks for next. */
function Own({ found }: { readonly found: ValidatorRow }): ReactElement {
  const { t } = useTranslation("stake");
  return (
    <Card title={t("mine.title")}>
      <div className={styles["form"]}>
        <p>
          <Link to="/stake/$operator" params={{ operator: found.operator }}>
            {found.moniker}
          </Link>{" "}
          <State state={found.state} />
        </p>
        <p>{t(`mine.next.${found.state}`)}</p>
      </div>
    </Card>
  );
}

interface NotYetFields {
  readonly operator: string;
  readonly known: readonly string[];
  readonly again: () => void;
}

function NotYet({ operator, known, again }: NotYetFields): ReactElement {
  const { t } = useTranslation("stake");
  const [isOpen, open] = useState(false);
  if (isOpen) return <Declare operator={operator} known={known} done={again} />;
  return (
    <Card title={t("mine.title")}>
      <div className={styles["form"]}>
        <p>{t("mine.mayDeclare")}</p>
        <div>
          <Button tone="primary" onClick={() => open(true)}>
            {t("declare.open")}
          </Button>
        </div>
      </div>
    </Card>
  );
}
