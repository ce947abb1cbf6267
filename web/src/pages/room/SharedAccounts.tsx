// The accounts that the key signs for with others, as this browser keeps them.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Card } from "../../design/Card";
import { Button } from "../../design/Button";
import { Field } from "../../design/Field";
import { isAddress } from "../../wallet/address";
import { NoteOfFault } from "../../wallet/parts";
import { useWallet } from "../../wallet/Wallet";
import styles from "./room.module.css";

export function SharedAccounts(): ReactElement {
  const { t } = useTranslation("room");
  const { account, own, key, shared } = useWallet();
  return (
    <Card title={t("shared.title")}>
      <div className={styles["form"]}>
        <p className={styles["muted"]}>{t("shared.why")}</p>
        <ul className={styles["accounts"]}>
          {own !== null && <Row address={own} isActing={account === own} isOwn />}
          {shared.map((address) => (
            <Row key={address} address={address} isActing={account === address} isOwn={false} />
          ))}
        </ul>
        <Adding />
        {key !== null && (
          <p className={styles["muted"]}>
            {t("shared.key")} <code data-testid="own-key">{key}</code>
          </p>
        )}
      </div>
    </Card>
  );
}

interface RowFields {
  readonly address: string;
  readonly isActing: boolean;
  readonly isOwn: boolean;
}

function Row({ address, isActing, isOwn }: RowFields): ReactElement {
  const { t } = useTranslation("room");
  const { actFor, dropShared } = useWallet();
  return (
    <li data-account={address}>
      <code>{address}</code>
      <span className={styles["row"]}>
        <Badge>{t(isOwn ? "shared.own" : "shared.shared")}</Badge>
        {isActing ? (
          <Badge tone="good">{t("shared.acting")}</Badge>
        ) : (
          <Button small onClick={() => actFor(address)}>
            {t("shared.act")}
          </Button>
        )}
        {!isOwn && (
          <Button small tone="plain" onClick={() => dropShared(address)}>
            {t("shared.drop")}
          </Button>
        )}
      </span>
    </li>
  );
}

/** The form that adds an account which is open already. */
function Adding(): ReactElement {
  const { t } = useTranslation("room");
  const { addShared } = useWallet();
  const [typed, type] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, fail] = useState<unknown>(null);
  const address = typed.trim();
  const isFit = isAddress(address);
  const add = () => {
    setBusy(true);
    fail(null);
    addShared(address)
      .then(() => type(""), fail)
      .finally(() => setBusy(false));
  };
  return (
    <form
      className={styles["form"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (isFit && !isBusy) add();
      }}
    >
      <Field
        label={t("shared.address")}
        value={typed}
        maxLength={60}
        autoComplete="off"
        spellCheck={false}
        hint={t("shared.addWhy")}
        wrong={address === "" || isFit ? null : t("shared.wrong")}
        onChange={(event) => type(event.target.value)}
      />
      {error !== null && <NoteOfFault error={error} />}
      <div>
        <Button type="submit" disabled={!isFit || isBusy} aria-busy={isBusy}>
          {t("shared.add")}
        </Button>
      </div>
    </form>
  );
}
