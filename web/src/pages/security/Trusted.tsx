// The addresses that value may reach: added after the delay, removed at once.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Field } from "../../design/Field";
import { Address } from "../../design/Reference";
import { Table } from "../../design/Table";
import { Time } from "../../design/Time";
import { isAddress } from "../../wallet/address";
import { useSign } from "../../wallet/Signing";
import type { Security } from "./guard";
import { Tells } from "./parts";
import type { PartFields } from "./Protection";
import styles from "./security.module.css";

export function Trusted(fields: PartFields): ReactElement {
  const { t } = useTranslation("security");
  const { sign } = useSign();
  const { trusted, guard } = fields.security;
  const remove = (address: string) =>
    void sign([{ op: "accounts.remove_trusted", address }]).then(fields.again);
  return (
    <div className={styles["stack"]}>
      <p className={styles["muted"]}>{t(guard.trusted_only ? "trusted.only" : "trusted.any")}</p>
      {trusted.length === 0 ? (
        <p>{t("trusted.none")}</p>
      ) : (
        <Table
          caption={t("trusted.title")}
          rows={trusted}
          rowKey={(row) => row.address}
          columns={[
            {
              name: "address",
              title: t("trusted.address"),
              cell: (row) => <Address address={row.address} />,
            },
            { name: "since", title: t("trusted.since"), cell: (row) => <Time time={row.since} /> },
            {
              name: "remove",
              title: t("trusted.end"),
              cell: (row) => (
                <Button small onClick={() => remove(row.address)}>
                  {t("trusted.remove")}
                </Button>
              ),
            },
          ]}
        />
      )}
      <NewTrust {...fields} />
    </div>
  );
}

function NewTrust({ account, security, again }: PartFields): ReactElement {
  const { t } = useTranslation("security");
  const { sign } = useSign();
  const [typed, type] = useState("");
  const address = typed.trim();
  const fault = address === "" ? null : trustFault(address, account, security);
  const isSound = address !== "" && fault === null;
  const add = () =>
    void sign([{ op: "accounts.add_trusted", address }]).then((outcome) => {
      if (outcome.status === "applied") type("");
      again();
    });
  return (
    <div className={styles["form"]}>
      <Field
        label={t("trusted.add")}
        value={typed}
        maxLength={42}
        wrong={fault === null ? null : t(`fault.${fault}`)}
        onChange={(event) => type(event.target.value)}
      />
      {isSound && <Tells loosens={[t("trusted.adding")]} delay={security.delay} />}
      <div>
        <Button disabled={!isSound} onClick={add}>
          {t("trusted.ask")}
        </Button>
      </div>
    </div>
  );
}

/** Why an address cannot be trusted anew; null when it can. */
function trustFault(address: string, account: string, security: Security): string | null {
  if (!isAddress(address)) return "address";
  if (address === account) return "self";
  const isWaiting = security.waiting.some(
    ({ op }) => op.op === "accounts.add_trusted" && op["address"] === address,
  );
  const isTrusted = security.trusted.some((row) => row.address === address);
  return isWaiting || isTrusted ? "known" : null;
}
