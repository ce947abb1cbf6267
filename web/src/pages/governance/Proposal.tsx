// One proposal: what it would do in words, how it stands, what comes next, and what one can do.

import { useParams } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { useExact, useResource } from "../../data/useRead";
import { Badge, Card, Facts } from "../../design/Card";
import { Address, BlockLink, TxLink } from "../../design/Reference";
import { Shown } from "../../design/States";
import { Time } from "../../design/Time";
import layout from "../../design/layout.module.css";
import { moneyText } from "../../ops/amounts";
import type { Op } from "../../wallet/body";
import { isFields } from "../../wallet/json";
import { OpList } from "../../wallet/OpSentence";
import { useLanguage, useRefusalSentence } from "../../wallet/parts";
import { Actions } from "./Actions";
import type { ProposalFound } from "./shapes";
import { StateBadge, Tally } from "./Tally";
import { When } from "./When";
import styles from "./governance.module.css";

const EVERY_MS = 3_000;

export function Proposal(): ReactElement {
  const { number } = useParams({ from: "/governance/$number" });
  const { t } = useTranslation("governance");
  const path = `/proposals/${encodeURIComponent(number)}`;
  const reading = useResource<ProposalFound>(path, EVERY_MS);
  const title = reading.state === "ready" ? reading.data.title : "";
  return (
    <Page
      title={t("one.title", { number })}
      lead={title}
      side={reading.state === "ready" && <StateBadge state={reading.data.state} />}
    >
      <Shown reading={reading} rows={10}>
        {(found) => <Found found={found} path={path} again={reading.again} />}
      </Shown>
    </Page>
  );
}

interface FoundFields {
  readonly found: ProposalFound;
  readonly path: string;
  readonly again: () => void;
}

function Found({ found, path, again }: FoundFields): ReactElement {
  const { t } = useTranslation("governance");
  return (
    <>
      <div className={layout["two"]}>
        <Card title={t("tally.title")} side={<When row={found} />}>
          <Tally row={found} />
        </Card>
        <Card title={t("one.about")}>
          <About found={found} />
        </Card>
      </div>
      <Card title={t("one.does")}>
        <Carried path={path} isPure={found.ops.length === 0} />
      </Card>
      <Actions found={found} again={again} />
      <Card title={t("one.history")}>
        {found.transactions.length === 0 ? (
          <p className={styles["muted"]}>{t("one.noHistory")}</p>
        ) : (
          <ul className={styles["members"]}>
            {found.transactions.map((id) => (
              <li key={id}>
                <TxLink id={id} />
              </li>
            ))}
          </ul>
        )}
      </Card>
    </>
  );
}

function About({ found }: { readonly found: ProposalFound }): ReactElement {
  const { t } = useTranslation("governance");
  const sentenceOf = useRefusalSentence();
  const { failure } = found;
  return (
    <Facts
      rows={[
        [t("column.track"), <Badge key="track">{t(`track.${found.track}`)}</Badge>],
        [t("one.proposer"), <Address key="proposer" address={found.proposer} />],
        [t("one.opened"), <Time key="opened" time={found.opened} />],
        [t("one.height"), <BlockLink key="height" height={found.height} />],
        [t("one.document"), <code key="document">{found.document}</code>],
        found.bond === "0" ? null : [t("one.bond"), moneyText(BigInt(found.bond), "cny")],
        found.track === "council" || found.approvals.length > 0
          ? [t("tally.approvals"), <People key="approvals" addresses={found.approvals} />]
          : null,
        found.objections.length > 0
          ? [t("tally.objections"), <People key="objections" addresses={found.objections} />]
          : null,
        failure === null
          ? null
          : [
              t("one.failure"),
              t("one.failureOf", { place: failure.op + 1, why: sentenceOf(failure.refusal) }),
            ],
      ]}
    />
  );
}

function People({ addresses }: { readonly addresses: readonly string[] }): ReactElement {
  return (
    <>
      {addresses.length === 0
        ? "–"
        : addresses.map((address) => (
            <span key={address}>
              <Address address={address} />{" "}
            </span>
          ))}
    </>
  );
}

interface CarriedFields {
  readonly path: string;
  readonly isPure: boolean;
}

/** The operations as they were proposed, which never change, read without rounding a number. */
function Carried({ path, isPure }: CarriedFields): ReactElement {
  const { t } = useTranslation("governance");
  const language = useLanguage();
  const reading = useExact(path);
  if (isPure) return <p>{t("one.pure")}</p>;
  return (
    <Shown reading={reading}>
      {(data) => {
        const ops = isFields(data) && Array.isArray(data["ops"]) ? data["ops"] : [];
        return <OpList ops={ops as Op[]} language={language} />;
      }}
    </Shown>
  );
}
