// One project: what it is, where else it is known, its batches, and the transactions that made it.

import { Link, useParams } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { useResource } from "../../data/useRead";
import { Badge, Card, Facts } from "../../design/Card";
import { TxLink } from "../../design/Reference";
import { Shown } from "../../design/States";
import { BatchTable } from "./BatchTable";
import layout from "../../design/layout.module.css";
import { countryName } from "./names";
import type { ProjectFound } from "./shapes";

export function Project(): ReactElement {
  const { id } = useParams({ from: "/projects/$id" });
  const reading = useResource<ProjectFound>(`/projects/${encodeURIComponent(id)}`);
  const title = reading.state === "ready" ? reading.data.name : id;
  return (
    <Page title={title} lead={id}>
      <Shown reading={reading} rows={8}>
        {(project) => <Found project={project} />}
      </Shown>
    </Page>
  );
}

function Found({ project }: { readonly project: ProjectFound }): ReactElement {
  const { t, i18n } = useTranslation("carbon");
  return (
    <>
      <Card title={t("project.about")}>
        <Facts
          rows={[
            [t("projects.country"), countryName(project.country, i18n.language)],
            [t("projects.type"), t(`type.${project.type}`, { defaultValue: project.type })],
            [t("project.methodologies"), project.methodologies.join(", ")],
            [t("project.period"), `${project.period_start} – ${project.period_end}`],
            [
              t("projects.status"),
              <Badge key="status" tone={project.freezes.length > 0 ? "bad" : "good"}>
                {t(project.freezes.length > 0 ? "status.frozen" : `status.${project.status}`)}
              </Badge>,
            ],
            [
              t("project.elsewhere"),
              project.external.map((pair) => `${pair.registry} ${pair.project}`).join(", ") || "–",
            ],
            [
              t("made"),
              <span key="made" className={layout["links"]}>
                {project.transactions.slice(0, 8).map((tx) => (
                  <TxLink key={tx} id={tx} />
                ))}
              </span>,
            ],
          ]}
        />
      </Card>
      <Card title={t("project.batches")} bare>
        <BatchTable project={project.id} />
      </Card>
      <Link to="/certificates" search={{ project: project.id } as never}>
        {t("project.retirements")}
      </Link>
    </>
  );
}
