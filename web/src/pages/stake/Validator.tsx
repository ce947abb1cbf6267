// One validator, with the reason of each of its numbers.

import { useParams } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { useResource } from "../../data/useRead";
import { Card, Facts } from "../../design/Card";
import { Address } from "../../design/Reference";
import { Shown } from "../../design/States";
import { Time } from "../../design/Time";
import layout from "../../design/layout.module.css";
import { Decisions } from "./Council";
import { FileProof } from "./FileProof";
import { OwnHistory } from "./History";
import { OwnStake } from "./OwnStake";
import { State } from "./parts";
import { Proofs } from "./Proofs";
import { Faults, Leaving, Lots } from "./Records";
import type { ValidatorFound, ValidatorRow } from "./shapes";
import { useReader } from "./useReader";
import { useRules } from "./useRules";
import { Why } from "./Why";

const EVERY_MS = 4_000;

export function Validator(): ReactElement {
  const { operator } = useParams({ from: "/stake/$operator" });
  const { t } = useTranslation("stake");
  const path = `/stake/validators/${encodeURIComponent(operator)}`;
  const reading = useResource<ValidatorFound>(path, EVERY_MS);
  const name = reading.state === "ready" ? reading.data.moniker : null;
  return (
    <Page title={name ?? t("one.title")} lead={<code>{operator}</code>}>
      <Shown reading={reading} rows={10}>
        {(found) => <Found found={found} again={reading.again} />}
      </Shown>
    </Page>
  );
}

interface FoundFields {
  readonly found: ValidatorFound;
  readonly again: () => void;
}

function Found({ found, again }: FoundFields): ReactElement {
  const { t } = useTranslation("stake");
  const reader = useReader();
  const rules = useRules();
  const listed = useResource<{ readonly items: readonly ValidatorRow[] }>(
    "/stake/validators?limit=100",
    EVERY_MS,
  );
  const all = listed.state === "ready" ? listed.data.items : [found];
  const status = useResource<{ readonly rejected: Readonly<Record<string, number>> }>("/status");
  const rejected = status.state === "ready" ? (status.data.rejected[found.address] ?? 0) : null;
  return (
    <>
      <div className={layout["two"]}>
        <Card title={t("one.why")}>
          <Why found={found} all={all} rules={rules} />
        </Card>
        <Card title={t("one.about")}>
          <Facts
            rows={[
              [t("column.state"), <State key="state" state={found.state} />],
              [t("one.stateMeans"), t(`means.${found.state}`)],
              [t("one.operator"), <Address key="operator" address={found.operator} />],
              [t("one.key"), <code key="key">{found.pubkey}</code>],
              [t("one.rejected"), rejected === null ? "–" : rejected],
              [t("one.declared"), <Time key="declared" time={found.declared} />],
              [
                t("one.admitted"),
                found.admitted === null ? t("one.never") : (
                  <Time key="admitted" time={found.admitted} />
                ),
              ],
            ]}
          />
        </Card>
      </div>
      <OwnHistory operator={found.operator} />
      {reader?.account === found.operator && (
        <div className={layout["two"]}>
          <OwnStake found={found} rules={rules} again={again} />
          <FileProof found={found} again={again} />
        </div>
      )}
      {reader?.isMember && <Decisions found={found} />}
      <Card title={t("lots.title")} bare>
        <Lots found={found} rules={rules} />
      </Card>
      <Card title={t("leaving.title")} bare>
        <Leaving rows={found.unbonding} />
      </Card>
      <Proofs rows={found.cpoes} reader={reader} again={again} />
      <Card title={t("faults.title")} bare>
        <Faults rows={found.faults} />
      </Card>
    </>
  );
}
