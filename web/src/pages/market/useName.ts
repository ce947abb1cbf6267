// What an instrument stands for, in the words of its project; "" for what is no batch.

import { useMemo } from "react";
import { useSettings } from "../../app/settings";
import { useDocument } from "../../data/useRead";
import { NamesDocument } from "../../gql/graphql";
import { countryName } from "../carbon/names";

export function useName(): (asset: string) => string {
  const { language } = useSettings();
  const reading = useDocument(NamesDocument, {});
  const found = reading.state === "ready" ? reading.data : null;
  return useMemo(() => {
    const names = new Map(
      found?.batches.nodes.map(({ key, vintage, project }) => {
        const where = project === null ? "" : countryName(project.country, language);
        return [key, [project?.name, where, String(vintage)].filter(Boolean).join(" · ")];
      }),
    );
    return (asset) => names.get(asset) ?? "";
  }, [found, language]);
}
