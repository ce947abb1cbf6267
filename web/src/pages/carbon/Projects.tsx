// Every project, with filters that stand in the address so that a view can be passed on.

import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { queryOf } from "../../data/query";
import { useListing } from "../../data/useListing";
import { Badge, Card } from "../../design/Card";
import { Choice, Field } from "../../design/Field";
import { More } from "../../design/More";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import styles from "./carbon.module.css";
import { countryName } from "./names";
import type { ProjectRow } from "./shapes";

const STATUSES = ["", "listed", "validated", "registered", "suspended", "completed"] as const;

export function Projects(): ReactElement {
  const { t, i18n } = useTranslation("carbon");
  const search: Record<string, string> = useSearch({ strict: false });
  const go = useNavigate();
  const { q = "", country = "", status = "" } = search;
  const isCountry = /^[A-Z]{2}$/.test(country);
  const path = `/projects${queryOf({ limit: "100", country: isCountry ? country : "", status })}`;
  const listing = useListing<ProjectRow>(path);
  const put = (part: Record<string, string>) =>
    void go({ to: "/projects", search: { ...search, ...part } as never, replace: true });
  const wanted = q.trim().toLowerCase();
  const rows = listing.items.filter((row) =>
    [row.id, row.name, row.type, ...row.external.map((pair) => pair.project)].some((text) =>
      text.toLowerCase().includes(wanted),
    ),
  );
  return (
    <Page title={t("projects.title")} lead={t("projects.lead")}>
      <div className={styles["filters"]}>
        <Field
          label={t("projects.search")}
          type="search"
          value={q}
          maxLength={80}
          onChange={(event) => put({ q: event.target.value })}
        />
        <Field
          label={t("projects.country")}
          value={country}
          maxLength={2}
          placeholder="CN"
          wrong={country === "" || isCountry ? null : t("projects.countryRule")}
          onChange={(event) => put({ country: event.target.value.toUpperCase() })}
        />
        <Choice
          label={t("projects.status")}
          value={status}
          options={STATUSES.map((name) => [name, t(`status.${name || "all"}`)])}
          onChoose={(value) => put({ status: value })}
        />
      </div>
      <Card bare>
        <Shown
          reading={listing.reading}
          rows={10}
          isEmpty={() => rows.length === 0}
          empty={<p>{t("projects.empty")}</p>}
        >
          {() => (
            <Table
              caption={t("projects.title")}
              rows={rows}
              rowKey={(row) => row.id}
              columns={[
                {
                  name: "id",
                  title: t("projects.id"),
                  cell: (row) => (
                    <Link to="/projects/$id" params={{ id: row.id }}>
                      {row.id}
                    </Link>
                  ),
                },
                { name: "name", title: t("projects.name"), cell: (row) => row.name },
                {
                  name: "country",
                  title: t("projects.country"),
                  cell: (row) => countryName(row.country, i18n.language),
                },
                {
                  name: "type",
                  title: t("projects.type"),
                  cell: (row) => t(`type.${row.type}`, { defaultValue: row.type }),
                },
                {
                  name: "status",
                  title: t("projects.status"),
                  cell: (row) => (
                    <Badge tone={row.freezes.length > 0 ? "bad" : "good"}>
                      {t(row.freezes.length > 0 ? "status.frozen" : `status.${row.status}`)}
                    </Badge>
                  ),
                },
              ]}
            />
          )}
        </Shown>
      </Card>
      <More listing={listing} />
    </Page>
  );
}
