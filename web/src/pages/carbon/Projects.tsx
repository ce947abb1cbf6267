// Every project, with filters that stand in the address so that a view can be passed on.

import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { queryOf } from "../../data/query";
import { useListing } from "../../data/useListing";
import { useSettled } from "../../data/useSettled";
import { Badge, Card } from "../../design/Card";
import { Choice, Field } from "../../design/Field";
import { More } from "../../design/More";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { PriceLink, usePrices } from "./PriceLink";
import styles from "./carbon.module.css";
import { countryName } from "./names";
import type { ProjectRow } from "./shapes";

const TYPES = [
  "grid_renewable", "landfill_gas", "safe_water", "afforestation", "improved_forest",
  "avoided_deforestation", "efficiency_waste", "grassland_soil", "cookstove", "other",
] as const;
const STATUSES = ["", "listed", "validated", "registered", "suspended", "completed"] as const;

export function Projects(): ReactElement {
  const { t, i18n } = useTranslation("carbon");
  const search: Record<string, string> = useSearch({ strict: false });
  const go = useNavigate();
  const { q = "", country = "", status = "", type = "", vintage = "" } = search;
  const isCountry = /^[A-Z]{2}$/.test(country);
  const isVintage = /^[0-9]{4}$/.test(vintage);
  const asked = {
    q: useSettled(q),
    country: isCountry ? country : "",
    status,
    type,
    vintage: isVintage ? vintage : "",
  };
  const listing = useListing<ProjectRow>(`/projects${queryOf({ limit: "50", ...asked })}`);
  const prices = usePrices();
  const put = (part: Record<string, string>) =>
    void go({ to: "/projects", search: { ...search, ...part } as never, replace: true });
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
        <Field
          label={t("batch.vintage")}
          value={vintage}
          maxLength={4}
          inputMode="numeric"
          placeholder="2023"
          wrong={vintage === "" || isVintage ? null : t("certificates.rule.year")}
          onChange={(event) => put({ vintage: event.target.value })}
        />
        <Choice
          label={t("projects.type")}
          value={type}
          options={[
            ["", t("status.all")],
            ...TYPES.map((name): [string, string] => [name, t(`type.${name}`)]),
          ]}
          onChoose={(value) => put({ type: value })}
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
          isEmpty={(found) => found.items.length === 0}
          empty={
            <>
              <p>{t("projects.empty")}</p>
              <Link to="/projects" search={{} as never}>
                {t("projects.clear")}
              </Link>
            </>
          }
        >
          {() => (
            <Table
              caption={t("projects.title")}
              rows={listing.items}
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
                  name: "price",
                  title: t("price.title"),
                  number: true,
                  cell: (row) => <PriceLink prices={prices} of={row.id} />,
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
