// Every retirement, by who benefits, project, country and year, with sums and exports.

import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { queryOf } from "../../data/query";
import { useListing } from "../../data/useListing";
import { useSettled } from "../../data/useSettled";
import { Card } from "../../design/Card";
import { Field } from "../../design/Field";
import { More } from "../../design/More";
import { Address } from "../../design/Reference";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { Time } from "../../design/Time";
import { tonnes } from "../../units/prices";
import layout from "../../design/layout.module.css";
import { Sums } from "./Sums";
import styles from "./carbon.module.css";
import { countryName } from "./names";
import type { CertificateRow, Certificates as Found } from "./shapes";

const FILTERS = ["beneficiary", "project", "country", "year"] as const;
const RULES: Readonly<Record<string, RegExp>> = {
  project: /^(?:[a-z][a-z0-9]{1,7}-[0-9]{5})?$/,
  country: /^(?:[A-Z]{2})?$/,
  year: /^(?:[0-9]{4})?$/,
};

export function Certificates(): ReactElement {
  const { t, i18n } = useTranslation("carbon");
  const search: Record<string, string> = useSearch({ strict: false });
  const go = useNavigate();
  const isSound = (name: string) => RULES[name]?.test(search[name] ?? "") ?? true;
  const asked = Object.fromEntries(
    FILTERS.map((name) => [name, isSound(name) ? (search[name] ?? "") : ""]),
  );
  const settled = useSettled(JSON.stringify(asked));
  const listing = useListing<CertificateRow, Found>(
    `/certificates${queryOf({ ...(JSON.parse(settled) as typeof asked), limit: "50" })}`,
  );
  const put = (name: string, value: string) => {
    const text = name === "country" ? value.toUpperCase() : value;
    void go({ to: "/certificates", search: { ...search, [name]: text } as never, replace: true });
  };
  const query = queryOf(asked);
  return (
    <Page
      title={t("certificates.title")}
      lead={t("certificates.lead")}
      side={
        <span className={layout["links"]}>
          <a href={`/api/v1/exports/certificates.csv${query}`} download>
            {t("certificates.csv")}
          </a>
          <a href={`/api/v1/exports/certificates.xlsx${query}`} download>
            {t("certificates.xlsx")}
          </a>
          <a href={`/api/v1/exports/certificates.json${query}`} download>
            {t("certificates.json")}
          </a>
        </span>
      }
    >
      <div className={styles["filters"]}>
        {FILTERS.map((name) => (
          <Field
            key={name}
            label={t(`certificates.by.${name}`)}
            value={search[name] ?? ""}
            maxLength={100}
            wrong={isSound(name) ? null : t(`certificates.rule.${name}`)}
            onChange={(event) => put(name, event.target.value)}
          />
        ))}
      </div>
      <Shown
        reading={listing.reading}
        rows={10}
        isEmpty={(found) => found.items.length === 0}
        empty={
          <>
            <p>{t("certificates.empty")}</p>
            <Link to="/retire">{t("batch.retire")}</Link>
          </>
        }
      >
        {(found) => (
          <>
            <p>
              {t("certificates.sums", {
                count: found.sums.certificates,
                tonnes: tonnes(found.sums.grams),
              })}
            </p>
            <Sums asked={asked} by={search["by"] ?? "project"} onBy={(by) => put("by", by)} />
            <Card bare>
              <Table
                caption={t("certificates.title")}
                rows={listing.items}
                rowKey={(row) => row.id}
                columns={[
                  {
                    name: "id",
                    title: t("certificates.id"),
                    cell: (row) => <a href={`/c/${row.id}`}>{row.id}</a>,
                  },
                  {
                    name: "who",
                    title: t("certificates.by.beneficiary"),
                    cell: (row) =>
                      row.beneficiary?.name ??
                      (row.privacy === "public" ? (
                        <Address address={row.holder} />
                      ) : (
                        t("certificates.hidden")
                      )),
                  },
                  {
                    name: "tonnes",
                    title: t("tonnes"),
                    number: true,
                    cell: (row) => tonnes(row.grams),
                  },
                  {
                    name: "batch",
                    title: t("batch.id"),
                    cell: (row) => (
                      <Link to="/batches/$id" params={{ id: row.batch }}>
                        {row.batch}
                      </Link>
                    ),
                  },
                  {
                    name: "country",
                    title: t("projects.country"),
                    cell: (row) => countryName(row.country, i18n.language),
                  },
                  { name: "use", title: t("certificates.use"), cell: (row) => t(`use.${row.use}`) },
                  { name: "time", title: t("since"), cell: (row) => <Time time={row.time} /> },
                ]}
              />
            </Card>
          </>
        )}
      </Shown>
      <More listing={listing} />
    </Page>
  );
}
